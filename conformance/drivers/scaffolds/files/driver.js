// Driver of my software for banc-insi. Node.js 16 or newer, nothing to install: node driver.js [PORT]
//
// Each verb is something that a user of the software can do on screen. Call the functions behind the screens, with their
// checks, locks and logs; do not write into the database. Then add the verb to VERBS. The whole API: banc driver show
//
// Routes of the verbs:
@@VERBS@@

const http = require("http");

const VERBS = []; // for instance ["create_patient", "read_patient"]
const NOT_SUPPORTED = {}; // for instance { downgrade_status: "The status is never lowered by hand." }

// The software refuses and has changed nothing: a normal answer (409).
class Refused extends Error {
  constructor(code, message, fields = []) {
    super(message);
    this.answer = { code, message, fields };
  }
}

function capabilities() {
  return [200, { name: "My software", version: "1.0", vendor: "My company", verbs: VERBS, not_supported: NOT_SUPPORTED }];
}

function reset({ body }) {
  console.log("INSi is now at", body.insi_url); // Forget all patients and logs, and call INSi there from now on.
  return [204, null];
}

// A verb to begin with. Return the patient as the file holds it, empty fields as null:
//
// function createPatient({ body, user, role }) {
//   if (!body.birth_place) throw new Refused("MISSING_FIELD", "Birth place is mandatory.", ["birth_place"]);
//   return [201, { id: "1", status: "PROV", matricule: null, oid: null, birth_name: body.birth_name, first_names: null,
//     first_name: body.first_name, birth_date: body.birth_date, sex: body.sex, birth_place: body.birth_place,
//     used_name: null, used_first_name: null, attributes: [] }];
// }

const ROUTES = [
  ["GET", /^\/capabilities$/, capabilities],
  ["POST", /^\/reset$/, reset],
  // ["POST", /^\/patients$/, createPatient],
  // ["GET", /^\/patients\/(?<patient_id>[^/]+)$/, readPatient],
];

async function answer(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const content = Buffer.concat(chunks).toString("utf8");
  const url = new URL(request.url, "http://localhost");
  for (const [method, pattern, act] of ROUTES) {
    const matched = pattern.exec(url.pathname);
    if (method !== request.method || !matched) continue;
    return act({
      ...matched.groups,
      query: Object.fromEntries(url.searchParams),
      body: content ? JSON.parse(content) : null,
      user: request.headers["x-banc-user"],
      role: request.headers["x-banc-role"] || "USER",
    });
  }
  return [404, { code: "NOT_FOUND", message: `no route for ${request.method} ${url.pathname}` }];
}

const server = http.createServer(async (request, response) => {
  let status, document;
  try {
    [status, document] = await answer(request);
  } catch (error) {
    // A failure: the bench says INCONCLUSIVE, with this text.
    [status, document] = error instanceof Refused ? [409, error.answer] : [500, { code: "ERROR", message: String(error) }];
  }
  if (document === null) {
    response.writeHead(status).end();
  } else {
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(document));
  }
});

server.listen(Number(process.argv[2] || 9000), "127.0.0.1", () => {
  console.log(`driver on http://127.0.0.1:${server.address().port}`);
});
