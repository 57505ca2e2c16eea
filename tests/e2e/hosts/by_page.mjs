// The main job in the browser: a WordPress site over verified HTTPS.
import { expect } from "../support/checks.mjs";
import { fill } from "../support/people.mjs";

export async function run({ browser, panel, page }, check) {
  await check("A WordPress site is asked for on the page", async () => {
    await page.goto(panel.url + "/sites/new?template=wordpress");
    await fill(page, {
      domain: "blog.demo.test",
      "options.title": "A blog about bread",
      "options.admin_user": "maja",
      "options.admin_email": "maja@example.org",
      "options.admin_password": "bread and butter 42",
    });
    await page.click("main form button:has-text('Create site')");
    await page.waitForURL(/\/sites\/[0-9a-f-]{36}/);
    await panel.siteReady("blog.demo.test");
  });

  await check("Chromium opens it over verified HTTPS and signs in to WordPress", async () => {
    const visitor = await browser.newPage();
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
}
