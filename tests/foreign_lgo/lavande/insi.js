"use strict";
// The messages exchanged with INSi: writing requests, sending one, understanding its answer.
const http = require("http");
const https = require("https");
const crypto = require("crypto");
const { on } = require("./options");
const { read, escape, child, path, value } = require("./xml");

const SOAP = "http://www.w3.org/2003/05/soap-envelope";
const URN = "urn:ServiceIdentiteCertifiee:1.0.0:";
const INSTANCE = crypto.randomUUID();
const SENDER = "10B0123456";

const tag = (name, content) => (content === null || content === undefined ? "" : `<${name}>${escape(content)}</${name}>`);

/** The Vitale assertion of a reading. */
function card(reading) {
  const age = new Date(reading.at).toISOString().replace(/\.\d+Z/, "Z");
  return (
    `<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_${crypto.randomUUID()}" IssueInstant="${age}">` +
    `<a:Issuer>899700000001</a:Issuer><a:Subject><a:NameID NameQualifier="VITALE">${escape(reading.card.number)}</a:NameID></a:Subject></a:Assertion>`
  );
}

/** The assertion of a user of Pro Santé Connect. */
function psc(user, moment) {
  return (
    `<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_${crypto.randomUUID()}" IssueInstant="${moment}">` +
    `<a:Issuer>PSC</a:Issuer><a:Subject><a:NameID NameQualifier="PSC">${escape(user)}</a:NameID></a:Subject><a:AttributeStatement>` +
    `<a:Attribute Name="identifiantFacturation"><a:AttributeValue>002000019</a:AttributeValue></a:Attribute></a:AttributeStatement></a:Assertion>`
  );
}

function header(operation, { now, cover = "", assertions = "", message }) {
  const moment = new Date(now).toISOString().replace(/\.\d+Z/, "Z");
  const w = on("odd-prefixes") ? "ns7" : "wsa";
  const s = on("soap-prefix-S") ? "S" : "env";
  const security = assertions ? `<sec:Security xmlns:sec="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">${assertions}</sec:Security>` : "";
  const bam = `<b:ContexteBAM xmlns:b="urn:siram:bam:ctxbam" Version='01_02'><b:Id>${crypto.randomUUID()}</b:Id><b:Temps>${moment}</b:Temps><b:Emetteur>${SENDER}</b:Emetteur>${cover ? `<b:COUVERTURE>${cover}</b:COUVERTURE>` : "<b:COUVERTURE></b:COUVERTURE>"}</b:ContexteBAM>`;
  const lps =
    `<ContexteLPS xmlns="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><Id>${crypto.randomUUID()}</Id><Temps>${moment}</Temps><Emetteur>${SENDER}</Emetteur>` +
    `<LPS><IDAM R="4">LV0000000042</IDAM><Version>04.20</Version><Instance>${INSTANCE}</Instance><Nom>urn:lps:LAVANDE:04.20</Nom></LPS></ContexteLPS>`;
  const action = `<${w}:Action xmlns:${w}="http://www.w3.org/2005/08/addressing"${on("must-understand") ? ` ${s}:mustUnderstand="1"` : ""}>${URN}${operation}</${w}:Action>`;
  const id = `<${w}:MessageID xmlns:${w}="http://www.w3.org/2005/08/addressing">uuid:${message}</${w}:MessageID>`;
  const blocks = on("header-order") ? [lps, bam, security, id, action] : [action, id, bam, lps, security];
  return `<${s}:Header>${blocks.join(on("indented") ? "\n  " : "")}</${s}:Header>`;
}

function envelope(operation, body, context) {
  const s = on("soap-prefix-S") ? "S" : "env";
  return (
    `${on("no-declaration") ? "" : "<?xml version='1.0' encoding='utf-8'?>\n"}<${s}:Envelope xmlns:${s}="${SOAP}">` +
    `${header(operation, context)}<${s}:Body>${body}</${s}:Body></${s}:Envelope>${on("indented") ? "\n<!-- Lavande -->\n" : ""}`
  );
}

/** The body of a search by traits; given is one text. */
function bySearch({ name, given, sex, date, place }) {
  const content = [["NomNaissance", name], ["Prenom", given], ["Sexe", sex], ["DateNaissance", date], ["LieuNaissance", place]];
  if (on("default-namespace")) return `<RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans">${content.map(([n, v]) => tag(n, v)).join("")}</RECSANSVITALE>`;
  return `<r:RECSANSVITALE xmlns:r="http://www.cnamts.fr/INSiRecSans">${content.map(([n, v]) => tag(`r:${n}`, v)).join("\n")}</r:RECSANSVITALE>`;
}

/** The body of a search by card. */
function byCard({ own, insured, name, date, rank }) {
  const number = (outer, n) => (n ? `<v:${outer}><v:NumIdentifiant>${n.slice(0, 13)}</v:NumIdentifiant></v:${outer}>` : "");
  return (
    `<v:RECVITALE xmlns:v="http://www.cnamts.fr/INSiRecVit">${number("MatriculeIndividu", own)}${number("MatriculeOD", insured)}` +
    `${tag("v:NomNaissance", name)}${tag("v:DateNaissance", date)}${tag("v:RangNaissance", rank)}</v:RECVITALE>`
  );
}

function coverOf({ own, insured, date, rank }) {
  const nir = own ? `<b:Nir><b:Num>${own.slice(0, 13)}</b:Num></b:Nir>` : "";
  return `<b:ASSURE><b:Id><b:Num>${insured.slice(0, 13)}</b:Num></b:Id></b:ASSURE><b:BENEFICIAIRE>${nir}<b:DateNai>${date}</b:DateNai><b:Rang>${rank}</b:Rang></b:BENEFICIAIRE>`;
}

/** The body of a unit verification. */
function byVerification(id) {
  return (
    `<q:Requete xmlns:q="http://www.cnamts.fr/INSiLot2/REQUnitaire"><q:IndividuVerifie><q:INSFourni><q:IdIndividu>${tag("q:NumIdentifiant", id.matricule.slice(0, 13))}` +
    `${tag("q:Cle", id.matricule.slice(13))}</q:IdIndividu>${tag("q:OID", id.oid)}</q:INSFourni><q:TraitsIdentiteIndividu>${tag("q:NomNaissance", id.birth_name)}` +
    `${tag("q:Prenom", id.first_name)}${tag("q:ListePrenom", id.first_names)}${tag("q:Sexe", id.sex)}${tag("q:DateNaissance", id.birth_date)}` +
    `${id.birth_place && id.birth_place !== "99999" ? tag("q:LieuNaissance", id.birth_place) : ""}</q:TraitsIdentiteIndividu></q:IndividuVerifie></q:Requete>`
  );
}

const agents = { "http:": new http.Agent({ keepAlive: true, maxSockets: 4 }), "https:": new https.Agent({ keepAlive: true }) };

/** Posts one message; resolves to {status, body}, or rejects on network errors and after the seconds given. */
function post(address, text, operation, seconds, token) {
  return new Promise((resolve, reject) => {
    const url = new URL(address);
    const data = Buffer.from((on("bom") ? "\ufeff" : "") + text, "utf8");
    const headers = { "Content-Type": on("bare-content-type") ? "application/soap+xml;charset=utf-8" : `application/soap+xml; charset=utf-8; action="${URN}${operation}"` };
    if (!on("chunked-request")) headers["Content-Length"] = data.length;
    if (token) headers.Authorization = `Bearer ${token}`;
    const options = { method: "POST", headers, agent: on("no-keep-alive") ? undefined : agents[url.protocol] };
    if (on("no-keep-alive")) headers.Connection = "close";
    const request = (url.protocol === "https:" ? https : http).request(url, options, (response) => {
      const chunks = [];
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        if (size > 4_000_000) request.destroy(new Error("answer too long"));
        chunks.push(chunk);
      });
      response.on("end", () => (clearTimeout(timer), resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString("utf8") })));
      response.on("error", (error) => (clearTimeout(timer), reject(error)));
      response.on("aborted", () => (clearTimeout(timer), reject(new Error("connexion coupée"))));
    });
    const timer = setTimeout(() => request.destroy(new Error("délai dépassé")), seconds * 1000);
    request.on("error", (error) => (clearTimeout(timer), reject(error)));
    if (on("chunked-request")) {
      request.write(data.subarray(0, 100));
      request.end(data.subarray(100));
    } else request.end(data);
  });
}

/** Understands an answer: {code, found} for CR codes, {fault} for faults; throws on anything else. */
function understand({ status, body }, root = "RESULTAT") {
  const document = read(body);
  if (document.ns !== SOAP || document.name !== "Envelope") throw new Error("not SOAP 1.2");
  const content = child(document, "Body");
  const fault = child(content, "Fault");
  if (fault) {
    const detail = path(fault, "Detail", "Erreur");
    return { fault: (detail && detail.attributes.code) || value(fault, "Code", "Subcode", "Value") || "FAULT", text: (detail && detail.text.trim()) || value(fault, "Reason", "Text") || "" };
  }
  if (status !== 200) throw new Error(`HTTP ${status}`);
  const result = content && content.children.find((one) => one.name === root);
  const code = value(result, "CR", "CodeCR");
  if (code === null) throw new Error("no CodeCR");
  const person = child(result, "INDIVIDU");
  const found = person && code === "00" ? personOf(person) : null;
  return { code, found };
}

const insOf = (element) => ({
  matricule: (value(element, "IdIndividu", "NumIdentifiant") || "") + (value(element, "IdIndividu", "Cle") || ""),
  oid: value(element, "OID"),
});

function personOf(person) {
  const traits = child(person, "TIQ");
  return {
    ...insOf(child(person, "INSACTIF")),
    birth_name: value(traits, "NomNaissance"),
    first_names: value(traits, "ListePrenom"),
    birth_date: value(traits, "DateNaissance"),
    sex: value(traits, "Sexe"),
    birth_place: value(traits, "LieuNaissance"),
    former: person.children.filter((one) => one.name === "INSHISTO").map((one) => ({ ...insOf(one), start: value(one, "DateDeb"), end: value(one, "DateFin") })),
  };
}

module.exports = { bySearch, byCard, coverOf, byVerification, card, psc, envelope, post, understand };
