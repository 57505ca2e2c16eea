// Every page there is, as each kind of person meets it: what can be reached by links, what only a mistake leads to, and
// what lies over a page.
import { expect, expectNone } from "../support/checks.mjs";
import { Crawl } from "../support/crawl.mjs";
import { glance, inspect, openInspected } from "../support/inspect.mjs";
import { NOBODY } from "../support/openapi.mjs";
import { OWNER, SUBMIT, fill, signIn } from "../support/people.mjs";
import { CLIENT, RESELLER } from "../support/seed.mjs";

const SIDE_BY_SIDE = 2;
// Pieces of pages, which the browser asks for by itself.
const DESIGN = "/design"; // Shows the components to those who build pages; no link leads there, and its own lead nowhere.
const PIECES = ["/events", "/jobs/running", "/jobs/{id}/card", "/palette", "/servers/{id}/live", "/sites/{id}/part"];
const BREAD = "01890a5d-0002-7000-8000-000000000001";

/** Visits everything `person` can reach, looks at it; answers what is wrong and the paths. */
async function crawlAs({ browser, panel }, person) {
  const opened = [];
  while (opened.length < SIDE_BY_SIDE) {
    opened.push(await openInspected(browser));
    await signIn(opened.at(-1).page, panel, person);
  }
  const found = [];
  const crawl = new Crawl(panel.url);
  await crawl.run(opened.map((one) => one.page), async (page, name, answer, isFirst) => {
    const look = isFirst ? inspect : glance;
    found.push(...(answer.status() === 200 ? await look(page, name) : [`${name} answers ${answer.status()}`]));
  });
  for (const { context, complaints } of opened) {
    found.push(...complaints);
    await context.close();
  }
  return { found, visited: [...crawl.visited] };
}

/** Pages of the panel that nobody came to by links from the dashboard. */
function missed(panel, visited) {
  const pages = panel.routes().filter(({ method, access, rate, path }) =>
    method === "GET" && access === "signed-in" && rate === "page" && ![DESIGN, ...PIECES].includes(path));
  expect("the table of routes is empty", pages.length > 30);
  return pages.map(({ path }) => path).filter((path) => {
    const pattern = new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`);
    return !visited.some((one) => pattern.test(one));
  });
}

export async function run(world, check) {
  const { browser, panel } = world;

  await check("Every page the owner can reach is accessible, fits and is quiet", async () => {
    const { found, visited } = await crawlAs(world, OWNER);
    console.log(`      ${visited.length} pages`);
    expectNone([...found, ...missed(panel, visited).map((path) => `no link leads to ${path}`)]);
  });

  await check("So is every page of a client who has nothing yet", async () => {
    const { found, visited } = await crawlAs(world, CLIENT);
    expect("a client reaches servers", !visited.some((path) => path.startsWith("/servers")));
    expectNone(found);
  });

  await check("So is every page of a reseller", async () => {
    expectNone((await crawlAs(world, RESELLER)).found);
  });

  const { context, page, complaints } = await openInspected(browser);

  await check("So are the pages of those who are not signed in", async () => {
    const found = [];
    await page.goto(panel.url + "/sign-in");
    found.push(...(await inspect(page, "/sign-in")));
    await fill(page, { email: "nobody@example.org", password: "not the password" });
    await page.click(SUBMIT);
    await page.locator("[role=alert], .note-bad, [aria-invalid=true]").first().waitFor();
    found.push(...(await inspect(page, "/sign-in, refused")));
    const invited = panel.sql("select id from hostelry.users where password_hash is null limit 1");
    const link = (await panel.api("POST", `/api/v1/users/${invited}/password-link`)).body.url;
    await page.goto(panel.url + new URL(link).pathname);
    found.push(...(await inspect(page, "/password")));
    await page.goto(`${panel.url}/password/${"x".repeat(43)}`);
    found.push(...(await inspect(page, "/password, unknown")));
    await page.goto(panel.url + "/no/such/page");
    found.push(...(await inspect(page, "404, not signed in")));
    expectNone([...found, ...complaints]);
  });

  await check("So are the pages that mistakes lead to, and they say what to do", async () => {
    const found = [];
    await signIn(page, panel, CLIENT);
    for (const [path, status] of [["/no/such/page", 404], [`/sites/${NOBODY}`, 404], [`/sites/${BREAD}`, 404], ["/servers", 403], ["/settings", 403]]) {
      const answer = await page.goto(panel.url + path);
      expect(`${path} answers ${answer.status()}, not ${status}`, answer.status() === status);
      expect(`${path} names no request`, (await page.locator("main").innerText()).includes("Request id"));
      found.push(...(await inspect(page, `${path} (${status})`)));
    }
    await page.goto(panel.url + "/sites/new");
    await page.fill("[name=domain]", "kept for later");
    await context.clearCookies();
    await page.click("main form button:has-text('Create site')");
    await page.waitForURL(/\/sign-in/);
    found.push(...(await inspect(page, "after the session ended")));
    expectNone([...found, ...complaints]);
  });

  await check("So are all components, forms with mistakes, open menus, dialogs and the palette", async () => {
    const found = [];
    await signIn(page, panel, OWNER);
    await page.goto(panel.url + DESIGN);
    found.push(...(await inspect(page, DESIGN)));
    await page.goto(panel.url + "/sites/new?template=wordpress");
    await page.click("main form button:has-text('Create site')");
    await page.locator("main [aria-invalid=true]").first().waitFor();
    found.push(...(await inspect(page, "/sites/new with mistakes")));
    await page.goto(panel.url + "/sites");
    await page.locator("main tr .acts button").first().click();
    found.push(...(await inspect(page, "/sites, menu open")));
    await page.locator(".pop:popover-open a", { hasText: "Delete" }).click();
    await page.locator("dialog[open]").waitFor();
    found.push(...(await inspect(page, "/sites, deletion dialog")));
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.locator("#pal-list [role=option]").first().waitFor();
    found.push(...(await inspect(page, "palette")));
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 360, height: 800 });
    await page.getByRole("button", { name: "Open navigation" }).click();
    found.push(...(await inspect(page, "navigation as a drawer")));
    expectNone([...found, ...complaints]);
  });

  await context.close();
}
