// Lists as those use them who have many of a kind.
import { expect, until } from "../support/checks.mjs";
import { openInspected } from "../support/inspect.mjs";
import { OWNER, signIn } from "../support/people.mjs";

const BREAD = "bread.example.org";
const IDN = "bäckerei-müller.example";

export async function run({ browser, panel }, check) {
  const { context, page } = await openInspected(browser, { viewport: { width: 1440, height: 900 } });
  await signIn(page, panel, OWNER);
  const box = (name) => page.getByRole("checkbox", { name: `Select ${name}` });
  const bar = page.locator("#bulk");

  await check("Ticked rows stay ticked when the list refreshes itself", async () => {
    await page.goto(panel.url + "/sites");
    expect("the bar shows without a choice", !(await bar.isVisible()));
    await box(BREAD).check();
    await box(IDN).check();
    expect(`the bar says ${await bar.innerText()}`, (await bar.innerText()).includes("2 selected"));
    await page.evaluate(() => globalThis.document.getElementById("list").dispatchEvent(new CustomEvent("sse:list")));
    await page.waitForResponse((response) => response.url().includes("/sites?"));
    await page.waitForFunction(() => !document.querySelector(".htmx-request"));
    expect("they are no longer ticked", (await box(BREAD).isChecked()) && (await box(IDN).isChecked()));
    expect(`the bar says ${await bar.innerText()}`, (await bar.innerText()).includes("2 selected"));
  });

  await check("Several sites are suspended at once, and Undo takes it back", async () => {
    await bar.getByRole("button", { name: "Suspend" }).click();
    const toast = page.locator(".toast-card", { hasText: "2 sites are being suspended." });
    await toast.waitFor();
    await toast.getByRole("button", { name: "Undo" }).click();
    await page.locator(".toast-card", { hasText: "2 sites are being resumed." }).waitFor();
  });

  await check("A deleted DNS record comes back by Undo", async () => {
    await page.goto(panel.url + "/dns");
    await page.getByRole("link", { name: "example.org", exact: true }).click();
    await page.fill("[data-filter]", "mail.example.org");
    await until("the filter left one row", 5, async () => (await page.locator("main tbody tr").count()) === 1);
    await page.locator("main tbody button[popovertarget]").click();
    await page.locator(".pop:popover-open").getByRole("button", { name: "Delete" }).click();
    const toast = page.locator(".toast-card", { hasText: "MX deleted" });
    await toast.waitFor();
    expect("the record is still there", !(await page.locator("main table").innerText()).includes("10 mail.example.org"));
    await toast.getByRole("button", { name: "Undo" }).click();
    await page.locator(".toast-card", { hasText: "is back" }).waitFor();
    expect("the record did not come back", (await page.locator("main table").innerText()).includes("10 mail.example.org"));
  });

  await check("The palette begins what it is asked for", async () => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("add wordpress");
    await page.locator("#pal-list [role=option]", { hasText: "Create site" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(panel.url + "/sites/new");
  });

  await context.close();
}
