// The panel for those whose browser runs no scripts: forms post, links navigate.
import { expect } from "../support/checks.mjs";
import { OWNER, SUBMIT, fill } from "../support/people.mjs";

const SITE = "plain.example.org";

/** The line of a table that holds a text, and its link of that name; menus are popovers, which need no script. */
async function choose(page, row, item) {
  const line = page.locator("main tr", { hasText: row });
  await line.locator("button[popovertarget]").click();
  await line.getByRole("link", { name: item }).click();
}

export async function run({ browser, panel }, check) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const heading = () => page.locator("h1").innerText();

  await check("Without scripts: a wrong password keeps the address, the right one signs in", async () => {
    await page.goto(panel.url + "/");
    expect(`not asked to sign in but at ${page.url()}`, new URL(page.url()).pathname === "/sign-in");
    await fill(page, { email: OWNER.email, password: "something else" });
    await page.click(SUBMIT);
    expect("the address is gone", (await page.inputValue("[name=email]")) === OWNER.email);
    expect("the password came back", (await page.inputValue("[name=password]")) === "");
    await fill(page, { password: OWNER.password });
    await page.click(SUBMIT);
    expect(`at ${page.url()}`, page.url() === panel.url + "/");
  });

  await check("Without scripts: a site is created and its job is seen", async () => {
    await page.goto(panel.url + "/sites");
    await page.getByRole("link", { name: "Create site" }).first().click();
    await page.getByRole("link", { name: "Static page" }).click();
    await fill(page, { domain: "not a domain" });
    await page.click("main form button:has-text('Create site')");
    expect("no message at the field", (await page.getAttribute("[name=domain]", "aria-invalid")) === "true");
    await fill(page, { domain: SITE });
    await page.click("main form button:has-text('Create site')");
    expect(`at ${page.url()}`, /\/sites\/[0-9a-f-]{36}$/.test(page.url()));
    expect(`heading ${await heading()}`, (await heading()).includes(SITE));
    await page.getByRole("link", { name: /Deploy|Create|Set up/ }).first().click();
    await page.waitForURL(/\/jobs\//);
    expect("no steps", (await page.locator("main ol li, main .step").count()) > 3);
  });

  await check("Without scripts: a DNS record is edited", async () => {
    await page.goto(panel.url + "/dns");
    await page.getByRole("link", { name: "example.org", exact: true }).click();
    await choose(page, "2001:db8::1", "Edit");
    await fill(page, { value: "not an address" });
    await page.click(SUBMIT);
    expect("what was typed is gone", (await page.inputValue("[name=value]")) === "not an address");
    await fill(page, { value: "2001:db8::77" });
    await page.click(SUBMIT);
    expect(`at ${page.url()}`, /\/dns\/[0-9a-f-]{36}$/.test(page.url()));
    expect("the record has the old value", (await page.locator("main table").innerText()).includes("2001:db8::77"));
  });

  await check("Without scripts: deleting asks for the name on a page of its own", async () => {
    await page.goto(panel.url + "/sites?q=pending.example.org");
    await page.getByRole("link", { name: "pending.example.org" }).click();
    await page.locator("main .page-head button[popovertarget]").click();
    await page.getByRole("link", { name: "Delete" }).first().click();
    await fill(page, { name: "another name" });
    await page.click(SUBMIT);
    expect("deleted with a wrong name", (await page.getAttribute("[name=name]", "aria-invalid")) === "true");
    await fill(page, { name: "pending.example.org" });
    await page.click(SUBMIT);
    const site = panel.site("pending.example.org");
    expect(`state ${site?.state}`, !site || site.state === "deleting");
  });

  await check("Without scripts: the theme is switched, and sign-out ends the session", async () => {
    await page.goto(panel.url + "/profile");
    await page.locator("[popovertarget=m-theme]").click();
    await page.locator("#m-theme button[value=dark]").click();
    expect("not dark", (await page.getAttribute("html", "data-theme")) === "dark");
    expect(`theme led to ${page.url()}`, page.url() === panel.url + "/profile");
    await page.locator("[popovertarget=m-account]").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.goto(panel.url + "/profile");
    expect("still signed in", new URL(page.url()).pathname === "/sign-in");
  });

  await context.close();
}
