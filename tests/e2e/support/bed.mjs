// Real hosts: the test bed with a bare machine, a PowerDNS and a certificate authority.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bedName, bedSubnet, folder, source } from "./places.mjs";

const testbed = join(source, "testbed/testbed.py");

/** Why this machine cannot host the bed; null when it can. */
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
    this.state = folder("bed");
    execFileSync(testbed, ["up", "--name", bedName, "--subnet", bedSubnet, "--hosts", "bare:web1,dns:ns1", "--state", this.state],
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

/** Status of an https address on a host, with verification against the CA's root; null when it is refused. */
export function verifiedStatus(domain, address, rootFile) {
  try {
    return Number(execFileSync("curl", ["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--cacert", rootFile,
      "--resolve", `${domain}:443:${address}`, `https://${domain}/`], { encoding: "utf8" }));
  } catch {
    return null;
  }
}
