// The main job, end to end: from the setup link to a WordPress site over verified HTTPS on a real host, by the page, the
// API and the command line. Last line: N passed, N failed[, N skipped].
import { unsupportedReason, until, verifiedStatus, Bed, Panel } from "./panel.mjs";
import { axe, openBrowser } from "./browser.mjs";

const PERSON = { company: "Northlight Hosting", name: "Maja Holm", email: "maja@example.org", password: "tell the tall tiger" };
const PAGES = ["/", "/sites", "/sites/new", "/servers", "/dns", "/jobs", "/certificates", "/databases", "/tenants", "/users",
  "/plugins", "/audit", "/settings", "/profile"];

let passed = 0;
let failed = 0;
const world = {};

/** One case. A failed one ends the run: the later ones stand on it. */
async function check(name, act) {
  const started = Date.now();
  try {
    await act();
    passed += 1;
    console.log(`ok    ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  } catch (problem) {
    failed += 1;
    console.log(`FAIL  ${name}: ${problem.stack}${problem.stderr ? "\n" + problem.stderr : ""}`);
    throw problem;
  }
}

function expect(what, ok) {
  if (!ok) {
    throw new Error(what);
  }
}

async function run() {
  world.bed = new Bed();
  world.panel = new Panel(world.bed);
  const { bed, panel } = world;
  await check("The panel starts and shows a one-time setup link", async () => {
    const ready = await panel.start();
    expect("no setup link", ready.setup_url?.startsWith(panel.url));
  });
  world.browser = await openBrowser(bed);
  const page = await world.browser.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(`${page.url()}: ${message.text()}`));

  await check("The setup link makes the first person, once", async () => {
    await page.goto(panel.ready.setup_url);
    for (const [name, value] of Object.entries(PERSON)) {
      await page.fill(`[name=${name}]`, value);
    }
    await page.click("main form button:not([type=button])");
    await page.waitForURL(panel.url + "/");
    const again = await fetch(panel.ready.setup_url);
    expect("the link still works", again.status !== 200 || !(await again.text()).includes("name=\"password\""));
  });

  await check("A bare machine is added by its address and brought up", async () => {
    bed.authorize(panel.cli("server-key", "show").public_key);
    panel.cli("server", "add", "--name", "web-1", "--kind", "ssh", "--address", bed.host.address, "--host-key", bed.host.host_key);
    const server = await until("the server is brought up", 420, () => {
      const found = panel.cli("server", "list").items[0];
      return ["ready", "failed"].includes(found.state) ? found : null;
    });
    expect(`bring-up failed: ${server.message}`, server.state === "ready");
  });

  await check("A zone is made in PowerDNS", async () => {
    panel.cli("dns-backend", "create", "--name", "demo", "--plugin", "org.hostelry.powerdns", "--base-url", bed.facts.dns.api_url,
      "--api-key-file", bed.facts.dns.api_key_file, "--nameservers", "ns1.demo.test", "--query-addresses", bed.facts.dns.address);
    const backend = panel.cli("dns-backend", "list").items[0];
    panel.cli("dns-zone", "create", "--name", "demo.test", "--backend", backend.id);
    await until("the zone is ready", 60, () => panel.cli("dns-zone", "list").items[0]?.state === "ready");
  });

  await check("A WordPress site is asked for on the page", async () => {
    await page.goto(panel.url + "/sites/new?template=wordpress");
    await page.fill("[name=domain]", "blog.demo.test");
    await page.fill("[name='options.title']", "A blog about bread");
    await page.fill("[name='options.admin_user']", "maja");
    await page.fill("[name='options.admin_email']", "maja@example.org");
    await page.fill("[name='options.admin_password']", "bread and butter 42");
    await page.click("main form button:has-text('Create site')");
    await page.waitForURL(/\/sites\/[0-9a-f-]{36}/);
    await panel.siteReady("blog.demo.test");
  });

  await check("Chromium opens it over verified HTTPS and signs in to WordPress", async () => {
    const visitor = await world.browser.newPage();
    const answer = await visitor.goto("https://blog.demo.test/");
    expect(`status ${answer.status()}`, answer.status() === 200);
    expect("not our CA", (await answer.securityDetails()).issuer.includes("Pebble"));
    expect(`title ${await visitor.title()}`, (await visitor.title()).includes("A blog about bread"));
    await visitor.goto("https://blog.demo.test/wp-login.php");
    await visitor.fill("#user_login", "maja");
    await visitor.fill("#user_pass", "bread and butter 42");
    await visitor.click("#wp-submit");
    await visitor.waitForURL(/wp-admin/);
    await visitor.close();
  });

  await check("The same by the API", async () => {
    const made = await panel.api("POST", "/api/v1/sites", { domain: "api.demo.test", template: "static", options: { title: "By the API" } });
    expect(`status ${made.status}: ${JSON.stringify(made.body)}`, made.status === 202);
    await panel.siteReady("api.demo.test");
    expect("no verified 200", verifiedStatus("api.demo.test", bed.host.address, bed.rootFile) === 200);
  });

  await check("The same by the command line", async () => {
    panel.cli("site", "create", "--domain", "cli.demo.test", "--template", "static", "--options", "title=By the command line");
    await panel.siteReady("cli.demo.test");
    expect("no verified 200", verifiedStatus("cli.demo.test", bed.host.address, bed.rootFile) === 200);
  });

  await check("Bad input names the field and creates nothing", async () => {
    const before = panel.cli("site", "list").items.length;
    const refused = await panel.api("POST", "/api/v1/sites", { domain: "not a domain", template: "static" });
    expect(`status ${refused.status}`, refused.status === 422 && JSON.stringify(refused.body).includes("domain"));
    expect("something was created", panel.cli("site", "list").items.length === before);
  });

  await check("Nobody without a login gets past the door", async () => {
    const document = await (await fetch(panel.url + "/api/v1/openapi.json")).json();
    const open = [];
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        const address = panel.url + path.replace(/\{[^}]+\}/g, "01890a5d-ac96-774b-bcce-b302099a8057");
        const { status } = await fetch(address, { method: method.toUpperCase() });
        if (![401, 403, 405].includes(status)) {
          open.push(`${method} ${path}: ${status}`);
        }
      }
    }
    expect(open.join("\n"), open.length === 0 && Object.keys(document.paths).length > 20);
  });

  await check("A deleted site leaves nothing on the server", async () => {
    const site = panel.site("cli.demo.test");
    const gone = await panel.api("DELETE", `/api/v1/sites/${site.id}`, { name: "cli.demo.test" });
    expect(`status ${gone.status}`, gone.status === 202);
    await until("the site is gone", 60, () => !panel.site("cli.demo.test"));
    expect("its home is still there", !bed.exec("ls", "/srv/sites").includes(site.key));
    expect("its user is still there", !bed.exec("cat", "/etc/passwd").includes(site.key));
    expect("it still answers", verifiedStatus("cli.demo.test", bed.host.address, bed.rootFile) !== 200);
  });

  for (const [theme, width] of [["light", 1440], ["dark", 360]]) {
    await check(`Every page is accessible, ${theme}, ${width} px`, async () => {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 900 });
      const found = [];
      for (const path of PAGES) {
        const answer = await page.goto(panel.url + path);
        expect(`${path} answers ${answer.status()}`, answer.status() === 200);
        found.push(...(await axe(page)).map((line) => `${path}: ${line}`));
      }
      expect(found.join("\n"), found.length === 0);
    });
  }

  await check("No page broke the content security policy or wrote an error", async () => {
    expect(complaints.join("\n"), complaints.length === 0);
  });

  await check("The panel stops in order", async () => {
    const code = await panel.stop();
    expect(`exit code ${code}`, code === 0);
  });
}

const reason = unsupportedReason();
if (reason) {
  console.log(`skipped: ${reason}`);
  console.log("0 passed, 0 failed, 1 skipped");
} else {
  try {
    await run();
  } catch {
    console.log(world.panel ? world.panel.log() : "");
    failed = Math.max(failed, 1);
  } finally {
    await world.browser?.close().catch(() => {});
    world.panel?.process?.kill("SIGKILL");
    try {
      world.bed?.destroy();
    } catch (problem) {
      console.log(`the bed could not be ended: ${problem.message}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
