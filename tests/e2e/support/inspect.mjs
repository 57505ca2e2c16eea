// Looks at pages as people meet them: light and dark, wide and narrow; with axe, and with an ear for what the browser
// complains about.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [1440, 360];
const SHOWN_NODES = 3;

/** A context and a page in it; `complaints` collects what the browser says against its documents. */
export async function openInspected(browser, options = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints = [];
  const complain = (what) => complaints.push(`${new URL(page.url()).pathname}: ${what}`);
  await context.exposeFunction("reportToTest", complain);
  await context.addInitScript(() => addEventListener("securitypolicyviolation", (event) =>
    globalThis.reportToTest(`content security policy: ${event.violatedDirective} ${event.blockedURI}`)));
  page.on("pageerror", (error) => complain(`uncaught ${error.message}`));
  page.on("console", (message) => {
    // The browser reports each answer that is no success; a page's own status and a refused form are meant.
    const isStatus = message.text().startsWith("Failed to load resource");
    const isMeant = isStatus && (message.location().url === page.url() || message.text().includes("422"));
    if (message.type() === "error" && !isMeant) {
      complain(message.text());
    }
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.hostname !== "127.0.0.1") {
      complain(`asks another host: ${request.url()}`);
    }
  });
  return { context, page, complaints };
}

/** Violations in the present state of a page, as short lines. */
export async function axe(page, rules) {
  if (!(await page.evaluate(() => Boolean(globalThis.axe)))) {
    await page.evaluate(axeSource);
  }
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
  const found = await page.evaluate((given) => globalThis.axe.run(document, given), options);
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, SHOWN_NODES).join(", ")}`);
}

/** Switches the theme; colours do not fade into each other here. */
async function show(page, colorScheme) {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(() => document.getAnimations().forEach((one) => one instanceof CSSTransition && one.finish()));
}

/** What leaves the window to the right: the page may scroll there, or cut it off. What scrolls or ends in dots by itself may. */
export async function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const isHeld = (element) => {
      for (let around = element.parentElement; around && around.id !== "main"; around = around.parentElement) {
        if (getComputedStyle(around).overflowX !== "visible") {
          return true;
        }
      }
      return false;
    };
    const wide = [...document.querySelectorAll("main *")].find((e) =>
      e.getBoundingClientRect().right > width + 1 && e.checkVisibility({ visibilityProperty: true }) && !isHeld(e));
    if (!wide && document.documentElement.scrollWidth <= width) {
      return null;
    }
    return `to ${Math.round(wide?.getBoundingClientRect().right ?? document.documentElement.scrollWidth)} px: ${wide?.outerHTML.slice(0, 120)}`;
  });
}

/** Everything that is wrong with what the page shows now, in both themes and widths. Only colours differ by theme. */
export async function inspect(page, name) {
  const found = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await show(page, "light");
    found.push(...(await violations(page, `${name} (light, ${width})`)));
    found.push(...(await sideways(page, `${name} (${width})`)));
    await show(page, "dark");
    found.push(...(await violations(page, `${name} (dark, ${width})`, ["color-contrast"])));
  }
  return found;
}

/** The same for another page of a route that was looked at already: its own content, half the work. */
export async function glance(page, name) {
  await page.setViewportSize({ width: WIDTHS[0], height: 900 });
  await show(page, "light");
  const found = await violations(page, `${name} (light, ${WIDTHS[0]})`);
  found.push(...(await sideways(page, `${name} (${WIDTHS[0]})`)));
  await page.setViewportSize({ width: WIDTHS[1], height: 900 });
  await show(page, "dark");
  found.push(...(await sideways(page, `${name} (${WIDTHS[1]})`)));
  found.push(...(await violations(page, `${name} (dark, ${WIDTHS[1]})`, ["color-contrast"])));
  return found;
}

const violations = async (page, where, rules) => (await axe(page, rules)).map((line) => `${where} ${line}`);

async function sideways(page, where) {
  const wide = await overflow(page);
  return wide ? [`${where} leaves the window, ${wide}`] : [];
}
