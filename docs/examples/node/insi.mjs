// Looks an identity up: the software under test, in its simplest form.
import { randomUUID } from "node:crypto";

const ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite";

const escaped = (text) => text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);

// Enough for answers that are checked elsewhere; a real software parses the XML.
const text = (xml, name) => xml.match(new RegExp(`<(?:\\w+:)?${name}[^>]*>([^<]*)<`))?.[1];

function envelope({ birthName, firstName, sex, birthDate }) {
  const now = new Date().toISOString().replace(/\.\d+/, "");
  return `<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">
<soap:Header>
<bam:ContexteBAM xmlns:bam="urn:siram:bam:ctxbam" Version="01_02"><bam:Id>${randomUUID()}</bam:Id><bam:Temps>${now}</bam:Temps><bam:Emetteur>10B0000001</bam:Emetteur><bam:COUVERTURE/></bam:ContexteBAM>
<lps:ContexteLPS xmlns:lps="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><lps:Id>${randomUUID()}</lps:Id><lps:Temps>${now}</lps:Temps><lps:Emetteur>10B0000001</lps:Emetteur><lps:LPS><lps:IDAM R="4">750000000001</lps:IDAM><lps:Version>01.00</lps:Version><lps:Instance>5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a10</lps:Instance><lps:Nom>urn:lps:EXAMPLE-JS:1.0</lps:Nom></lps:LPS></lps:ContexteLPS>
<wsa:Action>${ACTION}</wsa:Action><wsa:MessageID>uuid:${randomUUID()}</wsa:MessageID>
</soap:Header>
<soap:Body><RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans"><NomNaissance>${escaped(birthName)}</NomNaissance><Prenom>${escaped(firstName)}</Prenom><Sexe>${sex}</Sexe><DateNaissance>${birthDate}</DateNaissance></RECSANSVITALE></soap:Body>
</soap:Envelope>`;
}

export class InsiUnavailable extends Error {}

/** Returns the matricule (15 characters), or null when INSi finds nobody or several; throws InsiUnavailable on a fault. */
export async function lookUp(url, traits) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/soap+xml; charset=utf-8" },
    body: envelope(traits),
    signal: AbortSignal.timeout(30_000),
  });
  const xml = await response.text();
  if (!response.ok) throw new InsiUnavailable(xml.match(/ code="(\w+)"/)?.[1] ?? "unknown");
  if (text(xml, "CodeCR") !== "00") return null;
  return text(xml, "NumIdentifiant") + text(xml, "Cle");
}
