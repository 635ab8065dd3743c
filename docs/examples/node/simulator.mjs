// Starts and stops `banc serve` on a free port, and speaks to its control API.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const READY_WITHIN_MS = 30_000;

export class Simulator {
  #folder;
  #server;
  #ended;

  async start() {
    this.#folder = await mkdtemp(join(tmpdir(), "banc-insi-"));
    const readyFile = join(this.#folder, "ready.json");
    const data = join(this.#folder, "data");
    const args = ["serve", "--port", "0", "--people", "100", "--data-dir", data, "--ready-file", readyFile];
    this.#server = spawn(process.env.BANC ?? "banc", args, { stdio: ["ignore", "ignore", "inherit"] });
    let failure = null;
    this.#ended = new Promise((resolve) => {
      this.#server.on("close", (code) => resolve((failure ??= `it ended with ${code}`)));
      this.#server.on("error", (error) => resolve((failure ??= `${error.message}; is it on the path? else set BANC`)));
    });
    for (const deadline = Date.now() + READY_WITHIN_MS; ; await sleep(50)) {
      const ready = await readFile(readyFile, "utf8").then(JSON.parse, () => null);
      if (ready) return Object.assign(this, { soapUrl: ready.soap_url, apiUrl: ready.api_url });
      if (failure) throw new Error(`banc serve cannot be started: ${failure}`);
      if (Date.now() > deadline) throw new Error("banc serve was not ready in time");
    }
  }

  /** Puts a rule in force: `when` and `then` are those of scenario files. */
  async script(when, then) {
    const words = { fr: "Écrit dans un test", en: "Written in a test" };
    const scenario = { id: "test/script", title: words, purpose: words, source: "test", evidence: "inferred", rules: [{ when, then }] };
    await this.#call("POST", "/sessions/default/scenarios", { scenario });
  }

  async clearScripts() {
    await this.#call("DELETE", "/sessions/default/scenarios");
  }

  /** What was received and answered, oldest first. */
  async received() {
    return this.#call("GET", "/exchanges?bodies=false");
  }

  async stop() {
    this.#server.kill("SIGINT");
    await this.#ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #call(method, path, body) {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(this.apiUrl + path, { method, headers, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }
}
