// A call of INSi with Node and the package "soap". Job as JSON on standard input, answer as one JSON object:
//   node client.js < job.json
// Job: wsdl (URL), ca (trust store, PEM), cert and key (PEM files, mutual TLS only), assertion (file, CPx only),
//      issuer (Emetteur: identifier of the card holder, or OU of the certificate), traits (parts of RECSANSVITALE).
'use strict';

const fs = require('node:fs');
const https = require('node:https');
const { randomUUID } = require('node:crypto');
const soap = require('soap');

const WSA = 'http://www.w3.org/2005/08/addressing';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const ACTION = 'urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite';

// Headers are given to this stack as text: it does not build those of the WSDL, and text keeps a signed assertion
// byte for byte. Id, Temps and MessageID are fresh in each call.
function headers(issuer, assertion) {
  const now = new Date().toISOString();
  const emetteur = issuer.replace(/[&<]/g, (sign) => ({ '&': '&amp;', '<': '&lt;' })[sign]);
  return [
    `<ContexteBAM xmlns="urn:siram:bam:ctxbam" Version="01_02"><Id>${randomUUID()}</Id><Temps>${now}</Temps>` +
      `<Emetteur>${emetteur}</Emetteur><COUVERTURE/></ContexteBAM>`,
    `<ContexteLPS xmlns="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><Id>${randomUUID()}</Id>` +
      `<Temps>${now}</Temps><Emetteur>${emetteur}</Emetteur><LPS><IDAM R="4">750000000001</IDAM><Version>01.00</Version>` +
      // Instance is constant per installation.
      '<Instance>5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a11</Instance><Nom>urn:lps:BANC-NODE:1.0</Nom></LPS></ContexteLPS>',
    `<Action xmlns="${WSA}">${ACTION}</Action>`,
    `<MessageID xmlns="${WSA}">uuid:${randomUUID()}</MessageID>`,
    ...(assertion ? [`<wsse:Security xmlns:wsse="${WSSE}">${assertion}</wsse:Security>`] : []),
  ];
}

async function call(job) {
  const read = (path) => path && fs.readFileSync(path);
  const [ca, cert, key] = [job.ca, job.cert, job.key].map(read);
  const client = await soap.createClientAsync(job.wsdl, {
    // SOAP 1.2 is not read from the WSDL: the namespace of the envelope and the Content-Type must be forced.
    forceSoap12Headers: true,
    // The WSDL is fetched before there is a client to give a security to.
    wsdl_options: { httpsAgent: new https.Agent({ ca, cert, key }) },
  });
  // Trust store of the calls and, for mutual TLS, the certificate; key and cert may be left out.
  client.setSecurity(new soap.ClientSSLSecurity(key, cert, ca));
  for (const header of headers(job.issuer, read(job.assertion))) client.addSoapHeader(header);

  let result;
  try {
    [result] = await client.rechercherInsAvecTraitsIdentiteAsync(job.traits);
  } catch (failure) {
    const fault = failure.root?.Envelope?.Body?.Fault;
    if (!fault) throw failure; // the network or TLS, not the service
    // An element with attributes is {attributes, $value}.
    const error = fault.Detail.Erreur;
    return {
      fault: error.attributes.code,
      severity: error.attributes.severite,
      label: error.$value,
      text: fault.Reason.Text.$value,
    };
  }
  const { CR, INDIVIDU: person } = result;
  if (!person) return { code: CR.CodeCR, label: CR.LibelleCR };
  return {
    code: CR.CodeCR,
    label: CR.LibelleCR,
    matricule: person.INSACTIF.IdIndividu.NumIdentifiant,
    key: person.INSACTIF.IdIndividu.Cle,
    oid: person.INSACTIF.OID,
    birth_name: person.TIQ.NomNaissance,
    first_names: person.TIQ.ListePrenom,
    birth_place: person.TIQ.LieuNaissance,
    history: person.INSHISTO?.length ?? 0,
  };
}

call(JSON.parse(fs.readFileSync(0, 'utf8'))).then(
  (answer) => console.log(JSON.stringify(answer)),
  (failure) => {
    console.error(failure.stack);
    process.exitCode = 1;
  },
);
