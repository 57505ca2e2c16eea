// The first pages anybody meets, and then something to look at.
import { expect, expectNone } from "../support/checks.mjs";
import { inspect, openInspected } from "../support/inspect.mjs";
import { SUBMIT, setUp } from "../support/people.mjs";
import { seed } from "../support/seed.mjs";

export async function run({ browser, panel }, check) {
  const { context, page, complaints } = await openInspected(browser);

  await check("The set-up page is accessible, says what is wrong, and opens the panel", async () => {
    await page.goto(panel.ready.setup_url);
    const found = await inspect(page, "/setup");
    await page.click(SUBMIT);
    await page.locator("[aria-invalid=true]").first().waitFor();
    found.push(...(await inspect(page, "/setup, empty")));
    await setUp(page, panel);
    await page.goto(panel.ready.setup_url);
    found.push(...(await inspect(page, "/setup, used")));
    expectNone([...found, ...complaints]);
  });

  await check("There is something of every kind", async () => {
    await seed(panel);
    panel.cli("server-key", "show"); // Made when somebody looks at it first.
    expect("no sites", panel.cli("site", "list").items.length > 8);
  });

  await context.close();
}
