"use strict";
// Messages about a patient: HL7 v2 (PAM France) and FHIR (FR Core). An INS leaves for a qualified identity only.
const desk = require("./office");
const { No } = require("./words");

const NATURE = { "1.2.250.1.213.1.4.8": "NIR", "1.2.250.1.213.1.4.9": "NIA", "1.2.250.1.213.1.4.10": "NIR-TEST", "1.2.250.1.213.1.4.11": "NIR-DEMO" };

function hl7(file, ins) {
  const day = file.birth_date.replaceAll("-", "");
  const now = desk.moment().slice(0, 19).replace(/[-T:]/g, "");
  const ids = [`${file.id}^^^LAVANDE&1.2.3.4.5.6&ISO^PI`];
  if (ins) ids.push(`${ins.matricule}^^^ASIP-SANTE-INS-${ins.oid.endsWith(".9") ? "NIA" : "NIR"}&${ins.oid}&ISO^INS`);
  const names = [`${file.birth_name}^${file.first_name}^${file.first_names || ""}^^^^L`];
  if (file.used_name) names.push(`${file.used_name}^${file.used_first_name || file.first_name}^^^^^D`);
  const pid = Array(33).fill("");
  Object.assign(pid, { 0: "PID", 1: "1", 3: ids.join("~"), 5: names.join("~"), 7: day, 8: file.sex, 11: `^^^^^^BDL^^${file.birth_place}`, 31: "N", 32: file.checked ? "VALI" : "PROV" });
  return [`MSH|^~\\&|LAVANDE|PHARMACIE|||${now}||ADT^A31^ADT_A05|${file.number || now}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|||2.11^IHE_FRANCE-2.11-PAM`, `EVN||${now}`, pid.join("|"), "PV1||N"].join("\r") + "\r";
}

function fhir(file, ins) {
  const core = "https://hl7.fr/ig/fhir/core/";
  const identifier = [{ use: "secondary", type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0203", code: "PI" }] }, system: "urn:oid:1.2.3.4.5.6", value: file.id }];
  if (ins) {
    const code = `INS-${NATURE[ins.oid]}`;
    identifier.unshift({ use: "official", type: { coding: [{ system: `${core}CodeSystem/fr-core-cs-v2-0203`, code }] }, system: `urn:oid:${ins.oid}`, value: ins.matricule });
  }
  const name = { use: "official", family: file.birth_name, given: [file.first_name] };
  if (file.first_names) name.extension = [{ url: `${core}StructureDefinition/fr-core-patient-birth-list-given-name`, valueString: file.first_names }];
  const place = { system: "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM", code: file.birth_place };
  const reliability = { url: `${core}StructureDefinition/fr-core-identity-reliability`, extension: [{ url: "identityStatus", valueCoding: { system: `${core}CodeSystem/fr-core-cs-v2-0445`, code: file.checked ? "VALI" : "PROV" } }] };
  return JSON.stringify({
    resourceType: "Patient",
    meta: { profile: [`${core}StructureDefinition/${ins ? "fr-core-patient-ins" : "fr-core-patient"}`] },
    extension: [{ url: "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", valueAddress: { extension: [{ url: `${core}StructureDefinition/fr-core-address-insee-code`, valueCoding: place }] } }, reliability],
    identifier,
    name: [name, ...(file.used_name ? [{ use: "usual", family: file.used_name, given: [file.used_first_name || file.first_name] }] : [])],
    gender: { M: "male", F: "female" }[file.sex] || "unknown",
    birthDate: file.birth_date,
  });
}

/** A message about a file; throws No for the forms that this software does not write. */
function message(ctx, id, format) {
  desk.need(ctx, "READ_IDENTITY");
  const file = desk.fileOf(id);
  const ins = desk.status(file) === "QUAL" ? file.ins : null;
  if (ins) desk.need(ctx, "READ_INS");
  const writers = { HL7V2: hl7, FHIR: fhir };
  if (!(format in writers)) throw new No("FORMAT_ABSENT", `Lavande n'écrit pas de ${format}.`);
  desk.log(ctx, "EXPORT", { patient_id: id });
  return { name: `patient.${format === "FHIR" ? "json" : "hl7"}`, format, content: Buffer.from(writers[format](file, ins), "utf8").toString("base64") };
}

module.exports = { message };
