"use strict";
// The pharmacy: files, users with rights, one journal. A status is never stored: it follows from two facts,
// whether the INS came from INSi and whether somebody checked a document.
const crypto = require("crypto");
const { on } = require("./options");
const { No, LABELS, typed, typedDate, isMatricule, french, letters, startsList } = require("./words");

const TRAITS = ["birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place", "used_name", "used_first_name"];
const STRICT = ["matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place"];
const MANDATORY = ["birth_name", "first_name", "birth_date", "sex", "birth_place"];
const RIGHTS = ["CALL_INSI", "CHANGE_STRICT_TRAITS", "READ_IDENTITY", "READ_INS", "VALIDATE_IDENTITY"];
const MINOR = "BIRTH_CERTIFICATE_AND_PARENT,FAMILY_BOOK_AND_PARENT,BIRTH_CERTIFICATE_AND_GUARDIAN,FAMILY_BOOK_AND_GUARDIAN,MINOR_TRAVEL_DOCUMENT";
const DEFAULTS = {
  insi_timeout_seconds: "10",
  high_confidence_proofs: "CNI,PASSPORT,RESIDENCE_PERMIT,FRANCE_IDENTITE,IDENTITE_NUMERIQUE_LA_POSTE,APP_VITALE",
  low_confidence_proofs: "VITALE_CARD,DRIVING_LICENCE,BIRTH_CERTIFICATE,FAMILY_BOOK",
  minor_proofs: MINOR,
  environment: "test",
  displayed_fields: "matricule,oid",
};

const office = { url: null };

function open(url) {
  Object.assign(office, { url, files: new Map(), byDay: new Map(), journal: [], calls: new Map(), readings: new Map(), work: [], rights: new Map() });
  Object.assign(office, { settings: { ...DEFAULTS, ...(on("automatic-validation") ? { automatic_validation: "false" } : {}) }, senders: [], means: new Map() });
  Object.assign(office, { reader: null, lots: new Map(), number: 0, shift: 0, epoch: (office.epoch || 0) + 1 });
  if (on("few-settings")) delete office.settings.insi_timeout_seconds;
}

const clock = () => Date.now() + office.shift;

function moment(at = clock()) {
  if (on("local-time")) return new Date(at + 2 * 3600_000).toISOString().replace("Z", "+02:00");
  if (on("whole-seconds")) return new Date(at).toISOString().replace(/\.\d+Z/, "Z");
  return new Date(at).toISOString();
}

function identifier(kind) {
  office.number += 1;
  if (on("numeric-ids")) return String(office.number);
  if (on("odd-ids")) return `${kind}/${office.number} é#?%`;
  return crypto.randomUUID();
}

const status = (file) => [["PROV", "VALI"], ["RECUP", "QUAL"]][Number(Boolean(file.ins))][Number(file.checked)];

function may(ctx, right) {
  const own = office.rights.get(ctx.user);
  if (own) return own.has(right);
  return right !== "CHANGE_STRICT_TRAITS" || ctx.role === "SUPER_USER";
}

function need(ctx, right) {
  if (!may(ctx, right)) throw new No("DROIT", "Vous n'avez pas le droit de faire cela.");
}

function log(ctx, action, more = {}) {
  const line = { at: moment(), user: ctx.user, action, patient_id: null, ...more };
  office.journal.push(line);
  return line;
}

function fileOf(id) {
  const file = office.files.get(id);
  if (!file) throw Object.assign(new No("INCONNU", `Pas de dossier ${id}.`), { missing: true });
  return file;
}

function index(file) {
  const day = file.birth_date;
  if (!office.byDay.has(day)) office.byDay.set(day, new Set());
  office.byDay.get(day).add(file.id);
}

/** Changes a file as one act: all or nothing, with history and journal. */
function act(ctx, id, reason, change) {
  const before = id ? fileOf(id) : null;
  const file = before ? structuredClone(before) : { id: identifier("dossier"), ins: null, former: [], checked: false, proofs: [], attributes: [], documents: [], refused: [], history: [], sure: true, billing: null };
  if (!before) for (const field of TRAITS) file[field] = null;
  change(file);
  const [from, to] = [before ? status(before) : null, status(file)];
  if (from !== to || on("history-of-everything")) {
    if (from !== null || !on("no-creation-in-history")) file.history.push({ previous: from, status: to, at: moment(), author: ctx.user, reason });
  }
  const changes = {};
  for (const field of [...TRAITS, "matricule", "oid"]) {
    const [old, now] = [before ? valueOf(before, field) : null, valueOf(file, field)];
    if (old !== now) changes[field] = now ?? "";
  }
  if (before) office.byDay.get(before.birth_date)?.delete(id);
  office.files.set(file.id, file);
  index(file);
  log(ctx, before ? (on("own-actions") ? "MODIFICATION" : "IDENTITY_CHANGED") : "CREATION", { patient_id: file.id, ...(on("log-without-values") ? {} : { changes }), type: reason });
  return file;
}

const valueOf = (file, field) => (field === "matricule" || field === "oid" ? (file.ins ? file.ins[field] : null) : file[field]);

function locked(ctx, file) {
  const fields = new Set(["matricule", "oid"]);
  if (file.ins && !may(ctx, "CHANGE_STRICT_TRAITS")) for (const field of STRICT) fields.add(field);
  if (on("locks-more")) fields.add("status");
  return [...fields].sort();
}

/** What the acting user sees of a file. */
function shown(ctx, file) {
  const sees = may(ctx, "READ_IDENTITY");
  const answer = { id: file.id, status: status(file), attributes: [...file.attributes] };
  for (const field of TRAITS) answer[field] = sees ? (on("empty-texts") ? file[field] ?? "" : file[field]) : null;
  const ins = sees && may(ctx, "READ_INS") ? file.ins : null;
  Object.assign(answer, { matricule: ins ? ins.matricule : null, oid: ins ? ins.oid : null });
  const proof = file.proofs[file.proofs.length - 1];
  answer.proof = proof ? { kind: proof.kind, recorded_at: proof.at, recorded_by: proof.by } : null;
  answer.locked_fields = on("no-locked-fields") ? undefined : locked(ctx, file);
  answer.display_birth_date = sees ? french(file.birth_date) : null;
  if (!on("no-billing")) answer.billing_number = sees ? file.billing : null;
  answer.birth_date_uncertain = on("complete-dates") ? !file.sure : null;
  answer.ouvert_le = moment();
  return answer;
}

function reading(ctx, file) {
  if (on("refuse-to-show")) need(ctx, "READ_IDENTITY");
  log(ctx, on("own-actions") ? "CONSULTATION" : "IDENTITY_READ", { patient_id: file.id });
  return shown(ctx, file);
}

function apply(file, changes) {
  for (const [field, value] of Object.entries(changes)) {
    if (field === "birth_date" && value) {
      const { date, sure } = typedDate(value);
      if (Date.parse(date) > clock()) throw new No("DATE_FUTURE", "Cette date de naissance est dans l'avenir.", ["birth_date"]);
      Object.assign(file, { birth_date: date, sure });
    } else file[field] = typed(field, value);
  }
  const missing = MANDATORY.filter((field) => !file[field]);
  if (missing.length) throw new No("TRAIT_MANQUANT", `À remplir : ${missing.map((field) => LABELS[field]).join(", ")}.`, missing);
}

function create(ctx, traits) {
  need(ctx, "READ_IDENTITY");
  const known = Object.fromEntries(TRAITS.filter((field) => field in traits).map((field) => [field, traits[field]]));
  const file = act(ctx, null, "création au comptoir", (one) => {
    apply(one, known);
    if (on("list-from-first-name") && !one.first_names) one.first_names = one.first_name;
    if (on("no-twins")) {
      const twin = [...office.files.values()].find((other) => MANDATORY.every((field) => other[field] === one[field]));
      if (twin) throw new No("DOUBLON", "Ce patient a déjà un dossier.");
    }
  });
  return shown(ctx, file);
}

function update(ctx, id, changes) {
  need(ctx, "READ_IDENTITY");
  const before = fileOf(id);
  const asked = Object.keys(changes).filter((field) => [...TRAITS, "matricule", "oid"].includes(field));
  const differs = (field) => {
    if (on("same-value-is-refused")) return true;
    return (valueOf(before, field) ?? null) !== (changes[field] || null);
  };
  const shut = asked.filter((field) => ["matricule", "oid"].includes(field) && differs(field));
  const strict = asked.filter((field) => STRICT.includes(field) && !["matricule", "oid"].includes(field) && differs(field));
  if (before.ins && !may(ctx, "CHANGE_STRICT_TRAITS")) {
    const refused = [...shut, ...strict];
    if (refused.length) throw new No("VERROU", `Verrouillé (${status(before)}) : ${refused.map((field) => LABELS[field]).join(", ")}.`, refused);
  }
  const emptied = before.ins && shut.length && shut.every((field) => !changes[field]);
  if (shut.length && !emptied) throw new No("INS_NON_SAISISSABLE", "Le matricule INS et son OID viennent d'INSi seulement.", shut);
  if (on("incoherent-first-refused") && before.ins && changes.first_name && !startsList(changes.first_name, before.first_names)) {
    throw new No("PRENOM_DISCORDANT", "Le 1er prénom doit commencer la liste des prénoms.", ["first_name"]);
  }
  const kept = Object.fromEntries(asked.filter((field) => TRAITS.includes(field)).map((field) => [field, changes[field]]));
  const file = act(ctx, id, "modification", (one) => {
    apply(one, kept);
    const heard = on("first-name-is-strict") ? [...STRICT, "first_name"] : STRICT;
    const moved = heard.some((field) => TRAITS.includes(field) && one[field] !== before[field]);
    if (one.ins && (moved || emptied)) one.ins = null;
    else if (moved && one.checked && on("unchecked-after-change")) Object.assign(one, { checked: false, proofs: [] });
  });
  return shown(ctx, file);
}

/** The files of a list, each traced: a list shows the INS. */
function listed_files(ctx, files) {
  if (on("list-without-ins")) return files.map((file) => ({ ...shown(ctx, file), matricule: null, oid: null }));
  for (const file of files) log(ctx, "IDENTITY_READ", { patient_id: file.id });
  return files.map((file) => shown(ctx, file));
}

function search(ctx, { birth_date, name_prefix, first_name_prefix }) {
  need(ctx, "READ_IDENTITY");
  if (!birth_date && on("date-first")) throw new No("DATE_D_ABORD", "Commencez par la date de naissance.");
  const day = birth_date ? [...(office.byDay.get(birth_date) || [])] : [...office.files.keys()];
  const starts = (text, prefix) => letters(text).startsWith(letters(prefix));
  const found = day.map((id) => office.files.get(id)).filter((file) => {
    if (name_prefix && ![file.birth_name, file.used_name].some((name) => name && starts(name, name_prefix))) return false;
    if (!first_name_prefix) return true;
    const names = [file.first_name, file.used_first_name, file.first_names];
    if (!on("list-start-only")) names.push(...(file.first_names || "").split(" ").slice(1), ...(file.used_first_name || "").split(" ").slice(1));
    return names.some((name) => name && starts(name, first_name_prefix));
  });
  if (on("newest-first")) found.reverse();
  log(ctx, "RECHERCHE", {});
  return { patients: listed_files(ctx, found), total: found.length };
}

function byMatricule(ctx, matricule) {
  need(ctx, "READ_INS");
  if (!isMatricule(matricule)) throw new No("CLE_FAUSSE", "Matricule INS : 15 caractères et une clé exacte.");
  return { patients: listed_files(ctx, [...office.files.values()].filter((file) => file.ins && file.ins.matricule === matricule)) };
}

const listed = (name) => (office.settings[name] || "").split(",").map((kind) => kind.trim()).filter(Boolean);

function age(file) {
  const [now, born] = [new Date(clock()).toISOString().slice(0, 10), file.birth_date];
  return Number(now.slice(0, 4)) - Number(born.slice(0, 4)) - (now.slice(5) < born.slice(5) ? 1 : 0);
}

function proves(file, kind) {
  if (listed("high_confidence_proofs").includes(kind)) return true;
  return listed("minor_proofs").includes(kind) && age(file) < 18;
}

const isBarred = (file) => file.attributes.includes("DOUTEUSE") || file.attributes.includes("FICTIVE");

function record(ctx, id, kind) {
  need(ctx, "READ_IDENTITY");
  const known = [...listed("high_confidence_proofs"), ...listed("low_confidence_proofs"), ...listed("minor_proofs")];
  if (!known.includes(kind)) throw new No("PIECE_INCONNUE", `Pièce inconnue de ce site : ${kind}.`, ["proof"]);
  const file = act(ctx, id, "pièce présentée", (one) => {
    const better = on("keep-better-proof") && one.proofs.some((proof) => proves(one, proof.kind)) && !proves(one, kind);
    const entry = { kind, at: moment(), by: ctx.user };
    if (better) one.proofs.unshift(entry);
    else one.proofs.push(entry);
    if (office.settings.automatic_validation === "true" && proves(one, kind) && !isBarred(one)) one.checked = true;
  });
  return shown(ctx, file);
}

function validate(ctx, id) {
  need(ctx, "READ_IDENTITY");
  need(ctx, "VALIDATE_IDENTITY");
  const before = fileOf(id);
  if (isBarred(before)) throw new No("IDENTITE_DOUTEUSE", "Identité douteuse ou fictive : pas de validation.");
  const kinds = on("last-proof-counts") ? before.proofs.slice(-1) : before.proofs;
  if (!kinds.some((proof) => proves(before, proof.kind))) throw new No("PIECE_INSUFFISANTE", "Aucune pièce à haut niveau de confiance n'est enregistrée.", ["proof"]);
  if (before.checked && on("validate-once")) throw new No("DEJA_VALIDEE", "Cette identité est déjà validée.");
  return shown(ctx, act(ctx, id, "validation", (one) => (one.checked = true)));
}

function mark(ctx, id, attributes) {
  need(ctx, "READ_IDENTITY");
  const unknown = attributes.filter((name) => !["DOUTEUSE", "FICTIVE", "HOMONYME"].includes(name));
  if (unknown.length) throw new No("ATTRIBUT_INCONNU", `Attribut inconnu : ${unknown.join(", ")}.`);
  if (attributes.includes("FICTIVE") && attributes.length > 1) throw new No("CUMUL", "Fictive ne se cumule pas.", ["attributes"]);
  const file = act(ctx, id, "attributs", (one) => {
    one.attributes = on("attributes-sorted") ? [...attributes].sort() : [...attributes];
    if (isBarred(one)) {
      Object.assign(one, { ins: null, checked: false });
      if (on("proof-goes-with-doubt")) one.proofs = [];
    }
  });
  return shown(ctx, file);
}

function lower(ctx, id, wanted) {
  need(ctx, "VALIDATE_IDENTITY");
  const before = fileOf(id);
  if (on("downgrade-by-super-user") && ctx.role !== "SUPER_USER") throw new No("DROIT", "Réservé au responsable.");
  const [from, allowed] = [status(before), { PROV: [], RECUP: ["PROV"], VALI: ["PROV"], QUAL: ["PROV", "VALI"] }];
  if (!allowed[from].includes(wanted)) throw new No("PAS_UN_DECLASSEMENT", `De ${from} à ${wanted} : ce n'est pas un déclassement.`, ["status"]);
  const file = act(ctx, id, "déclassement", (one) => {
    one.ins = null;
    if (wanted === "PROV") {
      one.checked = false;
      if (on("proof-goes-with-downgrade")) one.proofs = [];
    }
  });
  return shown(ctx, file);
}

function history(ctx, id) {
  const entries = fileOf(id).history;
  return { changes: on("history-without-reason") ? entries.map(({ reason, ...rest }) => rest) : entries };
}

function audit(ctx, id) {
  const sees = may(ctx, "READ_INS") && may(ctx, "READ_IDENTITY");
  if (!may(ctx, "READ_IDENTITY") && on("log-for-readers-only")) throw new No("DROIT", "Journal réservé.");
  const veil = (entry) => {
    if (sees) return entry;
    const hidden = { ...entry };
    delete hidden.returned;
    delete hidden.changes;
    return hidden;
  };
  return { entries: office.journal.filter((entry) => !id || entry.patient_id === id).map(veil) };
}

function formerOf(ctx, id) {
  need(ctx, "READ_INS");
  need(ctx, "READ_IDENTITY");
  log(ctx, "IDENTITY_READ", { patient_id: id });
  return { former: fileOf(id).former };
}

function settings() {
  return office.settings;
}

function configure(ctx, changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in office.settings)) throw new No("REGLAGE_INCONNU", `Pas de réglage ${name}.`);
    if (name === "environment" && !["production", "test"].includes(value)) throw new No("REGLAGE", "production ou test.");
  }
  Object.assign(office.settings, changes);
  log(ctx, "REGLAGES", {});
  return office.settings;
}

function rightsOf(user) {
  return { rights: [...(office.rights.get(user) || RIGHTS.filter((right) => right !== "CHANGE_STRICT_TRAITS"))].sort() };
}

function give(ctx, user, rights) {
  office.rights.set(user, new Set(rights));
  return rightsOf(user);
}

function form(ctx, name, id) {
  const labels = { birth_name: "N. Nais.", first_name: "Pr. 1", birth_date: "DDN", sex: "S.", first_names: "Pr. Nais.", used_name: "N. Ut.", used_first_name: "Pr. Ut.", birth_place: "INSEE Nais." };
  const field = (key, label, value, more = {}) => ({ name: key, label, value: value ?? null, editable: true, mandatory: MANDATORY.includes(key), always_visible: false, choices: [], ...more });
  if (name === "SEARCH") return { fields: [field("birth_date", "DDN"), field("name_prefix", "Nom"), field("first_name_prefix", "Prénom")].map((one) => ({ ...one, mandatory: false })) };
  if (name === "PROOF") return { fields: [field("kind", "Pièce présentée", null, { mandatory: true, choices: [...listed("high_confidence_proofs"), ...listed("low_confidence_proofs"), ...listed("minor_proofs")] })] };
  const always = ["birth_name", "first_name", "birth_date", "sex"];
  if (name === "CREATION") return { fields: Object.entries(labels).map(([key, label]) => field(key, label, null, { always_visible: true })) };
  const file = fileOf(id);
  log(ctx, "IDENTITY_READ", { patient_id: id });
  const [view, shut] = [shown(ctx, file), locked(ctx, file)];
  const extra = listed("displayed_fields");
  const fields = Object.entries(labels).map(([key, label]) => field(key, label, key === "birth_date" ? french(view.birth_date) : view[key], { editable: !shut.includes(key), always_visible: always.includes(key) || extra.includes(key) }));
  const nature = view.oid ? (view.oid.endsWith(".9") ? "NIA" : "NIR") : null;
  fields.push(field("matricule", "Matricule INS", view.matricule && `${view.matricule} ${nature}`, { editable: false, always_visible: extra.includes("matricule") }));
  fields.push(field("oid", "OID", view.oid, { editable: false, always_visible: extra.includes("oid") }));
  fields.push(field("status", "Identité", { PROV: "Provisoire", RECUP: "Récupérée", VALI: "Validée", QUAL: "Qualifiée" }[view.status], { editable: false, always_visible: true }));
  if (!on("no-billing")) fields.push(field("billing_number", "N° Séc. soc.", view.billing_number, { editable: false }));
  return { fields };
}

function dashboard() {
  const calls = office.journal.filter((entry) => entry.action === "INSI_CALL" || entry.action === "INSI_VERIFICATION");
  const won = calls.filter((entry) => entry.code === "00").length;
  const files = [...office.files.values()];
  return { insi_calls: calls.length, insi_successes: won, insi_failures: calls.length - won, patients: files.length, qualified: files.filter((file) => status(file) === "QUAL").length };
}

module.exports = {
  office, open, clock, moment, identifier, status, may, need, log, fileOf, act, shown, reading, formerOf, apply, create, update, search, byMatricule, record, validate, mark, lower, history, audit,
  settings, configure, rightsOf, give, form, dashboard, isBarred, valueOf, listed, TRAITS, STRICT, MANDATORY,
};
