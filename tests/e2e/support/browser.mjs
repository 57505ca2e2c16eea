// Chromium, for the panel's pages, and for the bed's sites: it trusts the bed's CA and finds them without DNS.
import { chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";

export async function openBrowser(bed) {
  const home = mkdtempSync(join(tmpdir(), "hostelry-browser-"));
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
  if (bed) {
    trust(home, bed.rootFile);
    args.push(`--host-resolver-rules=MAP *.demo.test ${bed.host.address}`);
  }
  return chromium.launch({ executablePath: "/usr/bin/chromium", env: { ...process.env, HOME: home }, args });
}

function trust(home, rootFile) {
  const store = `sql:${home}/.pki/nssdb`;
  execFileSync("mkdir", ["-p", `${home}/.pki/nssdb`]);
  execFileSync("certutil", ["-d", store, "-N", "--empty-password"]);
  execFileSync("certutil", ["-d", store, "-A", "-t", "C,,", "-n", "bed", "-i", rootFile]);
}
