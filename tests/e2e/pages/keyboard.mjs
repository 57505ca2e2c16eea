// The panel without a pointer.
import { expect, expectNone, until } from "../support/checks.mjs";
import { openInspected } from "../support/inspect.mjs";
import { OWNER } from "../support/people.mjs";

const SITE = "typed.example.org";
const TABS_MAX = 80;

/** What has the focus, and whether one sees that it has. */
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const label = element.closest("label") ?? element;
  const ringOf = (of) => {
    const s = getComputedStyle(of);
    return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none";
  };
  return {
    tag: element.tagName,
    name: element.getAttribute("name") ?? "",
    text: (element.getAttribute("aria-label") ?? element.innerText ?? "").trim(),
    id: element.id,
    inDialog: Boolean(element.closest("dialog")),
    seen: box.width > 0 && style.visibility !== "hidden" && (ringOf(element) || ringOf(label) || ringOf(element.parentElement)),
  };
});

/** Presses Tab until `fits`; fails when the focus ran in a circle. Collects places where it was not to be seen. */
async function tabTo(page, fits, unseen = []) {
  for (let i = 0; i < TABS_MAX; i += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    if (!at.seen && at.tag !== "BODY") {
      unseen.push(`${new URL(page.url()).pathname}: no focus ring at ${at.tag} ${at.name} ${at.text}`);
    }
    if (fits(at)) {
      return at;
    }
  }
  throw new Error("Tab does not lead there");
}

export async function run({ browser, panel }, check) {
  const { context, page, complaints } = await openInspected(browser, { viewport: { width: 1440, height: 900 } });
  const unseen = [];
  const press = (key) => page.keyboard.press(key);

  await check("By keyboard: sign-in", async () => {
    await page.goto(panel.url + "/sign-in");
    await tabTo(page, (at) => at.name === "email", unseen);
    await page.keyboard.type(OWNER.email);
    await tabTo(page, (at) => at.name === "password", unseen);
    await page.keyboard.type(OWNER.password);
    await press("Enter");
    await page.waitForURL(panel.url + "/");
  });

  await check("By keyboard: the first Tab offers to skip to the content", async () => {
    await page.goto(panel.url + "/sites");
    await press("Tab");
    const at = await focused(page);
    expect(`first is ${at.text}`, at.text === "Skip to content" && at.seen);
    await press("Enter");
    await press("Tab");
    expect("the focus is not in the content", await page.evaluate(() => Boolean(document.activeElement.closest("main"))));
  });

  await check("By keyboard: Ctrl-K finds a site and goes there; Escape gives the focus back", async () => {
    await page.goto(panel.url + "/");
    await press("Tab");
    const before = (await focused(page)).text;
    await press("Control+k");
    await until("the palette opens", 5, async () => (await focused(page)).inDialog);
    await press("Escape");
    await until("the palette closes", 5, async () => !(await focused(page)).inDialog);
    expect("the focus is elsewhere", (await focused(page)).text === before);
    await press("Control+k");
    await page.keyboard.type("suspended.exam");
    await page.locator("#pal-list [role=option]", { hasText: "suspended.example.org" }).waitFor();
    await press("Enter");
    await page.waitForURL(/\/(sites|jobs|certificates)\/[0-9a-f-]{36}/);
  });

  await check("By keyboard: slash leads to the filter, g and s to the sites", async () => {
    await page.goto(panel.url + "/tenants");
    await press("/");
    expect("not in the filter", (await focused(page)).name === "q");
    await press("Escape");
    await page.evaluate(() => document.activeElement.blur());
    await press("g");
    await press("s");
    await page.waitForURL(panel.url + "/sites");
  });

  await check("By keyboard: a menu opens, arrows walk through it, Escape returns to its button", async () => {
    await page.goto(panel.url + "/sites?q=bread.example.org");
    const opener = await tabTo(page, (at) => at.text.startsWith("Actions for bread"), unseen);
    await press("Enter");
    await press("ArrowDown");
    const item = await focused(page);
    expect(`the arrow led to ${item.text}`, await page.evaluate(() => Boolean(document.activeElement.closest(".pop:popover-open"))));
    await press("Escape");
    expect("the menu is open", (await page.locator(".pop:popover-open").count()) === 0);
    expect("the focus is elsewhere", (await focused(page)).text === opener.text);
  });

  await check("By keyboard: a dialog keeps the focus, Escape closes it and returns", async () => {
    await page.goto(panel.url + "/sites?q=bread.example.org");
    await tabTo(page, (at) => at.text.startsWith("Actions for bread"), unseen);
    await press("Enter");
    await tabTo(page, (at) => at.text === "Delete" || at.text.startsWith("Delete "), unseen);
    await press("Enter");
    await page.locator("dialog[open]").waitFor();
    await until("the focus is in the dialog", 5, async () => (await focused(page)).inDialog);
    for (let i = 0; i < 8; i += 1) {
      await press("Tab");
      const at = await focused(page);
      expect(`Tab leaves the dialog to ${at.text}`, at.inDialog || at.tag === "BODY");
    }
    await press("Escape");
    await until("the dialog closes", 5, async () => (await page.locator("dialog[open]").count()) === 0);
    const at = await focused(page);
    expect(`the focus is at ${at.tag} ${at.text}`, at.text.startsWith("Actions for bread"));
  });

  await check("By keyboard: a site is created", async () => {
    await page.goto(panel.url + "/sites/new?template=static");
    await tabTo(page, (at) => at.name === "domain", unseen);
    await page.keyboard.type(SITE);
    await tabTo(page, (at) => at.tag === "BUTTON" && at.text === "Create site", unseen);
    await press("Enter");
    await page.waitForURL(/\/sites\/[0-9a-f-]{36}/);
  });

  await check("By keyboard: the focus is always seen, and nothing is complained about", async () => {
    expectNone([...unseen, ...complaints]);
  });

  await context.close();
}
