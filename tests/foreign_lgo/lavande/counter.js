"use strict";
// At the counter: INSi is called, what it returns is proposed, and somebody decides. Cards, verifications and what others send, too.
const crypto = require("crypto");
const { on } = require("./options");
const insi = require("./insi");
const { No, LABELS, SURNAME, GIVEN, typed, typedDate, plain, isDay, isMatricule, isOid, french, parts, startsList } = require("./words");
const desk = require("./office");

const { office } = desk;
const OPERATION = { TRAITS: "rechercherInsAvecTraitsIdentite", VITALE: "rechercherInsAvecCarteVitale", VERIFY: "verifierInsAvecTraitsIdentite" };
const FED = ["matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place"];

/** Sends one request, logs it, and says how it ended: {code, found} or {fault, text} or {broken}. */
async function exchange(ctx, mode, body, { id = null, cover, assertions = [], message = crypto.randomUUID() } = {}) {
  const operation = OPERATION[mode];
  const means = office.means.get(ctx.user);
  const moment = new Date(desk.clock()).toISOString().replace(/\.\d+Z/, "Z");
  if (means === "PSC") assertions = [insi.psc(ctx.user, moment), ...assertions];
  const text = insi.envelope(operation, body, { now: desk.clock(), cover, assertions: assertions.join(""), message });
  const entry = { mode: mode === "VERIFY" ? null : mode, patient_id: id, code: null, returned: {} };
  if (means) entry.authentication = means;
  const seconds = Number(office.settings.insi_timeout_seconds || 8);
  const { epoch, url } = office;
  let end;
  try {
    end = insi.understand(await insi.post(url, text, operation, seconds, means === "PSC" ? "jeton-psc" : null), mode === "VERIFY" ? "Resultat" : "RESULTAT");
  } catch (error) {
    end = { broken: error.message };
  }
  if (office.epoch !== epoch) throw new No("REMISE_A_ZERO", "La base a été vidée pendant l'appel.");
  entry.code = end.fault || end.code || (on("own-word-in-log") && /délai/.test(end.broken) ? "DELAI" : null);
  if (end.found) for (const field of FED) if (end.found[field]) entry.returned[field] = end.found[field];
  if (end.found && end.found.former.length && !on("history-not-logged")) entry.returned.historique = end.found.former.map((one) => `${one.matricule} ${one.oid}`).join(" ; ");
  if (on("log-start-and-end")) desk.log(ctx, "INSI_DEBUT", { patient_id: id });
  (ctx.lines ??= []).push(desk.log(ctx, mode === "VERIFY" ? "INSI_VERIFICATION" : "INSI_CALL", entry));
  return end;
}

/** Tries given names and place in turn; resolves to the last end. */
async function searchWith(ctx, who, id) {
  const others = parts_of(who.first_names).filter((one) => !parts_of(who.first_name).includes(one));
  const base = { name: who.birth_name, sex: who.sex, date: who.birth_date, place: null };
  const place = who.birth_place && who.birth_place !== "99999" ? who.birth_place : null;
  if (on("place-at-once")) base.place = place;
  const message = crypto.randomUUID();
  const options = () => ({ id, message: on("same-message-id") ? message : undefined });
  const send = async (more) => exchange(ctx, "TRAITS", insi.bySearch({ ...base, ...more }), options());
  const givens = on("one-call") ? [who.first_name] : [who.first_name, ...others];
  let end;
  for (const given of givens) {
    end = await send({ given });
    if (end.broken && on("retry-once")) end = await send({ given });
    if (end.code === "02" && !on("stop-at-02")) {
      const rest = others.filter((one) => one !== given);
      const longer = rest.length && given === who.first_name ? [given, ...rest].join(" ") : given;
      if (longer !== given) end = await send({ given: longer });
      if (end.code === "02" && place && !base.place) end = await send({ given: longer, place });
    }
    if (end.code !== "01") return end;
  }
  if (givens.length > 1) end = await send({ given: givens.join(" ") });
  return end;
}

const parts_of = (text) => (text || "").split(" ").filter(Boolean);

/** Why an identity found may not be proposed. */
function faults(found) {
  const list = [];
  const say = (code, message) => list.push({ code, message });
  if (!found) return [{ code: "REPONSE_ILLISIBLE", message: "INSi annonce une identité et n'en donne pas." }];
  if (!isMatricule(found.matricule)) say("CLE_FAUSSE", `Matricule reçu inexact : ${found.matricule}.`);
  if (!isOid(found.oid, office.settings.environment === "production")) say("OID_REFUSE", `OID reçu refusé : ${found.oid}.`);
  for (const field of ["birth_name", "first_names", "sex"]) if (!found[field]) say("TRAIT_VIDE", `INSi ne donne pas : ${LABELS[field]}. L'identité n'est pas reprise.`);
  if (found.birth_name && !SURNAME.test(found.birth_name)) say("NOM_INVALIDE", "Nom reçu invalide.");
  if (found.first_names && !GIVEN.test(found.first_names)) say("PRENOM_INVALIDE", "Prénoms reçus invalides.");
  if (found.sex && !["M", "F"].includes(found.sex)) say("SEXE_INVALIDE", `Sexe reçu invalide : ${found.sex}.`);
  if (!isDay(found.birth_date)) say("DATE_INCOMPLETE", `Date de naissance reçue incomplète ou impossible : ${french(found.birth_date)}. L'identité n'est pas reprise.`);
  if (found.birth_place && !/^(?:\d{5}|2[AB]\d{3})$/.test(found.birth_place)) say("LIEU_INVALIDE", `Lieu reçu invalide : ${found.birth_place}.`);
  return list;
}

function warnings(file, found) {
  const list = [];
  if (file.first_name && !startsList(file.first_name, found.first_names)) {
    list.push({ code: "PRENOM_DISCORDANT", message: `Le 1er prénom ${file.first_name} n'est pas le début de la liste reçue : ${found.first_names}.` });
  }
  if (file.checked) {
    const moved = ["birth_name", "first_names", "birth_date", "sex", "birth_place"].filter((field) => file[field] && file[field] !== "99999" && found[field] && file[field] !== found[field]);
    if (moved.length) list.push({ code: "A_REEXAMINER", message: `Diffère de ce qui a été contrôlé sur la pièce d'identité : ${moved.map((field) => LABELS[field]).join(", ")}.` });
  }
  if (on("chatty-alerts")) list.push({ code: "CONSEIL", message: "Pensez à demander l'adresse du patient." });
  return list;
}

const SAID = {
  FOUND: "INSi a trouvé une identité. Comparez, puis acceptez ou refusez.",
  REJECTED: "INSi a répondu, mais cette identité ne peut pas être reprise.",
  NOT_FOUND: "INSi ne connaît personne sous ces traits. Vérifiez-les sur la pièce d'identité.",
  SEVERAL: "Plusieurs personnes portent ces traits : ajoutez des prénoms ou le lieu de naissance.",
  ERROR: "INSi est indisponible pour le moment. Vous pouvez continuer sans INS.",
};

function conclude(ctx, end, id, typedTraits) {
  const call = { id: desk.identifier("appel"), outcome: "ERROR", patient_id: id, code: end.fault || end.code || null, message: "", alerts: [], candidates: [] };
  let proposal = null;
  if (end.code === "00") {
    const wrong = faults(end.found);
    call.outcome = wrong.length ? "REJECTED" : "FOUND";
    call.alerts = wrong;
    if (!wrong.length) {
      if (!on("alerts-at-proposal-only")) call.alerts = warnings(id ? desk.fileOf(id) : { ...typedTraits, checked: false }, end.found);
      const same = id && on("no-dialog-when-same") && FED.every((field) => desk.valueOf(desk.fileOf(id), field) === end.found[field]);
      if (!same) proposal = { found: end.found, typed: typedTraits };
    }
  } else if (end.code === "01") call.outcome = "NOT_FOUND";
  else if (end.code === "02") call.outcome = "SEVERAL";
  else if (end.code) call.code = end.code;
  call.message = SAID[call.outcome] + (end.fault ? ` (${end.fault} : ${end.text})` : end.broken ? ` (${end.broken})` : "");
  if (call.outcome !== "FOUND" && on("alert-for-all") && !call.alerts.length) call.alerts = [{ code: "INSI", message: call.message }];
  if (id && !on("keep-old-proposals")) for (const other of office.calls.values()) if (other.call.patient_id === id) other.proposal = null;
  office.calls.set(call.id, { call, proposal, lines: ctx.lines });
  return call;
}

function blocked(id, message) {
  if (on("refuse-instead-of-blocked")) throw new No("APPEL_BLOQUE", message);
  const call = { id: desk.identifier("appel"), outcome: "BLOCKED", patient_id: id, code: null, message, alerts: [], candidates: [] };
  office.calls.set(call.id, { call, proposal: null });
  return call;
}

function reasonToBlock(who) {
  for (const field of ["birth_name", "first_name", "birth_date", "sex"]) if (!who[field]) return `Il manque : ${LABELS[field]}.`;
  if (!["M", "F"].includes(who.sex)) return "INSi ne connaît que les sexes M et F.";
  if (!SURNAME.test(who.birth_name) || !GIVEN.test(who.first_name)) return "Ce nom ou ce prénom ne peut pas être envoyé à INSi.";
  return isDay(who.birth_date) ? null : "Date de naissance incomplète.";
}

async function call(ctx, { mode, patient_id, traits, reading_id, rank }) {
  for (const right of ["READ_IDENTITY", "CALL_INSI"]) desk.need(ctx, right);
  const id = patient_id || null;
  const file = id ? desk.fileOf(id) : null;
  if (file && desk.isBarred(file)) return blocked(id, "Identité douteuse ou fictive : INSi n'est pas interrogé.");
  if (mode === "VITALE") return byCard(ctx, id, reading_id, rank);
  let who = file;
  if (!file) {
    who = {};
    try {
      for (const field of desk.TRAITS) who[field] = field === "birth_date" && traits[field] ? typedDate(traits[field]).date : typed(field, traits[field]);
    } catch (error) {
      if (error instanceof No && !on("refuse-instead-of-blocked")) return blocked(null, error.message);
      throw error;
    }
  }
  const reason = reasonToBlock(who);
  if (reason) return blocked(id, reason);
  return conclude(ctx, await searchWith(ctx, who, id), id, id ? null : who);
}

function compare(entry) {
  const file = entry.call.patient_id ? desk.fileOf(entry.call.patient_id) : null;
  const local = (field) => (file ? desk.valueOf(file, field) : entry.proposal.typed && field !== "matricule" && field !== "oid" ? entry.proposal.typed[field] : null) ?? null;
  const fields = FED.map((field) => {
    const [mine, theirs] = [local(field), entry.proposal.found[field]];
    const line = { field, local: mine, insi: theirs, different: mine !== theirs, label: LABELS[field] };
    if (field === "birth_date") Object.assign(line, { local_display: french(mine), insi_display: french(theirs) });
    else if (!on("displays-for-dates-only")) Object.assign(line, { local_display: mine, insi_display: theirs });
    return line;
  });
  if (on("more-compared-fields")) fields.push({ field: "first_name", local: local("first_name"), insi: entry.proposal.found.first_names.split(" ")[0], different: false });
  if (on("compared-backwards")) fields.reverse();
  return { call_id: entry.call.id, fields, alerts: on("alerts-at-call-only") ? [] : warnings(file || { ...entry.proposal.typed, checked: false }, entry.proposal.found) };
}

function callOf(id) {
  const entry = office.calls.get(id);
  if (!entry) throw Object.assign(new No("INCONNU", `Pas d'appel ${id}.`), { missing: true });
  return entry;
}

function proposal(ctx, id) {
  for (const right of ["READ_IDENTITY", "READ_INS"]) desk.need(ctx, right);
  const entry = callOf(id);
  if (!entry.proposal) throw new No("RIEN_A_COMPARER", "Cet appel ne propose rien, ou plus rien.");
  return compare(entry);
}

function decide(ctx, id, accept) {
  for (const right of ["READ_IDENTITY", "READ_INS"]) desk.need(ctx, right);
  const entry = callOf(id);
  if (!entry.proposal) throw new No("RIEN_A_DECIDER", "Cet appel ne propose rien, ou plus rien.");
  const { found, typed: traits } = entry.proposal;
  const patient = entry.call.patient_id;
  if (!accept) {
    entry.proposal = null;
    return { patient: patient ? desk.shown(ctx, desk.fileOf(patient)) : null };
  }
  if (patient && desk.isBarred(desk.fileOf(patient))) throw new No("IDENTITE_DOUTEUSE", "Identité douteuse ou fictive : INS non reprise.");
  const file = desk.act(ctx, patient, "identité INSi acceptée", (one) => feed(one, found, traits));
  entry.proposal = null;
  entry.call.patient_id = file.id;
  if (!patient && !on("creation-calls-stay-apart")) for (const line of entry.lines) line.patient_id = file.id;
  return { patient: desk.shown(ctx, file) };
}

function feed(one, found, traits) {
  if (traits) for (const field of ["first_name", "used_name", "used_first_name"]) one[field] = traits[field] ?? null;
  const former = [...found.former];
  const known = [...one.former, ...(one.ins ? [{ ...one.ins, start: null, end: null }] : [])];
  for (const old of known) {
    const same = (other) => other.matricule === old.matricule && other.oid === old.oid;
    if (!former.some(same) && !same(found)) former.push(old);
  }
  one.former = on("oldest-ins-last") ? former.reverse() : former;
  one.ins = { matricule: found.matricule, oid: found.oid };
  for (const field of ["birth_name", "first_names", "birth_date", "sex"]) one[field] = found[field];
  one.birth_place = found.birth_place || one.birth_place || (traits && traits.birth_place) || "99999";
  if (!one.first_name) one.first_name = found.first_names.split(" ")[0];
  one.sure = true;
}

function start(ctx, id) {
  desk.need(ctx, "CALL_INSI");
  const file = desk.fileOf(id);
  const call_id = desk.identifier("appel");
  office.calls.set(call_id, { call: { id: call_id, patient_id: id }, proposal: null, waiting: true });
  call(ctx, { mode: "TRAITS", patient_id: id }).then(
    (done) => {
      const entry = office.calls.get(done.id);
      office.calls.delete(done.id);
      Object.assign(entry.call, { id: call_id });
      office.calls.set(call_id, entry);
    },
    (error) => office.calls.set(call_id, { call: { id: call_id, outcome: "ERROR", patient_id: file.id, code: null, message: error.message, alerts: [], candidates: [] }, proposal: null }),
  );
  return { call_id };
}

const outcome = (id) => ({ call: callOf(id).waiting ? null : callOf(id).call });

// Cards

function readCard(ctx, card) {
  office.reader = card.number;
  const reading = { id: desk.identifier("lecture"), card, at: desk.clock() };
  office.readings.set(reading.id, reading);
  return { id: reading.id, beneficiaries: card.beneficiaries };
}

function personOn(reading_id, rank) {
  const reading = office.readings.get(reading_id);
  if (!reading) throw new No("LECTURE_INCONNUE", "Relisez la carte.");
  const person = reading.card.beneficiaries.find((one) => one.rank === rank);
  if (!person) throw new No("BENEFICIAIRE", "Ce bénéficiaire n'est pas sur la carte.");
  return { reading, person };
}

async function byCard(ctx, id, reading_id, rank) {
  const { reading, person } = personOn(reading_id, rank);
  if (reading.card.number !== office.reader) return blocked(id, "La carte n'est plus celle qui a été lue.");
  if (desk.clock() - reading.at >= 20 * 60_000) return blocked(id, "Lecture de plus de vingt minutes : relisez la carte.");
  const insured = reading.card.beneficiaries[0].billing_number;
  const who = { own: person.own_number || null, insured, name: person.birth_name || null, date: person.birth_date, rank: person.birth_rank || "1" };
  const end = await exchange(ctx, "VITALE", insi.byCard(who), { id, cover: insi.coverOf(who), assertions: [insi.card(reading)] });
  const given = person.first_name ? plain(person.first_name) : null;
  return conclude(ctx, end, id, id ? null : { first_name: given, birth_place: null, birth_name: person.birth_name ? plain(person.birth_name) : null, birth_date: isDay(person.birth_date) ? person.birth_date : null, sex: person.sex });
}

function attach(ctx, id, reading_id, rank) {
  desk.need(ctx, "READ_IDENTITY");
  const { person } = personOn(reading_id, rank);
  return desk.shown(ctx, desk.act(ctx, id, "carte rattachée", (one) => (one.billing = person.billing_number)));
}

function fromApp(ctx, identity, id) {
  const wrong = faults({ ...identity, former: [] });
  if (wrong.length) throw new No(wrong[0].code, wrong[0].message);
  const file = desk.act(ctx, id || null, "Appli carte Vitale", (one) => {
    if (desk.isBarred(one)) throw new No("IDENTITE_DOUTEUSE", "Identité douteuse ou fictive.");
    feed(one, { ...identity, former: [] }, null);
    one.checked = true;
    if (!on("no-proof-from-app")) one.proofs.push({ kind: "APP_VITALE", at: desk.moment(), by: ctx.user });
  });
  return desk.shown(ctx, file);
}

// Verification

async function ask(ctx, identity, id) {
  const end = await exchange(ctx, "VERIFY", insi.byVerification(identity), { id });
  const code = end.fault || end.code || null;
  if (end.code === "00") return { outcome: "OK", patient_id: id, code, message: "INSi confirme cette INS.", alerts: [] };
  if (end.code === "01") return { outcome: "KO", patient_id: id, code, message: "INSi ne confirme pas cette INS.", alerts: [{ code: "VERIFICATION_KO", message: "INS non confirmée par INSi : identité à revoir." }] };
  return { outcome: "ERROR", patient_id: id, code, message: `Vérification impossible pour le moment (${end.fault || end.broken || code}).`, alerts: [] };
}

function todo(reason, message, patient_id = null) {
  office.work.push({ id: desk.identifier("tache"), reason, message, patient_id, at: desk.moment() });
}

async function verify(ctx, id) {
  desk.need(ctx, "CALL_INSI");
  const file = desk.fileOf(id);
  if (!file.ins && on("verify-refused")) throw new No("SANS_INS", "Ce dossier n'a pas d'INS à vérifier.");
  if (!file.ins) return { outcome: "BLOCKED", patient_id: id, code: null, message: "Ce dossier n'a pas d'INS à vérifier.", alerts: [] };
  const asked = { ...file.ins };
  const done = await ask(ctx, { ...file, ...file.ins }, id);
  const now = desk.fileOf(id);
  if (done.outcome === "KO" && now.ins && now.ins.matricule === asked.matricule) {
    desk.act(ctx, id, "vérification KO", (one) => Object.assign(one, { ins: null, checked: false }));
    todo("VERIFICATION_KO", `INS non confirmée : ${file.birth_name} ${file.first_name}.`, id);
  }
  return done;
}

async function verifyAll(ctx, ids) {
  const lot = { id: desk.identifier("lot"), is_complete: true, results: [] };
  ids.forEach(desk.fileOf);
  for (const id of ids) lot.results.push(await verify(ctx, id));
  office.lots.set(lot.id, lot);
  return lot;
}

function lot(id) {
  if (!office.lots.has(id)) throw Object.assign(new No("INCONNU", "Pas de tel lot."), { missing: true });
  return office.lots.get(id);
}

// What others send

function cleaned(identity) {
  const one = {};
  for (const field of desk.TRAITS) one[field] = identity[field] ? typed(field, identity[field]) : null;
  if (!one.first_name && one.first_names) one.first_name = one.first_names.split(" ")[0];
  if (one.birth_date) one.birth_date = typedDate(one.birth_date).date;
  return { ...one, ins: identity.matricule && identity.oid ? { matricule: identity.matricule, oid: identity.oid } : null };
}

const CIVIL = ["birth_name", "birth_date", "sex"];

function sameTraits(file, one) {
  if (!CIVIL.every((field) => file[field] === one[field])) return false;
  if (one.first_names && file.first_names && one.first_names !== file.first_names) return false;
  if (one.birth_place && file.birth_place && file.birth_place !== "99999" && one.birth_place !== file.birth_place) return false;
  return startsList(file.first_name, one.first_names || one.first_name) || startsList(one.first_name, file.first_names || file.first_name);
}

async function receive(ctx, identity, sender) {
  let one;
  try {
    one = cleaned(identity);
  } catch (error) {
    if (!(error instanceof No)) throw error;
    todo("IDENTITE_REFUSEE", error.message);
    return { outcome: "QUEUED", patient_id: null, verification: null, alerts: [{ code: error.code, message: error.message }] };
  }
  const files = [...office.files.values()];
  const holder = one.ins && files.find((file) => file.ins && file.ins.matricule === one.ins.matricule && file.ins.oid === one.ins.oid);
  if (holder) {
    if (!sameTraits(holder, one)) return wait("TRAITS_DIFFERENTS", "Même INS, autres traits : à rapprocher à la main.", holder.id, null, identity);
    if (!identity.document) return { outcome: "UNCHANGED", patient_id: holder.id, verification: null, alerts: [] };
    if (desk.status(holder) !== "QUAL") return wait("NON_QUALIFIEE", "Identité locale non qualifiée : document à rattacher à la main.", holder.id, null, identity);
    file_document(ctx, holder.id, identity, sender);
    return { outcome: "ATTACHED", patient_id: holder.id, verification: null, alerts: [] };
  }
  const local = files.find((file) => sameTraits(file, one));
  if (!one.ins) {
    if (local) return wait("SANS_INS", "Identité reçue sans INS : à rapprocher à la main.", local.id, null, identity);
    if (on("create-without-ins") && one.first_name && one.birth_name && one.birth_date && one.sex) {
      if (identity.document) todo("DOCUMENT_EN_ATTENTE", `Document à rattacher : ${identity.document}.`);
      return { outcome: "CREATED", patient_id: makeFrom(ctx, one, null).id, verification: null, alerts: [] };
    }
    return wait("SANS_INS", "Identité reçue sans INS : créez un dossier provisoire si besoin.", null, null, identity);
  }
  const wrong = faults({ ...one, first_names: one.first_names || one.first_name, ...one.ins, former: [] });
  if (wrong.length) return wait(wrong[0].code, wrong[0].message, local ? local.id : null, null, identity);
  const check = await ask(ctx, { ...one, ...one.ins }, local ? local.id : null);
  if (check.outcome === "ERROR") return wait("A_VERIFIER", "INS reçue non vérifiée : INSi n'a pas répondu.", local ? local.id : null, check, identity);
  if (check.outcome === "KO") {
    todo("VERIFICATION_KO", `INS reçue de ${sender} non confirmée par INSi.`, local ? local.id : null);
    if (identity.document) todo("DOCUMENT_NON_INTEGRE", `Document non intégré : ${identity.document}.`, local ? local.id : null);
    const alerts = [{ code: "VERIFICATION_KO", message: "INS reçue non confirmée par INSi ; le document n'est pas intégré." }];
    if (local) return { outcome: "UNCHANGED", patient_id: local.id, verification: check, alerts };
    if (on("propose-after-ko")) return { outcome: "QUEUED", patient_id: null, verification: check, alerts };
    const made = makeFrom(ctx, one, null);
    return { outcome: "CREATED", patient_id: made.id, verification: { ...check, patient_id: made.id }, alerts };
  }
  if (local) {
    if (on("known-is-updated") && !desk.isBarred(local) && !local.ins) {
      desk.act(ctx, local.id, "INS reçue et vérifiée", (file) => (file.ins = one.ins));
      if (identity.document) todo("DOCUMENT", `Document à rattacher : ${identity.document}.`, local.id);
      return { outcome: "UPDATED", patient_id: local.id, verification: check, alerts: [] };
    }
    return wait("INS_A_RAPPROCHER", "INS reçue et vérifiée : à rapprocher du dossier local.", local.id, check, identity);
  }
  const made = makeFrom(ctx, one, one.ins);
  if (identity.document) todo("DOCUMENT_EN_ATTENTE", `Document à rattacher : ${identity.document}.`, made.id);
  return { outcome: "CREATED", patient_id: made.id, verification: { ...check, patient_id: made.id }, alerts: [] };
}

function makeFrom(ctx, one, ins) {
  return desk.act(ctx, null, "identité reçue", (file) => {
    for (const field of desk.TRAITS) file[field] = one[field];
    file.birth_place = file.birth_place || "99999";
    file.ins = ins;
  });
}

function wait(code, message, id, verification, identity) {
  todo(code, identity.document ? `${message} (${identity.document})` : message, id);
  return { outcome: "QUEUED", patient_id: id, verification, alerts: [{ code, message }] };
}

function file_document(ctx, id, identity, sender) {
  desk.act(ctx, id, "document reçu", (file) => file.documents.push({ id: desk.identifier("document"), name: identity.document, sender, at: desk.moment() }));
}

/** The identity in an INS datamatrix; throws No. */
function decoded(content) {
  const refused = () => new No("CODE_INCONNU", "Ce code n'est pas un Datamatrix INS.");
  if (!content.startsWith("IS01" + "0".repeat(22))) throw refused();
  const names = { S1: ["matricule", 15], S2: ["oid", 20], S3: ["first_names", 100], S4: ["birth_name", 100], S5: ["sex", 1], S6: ["birth_date", 10], S7: ["birth_place", 5] };
  const fixed = ["S1", "S5", "S6", "S7"];
  const one = {};
  let at = 26;
  while (at < content.length) {
    const block = names[content.slice(at, at + 2)];
    if (!block || block[0] in one) throw refused();
    const [name, size] = block;
    const rest = content.slice(at + 2);
    const value = rest.slice(0, size).split("\u001d")[0];
    if (fixed.includes(content.slice(at, at + 2)) && value.length !== size) throw refused();
    one[name] = value;
    at += 2 + value.length;
    if (content[at] === "\u001d") at += 1;
  }
  for (const name of ["matricule", "oid", "first_names", "birth_name", "sex", "birth_date"]) if (!one[name]) throw refused();
  one.birth_date = one.birth_date.split("-").reverse().join("-");
  return one;
}

async function scan(ctx, content) {
  return receive(ctx, decoded(content), "Datamatrix");
}

module.exports = { call, proposal, decide, start, outcome, readCard, attach, fromApp, verify, verifyAll, lot, receive, scan };
