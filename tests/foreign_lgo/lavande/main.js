"use strict";
// Lavande, an LGO that knows nothing of the bench but its driver API: node main.js [PORT]
const http = require("http");
const { on, choose } = require("./options");
const { No } = require("./words");
const desk = require("./office");
const counter = require("./counter");
const papers = require("./papers");

const { office } = desk;
const ok = (body) => [200, body];
const made = (body) => [201, body];
const done = () => [204, null];

const ACTS = {
  create_patient: ["POST", "/patients", (c) => made(desk.create(c, c.body))],
  search_patients: ["GET", "/patients", (c) => ok(desk.search(c, c.query))],
  read_patient: ["GET", "/patients/:id", (c) => ok(desk.reading(c, desk.fileOf(c.id)))],
  update_patient: ["PATCH", "/patients/:id", (c) => ok(desk.update(c, c.id, c.body))],
  call_insi_traits: ["POST", "/insi-calls", async (c) => made(await counter.call(c, c.body))],
  search_insi: [],
  read_proposal: ["GET", "/insi-calls/:id/proposal", (c) => ok(counter.proposal(c, c.id))],
  decide_proposal: ["POST", "/insi-calls/:id/decision", (c) => ok(counter.decide(c, c.id, c.body.accept))],
  record_proof: ["POST", "/patients/:id/proofs", (c) => ok(desk.record(c, c.id, c.body.kind))],
  validate_identity: ["POST", "/patients/:id/validation", (c) => ok(desk.validate(c, c.id))],
  set_attributes: ["PUT", "/patients/:id/attributes", (c) => ok(desk.mark(c, c.id, c.body.attributes))],
  downgrade_status: ["POST", "/patients/:id/downgrade", (c) => ok(desk.lower(c, c.id, c.body.status))],
  read_status_history: ["GET", "/patients/:id/history", (c) => ok(desk.history(c, c.id))],
  read_audit_log: ["GET", "/audit-log", (c) => ok(desk.audit(c, c.query.patient_id))],
  read_settings: ["GET", "/settings", () => ok(desk.settings())],
  write_settings: ["PUT", "/settings", (c) => ok(desk.configure(c, c.body))],
  search_by_matricule: ["GET", "/matricule-search", (c) => ok(desk.byMatricule(c, c.query.matricule))],
  start_insi_call: ["POST", "/patients/:id/started-insi-calls", (c) => made(counter.start(c, c.id))],
  read_insi_call: ["GET", "/insi-calls/:id", (c) => ok(counter.outcome(c.id))],
  read_ins_history: ["GET", "/patients/:id/ins-history", (c) => ok(desk.formerOf(c, c.id))],
  choose_authentication: ["PUT", "/authentication", (c) => means(c, c.body.means)],
  read_card: ["POST", "/card-readings", (c) => made(counter.readCard(c, c.body.card))],
  swap_card: ["PUT", "/card-reader", (c) => ((office.reader = c.body.card.number), done())],
  call_insi_card: [],
  attach_card: ["PUT", "/patients/:id/card", (c) => ok(counter.attach(c, c.id, c.body.reading_id, c.body.rank))],
  import_app_identity: ["POST", "/app-readings", (c) => ok(counter.fromApp(c, c.body.identity, c.body.patient_id))],
  verify_ins: ["POST", "/patients/:id/verifications", async (c) => made(await counter.verify(c, c.id))],
  start_bulk_verification: ["POST", "/bulk-verifications", async (c) => made(await counter.verifyAll(c, c.body.patient_ids))],
  read_bulk_verification: ["GET", "/bulk-verifications/:id", (c) => ok(counter.lot(c.id))],
  write_trusted_senders: ["PUT", "/trusted-senders", (c) => ok({ senders: (office.senders = c.body.senders) })],
  receive_identity: ["POST", "/received-identities", async (c) => made(await counter.receive(c, c.body.identity, c.body.identity.sender))],
  scan_datamatrix: ["POST", "/scans", async (c) => made(await counter.scan(c, c.body.content))],
  read_worklist: ["GET", "/worklist", () => ok({ items: office.work })],
  read_documents: ["GET", "/patients/:id/documents", (c) => ok({ documents: desk.fileOf(c.id).documents })],
  export_message: ["POST", "/patients/:id/messages", (c) => made(papers.message(c, c.id, c.body.format))],
  read_form: ["GET", "/forms/:id", (c) => ok(desk.form(c, c.id, c.query.patient_id))],
  read_rights: ["GET", "/rights/:id", (c) => ok(desk.rightsOf(c.id))],
  write_rights: ["PUT", "/rights/:id", (c) => ok(desk.give(c, c.id, c.body.rights))],
  read_dashboard: ["GET", "/dashboard", () => ok(desk.dashboard())],
  set_clock: ["PUT", "/clock", (c) => ((office.shift = c.body.now ? Date.parse(c.body.now) - Date.now() : 0), done())],
};

function means(c, wanted) {
  if (wanted !== "PSC" && wanted !== "CERTIFICATE") throw new No("MOYEN_ABSENT", "Ce poste n'a pas de lecteur de carte CPx.");
  office.means.set(c.user, wanted);
  return done();
}

function capabilities() {
  return ok({ name: "Lavande", version: "4.20", vendor: "Éditions du Lavoir", verbs: Object.keys(ACTS), not_supported: { receive_message: "Les messages arrivent par un autre logiciel.", render_document: "Les documents sont produits par un autre logiciel." } });
}

const ROUTES = [
  ["GET", "/capabilities", capabilities],
  ["POST", "/reset", (c) => (desk.open(c.body.insi_url), done())],
  ["PUT", "/lavande/options", (c) => ok(choose(c.body))],
  ...Object.values(ACTS).filter((act) => act.length),
].map(([method, pattern, act]) => [method, new RegExp(`^${pattern.replace(/:id/, "(?<id>[^/]+)")}$`), act]);

async function answer(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const content = Buffer.concat(chunks).toString("utf8");
  const url = new URL(request.url, "http://localhost");
  for (const [method, pattern, act] of ROUTES) {
    const found = pattern.exec(url.pathname);
    if (method !== request.method || !found) continue;
    const groups = Object.fromEntries(Object.entries(found.groups || {}).map(([name, text]) => [name, decodeURIComponent(text)]));
    return act({ ...groups, query: Object.fromEntries(url.searchParams), body: content ? JSON.parse(content) : {}, user: request.headers["x-banc-user"], role: request.headers["x-banc-role"] || "USER" });
  }
  return [404, { code: "NOT_FOUND", message: `${request.method} ${url.pathname}` }];
}

function refusal(error) {
  if (error.missing) return 404;
  if (on("refuse-409")) return 409;
  return on("refuse-both-ways") && office.number % 2 ? 409 : 422;
}

const server = http.createServer(async (request, response) => {
  let status, document;
  try {
    [status, document] = await answer(request);
  } catch (error) {
    if (!(error instanceof No)) console.error(error);
    const body = { code: error.code || "ERREUR", message: error.message, ...(on("refusal-without-fields") ? {} : { fields: error.fields || [] }) };
    [status, document] = error instanceof No ? [refusal(error), body] : [500, body];
  }
  if (document === null) return response.writeHead(status).end();
  const text = on("ascii-json") ? JSON.stringify(document).replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`) : JSON.stringify(document, null, on("indented-json") ? 2 : 0);
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", ...(on("driver-closes") ? { Connection: "close" } : {}) });
  if (!on("slow-answers")) return response.end(text);
  response.write(text.slice(0, 10));
  setTimeout(() => response.end(text.slice(10)), 50);
});

desk.open(null);
server.listen(Number(process.argv[2] || 9000), "127.0.0.1", () => console.log(`Lavande: http://127.0.0.1:${server.address().port}`));
