"use strict";
// Names, dates, places and matricules: what may be typed, stored and sent.
const { on } = require("./options");

class No extends Error {
  constructor(code, message, fields = []) {
    super(message);
    this.code = code;
    this.fields = fields;
  }
}

const LIGATURES = { "Œ": "OE", "Æ": "AE", "ẞ": "SS", "Ĳ": "IJ", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH" };

/** Upper case, without diacritics nor ligatures, straight apostrophes and hyphens, one space at a time. */
function plain(text) {
  const upper = String(text).toUpperCase().replace(/[ŒÆẞĲØŁĐÐÞ]/g, (sign) => LIGATURES[sign]);
  return upper
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[\u2018\u2019\u02bc\u00b4`]/g, "'")
    .replace(/[\u2010-\u2015]/g, "-")
    .replace(/[\s\u00a0]+/g, " ")
    .trim();
}

const SURNAME = /^'?[A-Z]+(?:(?:--|[ '-])[A-Z]+)*'?$/;
const GIVEN = /^'?[A-Z]+(?:[ '-][A-Z]+)*$/;
const LABELS = {
  birth_name: "nom de naissance",
  first_name: "1er prénom de naissance",
  first_names: "prénom(s) de naissance",
  birth_date: "date de naissance",
  sex: "sexe",
  birth_place: "code INSEE du lieu de naissance",
  used_name: "nom utilisé",
  used_first_name: "prénom utilisé",
  matricule: "matricule INS",
  oid: "OID",
};

function typedName(field, typed) {
  if (on("refuse-lower-case") && typed !== typed.toUpperCase()) throw new No("MINUSCULES", `Saisissez en majuscules : ${LABELS[field]}.`, [field]);
  if (on("refuse-accents") && /[^\x00-\x7f]/.test(typed)) throw new No("DIACRITIQUES", `Accents interdits : ${LABELS[field]}.`, [field]);
  const name = plain(typed);
  if (name === "") return null;
  if (name.length > (on("limit-54") ? 54 : 100)) throw new No("TROP_LONG", `Trop long : ${LABELS[field]}.`, [field]);
  const shape = field === "birth_name" ? SURNAME : GIVEN;
  if (!shape.test(name)) {
    if (on("keep-odd-names") && /^[A-Z '-]+$/.test(name)) return name;
    throw new No("NOM_INVALIDE", `Caractères refusés dans : ${LABELS[field]}.`, [field]);
  }
  return name;
}

const leap = (year) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Whether AAAA-MM-JJ is a day of the calendar. */
function isDay(date) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date || "");
  if (!parts) return false;
  const [year, month, day] = parts.slice(1).map(Number);
  const lengths = [31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return year >= 1800 && month >= 1 && month <= 12 && day >= 1 && day <= lengths[month - 1];
}

/** The date typed, completed by the convention when the site wants it. */
function typedDate(typed) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(typed.trim());
  if (parts && on("complete-dates")) {
    const [, year, month, day] = parts;
    if (month === "00" && day === "00") return { date: `${year}-12-31`, sure: false };
    if (month === "00" && isDay(`${year}-01-${day}`)) return { date: `${year}-01-${day}`, sure: false };
    if (day === "00" && isDay(`${year}-${month}-01`)) return { date: `${year}-${month}-01`, sure: false };
  }
  if (!isDay(typed)) throw new No("DATE_INVALIDE", "Cette date de naissance n'existe pas au calendrier.", ["birth_date"]);
  return { date: typed, sure: true };
}

const COG = /^(?:\d{5}|2[AB]\d{3})$/;

/** What a user typed, as the file will hold it; throws No. */
function typed(field, value) {
  if (value === null || value === undefined || String(value).trim() === "") return null;
  const text = String(value);
  switch (field) {
    case "birth_name":
    case "first_name":
    case "first_names":
      return typedName(field, text);
    case "used_name":
    case "used_first_name":
      return on("used-as-typed") ? text.trim() : plain(text);
    case "sex": {
      const sex = text.trim().toUpperCase();
      if (!(on("no-third-sex") ? ["M", "F"] : ["M", "F", "I"]).includes(sex)) throw new No("SEXE_INVALIDE", "Sexe : M ou F.", [field]);
      return sex;
    }
    case "birth_place": {
      const place = text.trim().toUpperCase();
      if (!COG.test(place)) throw new No("LIEU_INVALIDE", "Code INSEE du lieu : 5 caractères.", [field]);
      return place;
    }
    default:
      return text.trim();
  }
}

/** The check key of 13 characters. */
function key(number) {
  const digits = number.replace(/^(.{5})2A/, "$119").replace(/^(.{5})2B/, "$118");
  if (!/^\d{13}$/.test(digits)) return null;
  return String(97n - (BigInt(digits) % 97n)).padStart(2, "0");
}

const isMatricule = (text) => /^[1-8]\d{4}(?:\d\d|2[AB])\d{8}$/.test(text || "") && key(text.slice(0, 13)) === text.slice(13);

const TEST_OIDS = ["1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"];
const REAL_OIDS = ["1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"];

const isOid = (oid, production) => REAL_OIDS.includes(oid) || (!production && TEST_OIDS.includes(oid));

const nature = (oid) => (oid === "1.2.250.1.213.1.4.9" ? "NIA" : "NIR");

const french = (date) => (date ? date.split("-").reverse().join("/") : null);

/** Letters for searching: nothing but A to Z. */
const letters = (text) => plain(text || "").replace(/[^A-Z]/g, "");

/** Whole given names, hyphen and apostrophe as a space. */
const parts = (text) => plain(text || "").split(/[ '-]+/).filter(Boolean);

/** Whether the first name is the start of the list, on whole given names. */
function startsList(first, list) {
  const [short, long] = [parts(first), parts(list)];
  return short.length > 0 && short.length <= long.length && short.every((part, index) => part === long[index]);
}

module.exports = { No, LABELS, GIVEN, SURNAME, plain, typed, typedDate, isDay, isMatricule, isOid, key, nature, french, letters, parts, startsList };
