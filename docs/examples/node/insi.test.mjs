// Tests of insi.mjs against the simulated teleservice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { InsiUnavailable, lookUp } from "./insi.mjs";
import { Simulator } from "./simulator.mjs";

const ZOE = { birthName: "ADRUN", firstName: "ZOE", sex: "F", birthDate: "1975-12-31" };
const simulator = new Simulator();

before(() => simulator.start());
after(() => simulator.stop());

test("a known person is found", async () => {
  assert.equal(await lookUp(simulator.soapUrl, ZOE), "275126322074974");
});

test("nobody is made up", async () => {
  assert.equal(await lookUp(simulator.soapUrl, { ...ZOE, birthName: "NOBODY" }), null);
});

test("an outage is told, and is over when it is over", async () => {
  await simulator.script({ birth_name: "ADRUN" }, { fault: "insi_102" });
  await assert.rejects(lookUp(simulator.soapUrl, ZOE), new InsiUnavailable("insi_102"));
  await simulator.clearScripts();
  assert.equal(await lookUp(simulator.soapUrl, ZOE), "275126322074974");
});

test("the simulator received all of it", async () => {
  const received = await simulator.received();
  assert.deepEqual(received.map((exchange) => exchange.code), ["00", "01", "insi_102", "00"]);
  assert.ok(received.every((exchange) => exchange.findings.every((finding) => finding.code !== "identifier-reused")));
});
