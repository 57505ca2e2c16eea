// A panel of its own on real hosts: the test bed, a configuration, `hostelry up`, and the command line.
import { spawn, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";

const source = process.env.HOSTELRY_SOURCE ?? process.cwd();
const programs = process.env.HOSTELRY_BIN ?? join(source, "build/test/bin");
const scratch = process.env.HOSTELRY_TEST_STATE ?? "/var/tmp/hostelry-e2e";
const bedName = process.env.HOSTELRY_BED_NAME ?? "e2e";
const subnet = process.env.HOSTELRY_BED_SUBNET ?? "10.78.9";
const testbed = join(source, "testbed/testbed.py");
const PORT = 18080;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks until `look` answers something; fails with `what` after `seconds`. */
export async function until(what, seconds, look) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`${what}: not within ${seconds} s`);
    }
    await sleep(250);
  }
}

export function unsupportedReason() {
  try {
    execFileSync(testbed, ["supported"], { encoding: "utf8" });
    return null;
  } catch (refusal) {
    return refusal.stdout?.trim() || "this machine cannot host the test bed";
  }
}

export class Bed {
  constructor() {
    this.state = join(scratch, "bed");
    mkdirSync(this.state, { recursive: true });
    execFileSync(testbed, ["up", "--name", bedName, "--subnet", subnet, "--hosts", "bare:web1,dns:ns1", "--state", this.state],
      { stdio: ["ignore", "inherit", "inherit"] });
    this.facts = JSON.parse(readFileSync(join(this.state, "testbed.json"), "utf8"));
    this.host = this.facts.hosts.find((host) => host.role === "bare");
    this.rootFile = this.facts.acme.root_file;
  }

  authorize(publicKey) {
    execFileSync(testbed, ["authorize", this.host.name, publicKey, "--state", this.state]);
  }

  exec(...argv) {
    return execFileSync(testbed, ["exec", this.host.name, "--state", this.state, "--", ...argv], { encoding: "utf8" });
  }

  destroy() {
    execFileSync(testbed, ["destroy", "--state", this.state], { stdio: "inherit" });
  }
}

export class Panel {
  constructor(bed) {
    this.state = join(scratch, "panel");
    mkdirSync(this.state, { recursive: true });
    const trusted = join(scratch, "authorities.pem");
    writeFileSync(trusted, readFileSync(bed.facts.acme.ca_file) + "\n" + readFileSync(bed.rootFile));
    const built = join(programs, "..");
    const agent = join(built, "packages", readdirSync(join(built, "packages")).find((name) => name.endsWith(".deb")));
    this.config = join(scratch, "hostelry.yaml");
    writeFileSync(this.config, [
      `web: {assets: "${source}/web/dist"}`,
      `migrations: {directory: "${source}/migrations"}`,
      `automation: {directory: "${source}/automation"}`,
      `plugins: {directory: "${built}/plugins"}`,
      "log: {format: human}",
      "telemetry: {listen: \"\"}",
      `agent: {listen: "${bed.facts.gateway}:7443", advertise: "${bed.facts.gateway}:7443", package: "${agent}"}`,
      `acme: {directory: "${bed.facts.acme.directory}", helper: "${source}/core/features/certificates/acme_helper.py"}`,
      `outbound: {allow_private: "${bed.facts.subnet}.0/24", extra_ca: "${trusted}"}`,
    ].join("\n") + "\n");
  }

  /** Answers the facts of the `ready` line. */
  async start() {
    const log = openSync(join(scratch, "panel.log"), "a");
    this.process = spawn(join(programs, "hostelry"),
      ["up", "--config", this.config, "--state", this.state, "--listen", `127.0.0.1:${PORT}`],
      { stdio: ["ignore", "pipe", log] });
    this.ended = new Promise((done) => this.process.on("exit", (code) => done(code)));
    let text = "";
    this.process.stdout.on("data", (bytes) => { text += bytes; });
    const line = await until("the panel is ready", 90, () => text.split("\n").find((l) => l.startsWith("ready ")));
    this.ready = JSON.parse(line.slice("ready ".length));
    this.url = this.ready.address;
    return this.ready;
  }

  cli(...argv) {
    const text = execFileSync(join(programs, "hostelry"), [...argv, "--state", this.state, "--json"], { encoding: "utf8" });
    return text.trim() ? JSON.parse(text) : null;
  }

  async api(method, path, body) {
    const { key } = JSON.parse(readFileSync(join(this.state, "panel.json"), "utf8"));
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json().catch(() => null) };
  }

  site(domain) {
    return this.cli("site", "list").items.find((site) => site.domain === domain);
  }

  async siteReady(domain, seconds = 120) {
    const site = await until(`${domain} is ready`, seconds, () => {
      const found = this.site(domain);
      return found && ["ready", "failed"].includes(found.state) ? found : null;
    });
    if (site.state !== "ready") {
      throw new Error(`${domain} failed: ${site.cause}`);
    }
    return site;
  }

  async stop() {
    this.process.kill("SIGTERM");
    return this.ended;
  }

  log() {
    return readFileSync(join(scratch, "panel.log"), "utf8").split("\n").slice(-60).join("\n");
  }
}

/** Status of an https address on a host, with verification against the CA's root; null when it is refused. */
export function verifiedStatus(domain, address, rootFile) {
  try {
    return Number(execFileSync("curl", ["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--cacert", rootFile,
      "--resolve", `${domain}:443:${address}`, `https://${domain}/`], { encoding: "utf8" }));
  } catch {
    return null;
  }
}
