// A panel of its own: a configuration, `hostelry up`, the command line and the API.
import { spawn, spawnSync, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { until } from "./checks.mjs";
import { built, folder, programs, source } from "./places.mjs";

const READY_WITHIN_SECONDS = 90;
const PREVIEW = "127.0.0.1:18082";

/** Lines of hostelry.yaml for a panel that works on the hosts of a bed. */
export function bedConfiguration(bed) {
  const trusted = join(folder(), "authorities.pem");
  writeFileSync(trusted, readFileSync(bed.facts.acme.ca_file) + "\n" + readFileSync(bed.rootFile));
  const agent = readdirSync(join(built, "packages")).find((name) => name.endsWith(".deb"));
  const gateway = `${bed.facts.gateway}:7443`;
  return [
    `agent: {listen: "${gateway}", advertise: "${gateway}", package: "${join(built, "packages", agent)}"}`,
    `acme: {directory: "${bed.facts.acme.directory}", helper: "${source}/core/features/certificates/acme_helper.py"}`,
    `outbound: {allow_private: "${bed.facts.subnet}.0/24", extra_ca: "${trusted}"}`,
    `preview: {listen: "${PREVIEW}"}`,
  ];
}

export class Panel {
  /** `name` is its folder below the scratch folder; `configuration` holds further lines of hostelry.yaml. */
  constructor(name, port, configuration) {
    this.state = folder(name);
    this.port = port;
    this.configFile = join(folder(), `${name}.yaml`);
    this.logFile = join(folder(), `${name}.log`);
    writeFileSync(this.configFile, [
      `web: {assets: "${source}/web/dist"}`,
      `migrations: {directory: "${source}/migrations"}`,
      `automation: {directory: "${source}/automation"}`,
      `plugins: {directory: "${built}/plugins"}`,
      "log: {format: human}",
      "telemetry: {listen: \"\"}",
      ...configuration,
    ].join("\n") + "\n");
  }

  /** Answers the facts of the `ready` line. */
  async start() {
    this.process = spawn(join(programs, "hostelry"),
      ["up", "--config", this.configFile, "--state", this.state, "--listen", `127.0.0.1:${this.port}`],
      { stdio: ["ignore", "pipe", openSync(this.logFile, "a")] });
    this.ended = new Promise((done) => this.process.on("exit", (code) => done(code)));
    let text = "";
    this.process.stdout.on("data", (bytes) => { text += bytes; });
    const line = await until("the panel is ready", READY_WITHIN_SECONDS, () => {
      if (this.process.exitCode !== null) {
        throw new Error(`the panel ended with ${this.process.exitCode}\n${this.log()}`);
      }
      return text.split("\n").find((l) => l.startsWith("ready "));
    });
    this.ready = JSON.parse(line.slice("ready ".length));
    this.url = this.ready.address;
    return this.ready;
  }

  /** What a command of the program answers as JSON. */
  cli(...argv) {
    const text = execFileSync(join(programs, "hostelry"), [...argv, "--state", this.state, "--json"], { encoding: "utf8" });
    return text.trim() ? JSON.parse(text) : null;
  }

  /** A command of the program as a person runs it: {status, stdout, stderr}. */
  command(...argv) {
    return spawnSync(join(programs, "hostelry"), [...argv, "--state", this.state], { encoding: "utf8" });
  }

  /** The panel's table of routes: [{method, path, access, rate}]. */
  routes() {
    const text = execFileSync(join(programs, "hostelry"), ["routes"], { encoding: "utf8" });
    return text.trim().split("\n").map((line) => {
      const [method, path, access, ...facts] = line.split(/\s+/);
      return { method, path, access, ...Object.fromEntries(facts.map((fact) => fact.split("="))) };
    });
  }

  get operatorKey() {
    return JSON.parse(readFileSync(join(this.state, "panel.json"), "utf8")).key;
  }

  /** Asks the API as the operator. `body` is sent as JSON; text is sent as it is. */
  async api(method, path, body, idempotencyKey = randomUUID()) {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${this.operatorKey}`, "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, type: response.headers.get("content-type") ?? "", body: await response.json().catch(() => null) };
  }

  /** Runs SQL as the owner of the cluster; answers lines of fields divided by "|". */
  sql(text) {
    const socket = readFileSync(join(this.state, "postgres/postmaster.pid"), "utf8").split("\n")[4];
    const argv = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--host", socket,
      "--username", "postgres", "hostelry"];
    return execFileSync("psql", argv, { encoding: "utf8", input: text, maxBuffer: 16 * 1024 * 1024 }).trim();
  }

  site(domain) {
    return this.cli("site", "list").items.find((site) => site.domain === domain);
  }

  async siteReady(domain, limit = 120) {
    const site = await until(`${domain} is ready`, limit, () => {
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
    return readFileSync(this.logFile, "utf8").split("\n").slice(-60).join("\n");
  }
}
