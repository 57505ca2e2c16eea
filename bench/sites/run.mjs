// Measures what people wait for: bringing up a bare host, and WordPress from the click to the first verified HTTPS 200.
// Prints each figure beside its limit; ends with 1 when one is missed. The panel is the release build, the hosts are
// those of the test bed, and certificates come from its CA, which waits like a real one.
import { readFileSync } from "node:fs";
import { Bed, unsupportedReason, verifiedStatus } from "../../tests/e2e/support/bed.mjs";
import { sleep, until } from "../../tests/e2e/support/checks.mjs";
import { bedConfiguration, Panel } from "../../tests/e2e/support/panel.mjs";

const SITES = Number(process.env.HOSTELRY_BENCH_SITES ?? 5);
const AGENT_STEPS = ["account", "database", "install", "pool", "vhost", "https"];
let missed = 0;

function report(name, value, limit, unit) {
  const good = value <= limit;
  missed += good ? 0 : 1;
  console.log(`  ${good ? "ok    " : "MISSED"} ${name.padEnd(58)} ${value.toFixed(2).padStart(9)} ${unit}  (limit <= ${limit} ${unit})`);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const seconds = (since) => (performance.now() - since) / 1000;

/** Proportional memory of the panel's process, without its database. */
function panelMegabytes(panel) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${panel.process.pid}/smaps_rollup`, "utf8"))[1]) / 1024;
}

async function bringUp(bed, panel) {
  bed.authorize(panel.cli("server-key", "show").public_key);
  const started = performance.now();
  panel.cli("server", "add", "--name", "web-1", "--kind", "ssh", "--address", bed.host.address, "--host-key", bed.host.host_key);
  const server = await until("the server is brought up", 420, () => {
    const found = panel.cli("server", "list").items[0];
    return ["ready", "failed"].includes(found.state) ? found : null;
  });
  if (server.state !== "ready") {
    throw new Error(server.message);
  }
  return seconds(started);
}

async function makeZone(bed, panel) {
  panel.cli("dns-backend", "create", "--name", "demo", "--plugin", "org.hostelry.powerdns", "--base-url", bed.facts.dns.api_url,
    "--api-key-file", bed.facts.dns.api_key_file, "--nameservers", "ns1.demo.test", "--query-addresses", bed.facts.dns.address);
  panel.cli("dns-zone", "create", "--name", "demo.test", "--backend", panel.cli("dns-backend", "list").items[0].id);
  await until("the zone is ready", 60, () => panel.cli("dns-zone", "list").items[0]?.state === "ready");
}

/** What the form's POST would do, and then what a visitor's browser does, again and again. */
async function clickToHttps(bed, panel, domain) {
  const started = performance.now();
  const made = await panel.api("POST", "/api/v1/sites",
    { domain, template: "wordpress", options: { title: "A blog", admin_email: "maja@example.org" } });
  if (made.status !== 202) {
    throw new Error(JSON.stringify(made.body));
  }
  // Not asked in the same breath as the panel: a visitor's attempts would compete with what they wait for.
  let site = made.body;
  while (!["ready", "failed"].includes(site.state)) {
    await sleep(25);
    site = (await panel.api("GET", `/api/v1/sites/${made.body.id}`)).body;
  }
  while (verifiedStatus(domain, bed.host.address, bed.rootFile) !== 200) {
    if (site.state === "failed" || seconds(started) > 60) {
      throw new Error(`${domain}: ${site.cause || "no verified 200"}`);
    }
  }
  const total = seconds(started);
  const steps = (await panel.api("GET", `/api/v1/jobs/${made.body.job}/steps`)).body.items;
  const agent = steps.filter((step) => AGENT_STEPS.includes(step.name))
    .reduce((sum, step) => sum + (Date.parse(step.finished_at) - Date.parse(step.started_at)) / 1000, 0);
  return { total, agent };
}

const reason = unsupportedReason();
if (reason) {
  console.log(`Sites: skipped, ${reason}`);
  process.exit(0);
}
console.log(`Sites (${SITES} WordPress sites on a host of the test bed)`);
const bed = new Bed();
let panel;
try {
  panel = new Panel("panel", 18080, bedConfiguration(bed));
  await panel.start();
  await sleep(3000);
  report("idle panel, proportional memory", panelMegabytes(panel), 64, "MB");
  report("bare host brought up", await bringUp(bed, panel), 90, "s ");
  await makeZone(bed, panel);
  const runs = [];
  for (let i = 1; i <= SITES; i += 1) {
    runs.push(await clickToHttps(bed, panel, `blog${i}.demo.test`));
  }
  report("WordPress, click to verified HTTPS 200, median", median(runs.map((run) => run.total)), 5, "s ");
  report("slowest of them", Math.max(...runs.map((run) => run.total)), 5, "s ");
  report("of which steps on the host, median", median(runs.map((run) => run.agent)), 1.5, "s ");
  report("panel after that, proportional memory", panelMegabytes(panel), 96, "MB");
} finally {
  await panel?.stop();
  bed.destroy();
}
process.exit(missed > 0 ? 1 : 0);
