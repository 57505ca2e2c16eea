// The tests in a real browser. Those below pages/ need a panel only; those below hosts/ do the main job on real hosts.
// `node run.mjs` runs all, `node run.mjs pages/keyboard hosts` what is named. Last line: N passed, N failed[, N skipped].
import { openBrowser } from "./support/browser.mjs";
import { Bed, unsupportedReason } from "./support/bed.mjs";
import { ChainBroken, Checks } from "./support/checks.mjs";
import { bedConfiguration, Panel } from "./support/panel.mjs";
import { run as prepare } from "./pages/prepare.mjs";

const PAGES = ["pages/pages", "pages/without_scripts", "pages/keyboard", "pages/lists", "pages/bad_input", "pages/routes"];
const HOSTS = ["hosts/set_up", "hosts/by_page", "hosts/preview", "hosts/by_api", "hosts/by_cli", "hosts/deletion"];

const wanted = process.argv.slice(2);
const isWanted = (suite) => wanted.length === 0 || wanted.some((one) => suite.startsWith(one));
const checks = new Checks();

/** Everything a panel needs to end, whatever happened; a failure shows the end of its log. */
async function inWorld(world, act) {
  const failedBefore = checks.failed;
  try {
    await act(world);
  } catch (problem) {
    if (!(problem instanceof ChainBroken)) {
      checks.failed += 1;
      console.log(`FAIL  ${problem.stack}${problem.stderr ? "\n" + problem.stderr : ""}`);
    }
  } finally {
    if (checks.failed > failedBefore && world.panel?.process) {
      console.log(world.panel.log());
    }
    await world.browser?.close().catch(() => {});
    await endPanel(world.panel);
  }
}

/** In order, so that its database ends with it; by force when that takes too long. */
async function endPanel(panel) {
  if (!panel?.process || panel.process.exitCode !== null) {
    return;
  }
  const force = setTimeout(() => panel.process.kill("SIGKILL"), 20_000);
  await panel.stop();
  clearTimeout(force);
}

async function runPages(suites) {
  await inWorld({}, async (world) => {
    world.panel = new Panel("pages", 18081, ["agent: {listen: \"127.0.0.1:0\"}", "outbound: {allow_private: \"127.0.0.0/8\"}"]);
    await world.panel.start();
    world.browser = await openBrowser();
    world.page = await world.browser.newPage();
    await prepare(world, checks.chain);
    for (const suite of suites) {
      await (await import(`./${suite}.mjs`)).run(world, checks.each);
    }
  });
}

async function runHosts(suites) {
  const reason = unsupportedReason();
  if (reason) {
    checks.skip("The main job on real hosts", reason);
    return;
  }
  const bed = new Bed();
  try {
    await inWorld({ bed }, async (world) => {
      world.panel = new Panel("panel", 18080, bedConfiguration(bed));
      world.browser = await openBrowser(bed);
      world.page = await world.browser.newPage();
      for (const suite of suites) {
        await (await import(`./${suite}.mjs`)).run(world, checks.chain);
      }
    });
  } finally {
    bed.destroy();
  }
}

for (const [suites, run] of [[PAGES, runPages], [HOSTS, runHosts]]) {
  const chosen = suites.filter(isWanted);
  if (chosen.length > 0) {
    await run(chosen).catch((problem) => {
      checks.failed += 1;
      console.log(`FAIL  ${problem.stack}`);
    });
  }
}
console.log(checks.line);
process.exit(checks.failed > 0 ? 1 : 0);
