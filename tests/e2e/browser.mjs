// Chromium that trusts the test CA and finds the bed's sites without DNS.
import { chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
import { readFileSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { tmpdir } from "node:os";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function openBrowser(bed) {
  const home = mkdtempSync(join(tmpdir(), "hostelry-browser-"));
  const store = `sql:${home}/.pki/nssdb`;
  execFileSync("mkdir", ["-p", `${home}/.pki/nssdb`]);
  execFileSync("certutil", ["-d", store, "-N", "--empty-password"]);
  execFileSync("certutil", ["-d", store, "-A", "-t", "C,,", "-n", "bed", "-i", bed.rootFile]);
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    env: { ...process.env, HOME: home },
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
      `--host-resolver-rules=MAP *.demo.test ${bed.host.address}`],
  });
}

/** Violations of a page, by axe-core, as short lines. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ")}`);
}
