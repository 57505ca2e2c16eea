// The WordPress site by its preview link: another host name, no DNS, the same site to read and to sign in to.
import { expect } from "../support/checks.mjs";

export async function run({ browser, panel, page }, check) {
  await check("The preview link shows the WordPress site under its own host name", async () => {
    const site = panel.site("blog.demo.test");
    const preview = new URL(site.preview_url);
    expect(`preview ${preview}`, preview.hostname === `${site.key}.preview.localhost`);
    const context = await browser.newContext({ storageState: await page.context().storageState() });
    const visitor = await context.newPage();
    const problems = [];
    visitor.on("response", (answer) => answer.status() >= 400 && problems.push(`${answer.status()} ${answer.url()}`));
    await visitor.goto(`${panel.url}/sites/${site.id}`);
    await visitor.click("main a.btn:has-text('Preview')");
    await visitor.waitForURL(preview.href);
    expect(`title ${await visitor.title()}`, (await visitor.title()).includes("A blog about bread"));
    const strangers = await visitor.evaluate(() => [...document.querySelectorAll("a[href], link[rel=stylesheet], img, script[src]")]
      .map((element) => element.href ?? element.src).filter((address) => address?.includes("blog.demo.test")));
    expect(`leads away: ${strangers}`, strangers.length === 0);
    // Any article of its own: themes put their titles into different elements.
    const links = await visitor.evaluate(() => [...document.querySelectorAll("a[href]")].map((link) => link.href));
    const article = links.find((link) => new URL(link).host === preview.host && new URL(link).pathname !== "/");
    expect(`no article among ${links.join(" ")}`, article);
    const answer = await visitor.goto(article);
    expect(`${article} answers ${answer.status()} at ${visitor.url()}`,
      answer.status() === 200 && new URL(visitor.url()).host === preview.host);
    expect(problems.join("\n"), problems.length === 0);
    await context.close();
  });

  await check("WordPress takes a sign-in under the preview name", async () => {
    const preview = new URL(panel.site("blog.demo.test").preview_url);
    const visitor = await browser.newPage();
    await visitor.goto(new URL("/wp-admin", preview).href);
    await visitor.fill("#user_login", "maja");
    await visitor.fill("#user_pass", "bread and butter 42");
    await visitor.click("#wp-submit");
    await visitor.waitForURL(/wp-admin/);
    expect(`left to ${visitor.url()}`, new URL(visitor.url()).host === preview.host);
    expect("not signed in", (await visitor.textContent("body")).includes("Dashboard"));
    await visitor.close();
  });

  await check("A wrong preview name says so, and knows nothing of the panel", async () => {
    const address = new URL(panel.site("blog.demo.test").preview_url);
    address.hostname = "sabcdefgh.preview.localhost";
    const visitor = await browser.newPage();
    const answer = await visitor.goto(address.href);
    expect(`status ${answer.status()}`, answer.status() === 404);
    expect("no heading", (await visitor.textContent("h1")).includes("no preview"));
    expect("cookies of the panel", (await visitor.context().cookies(address.href)).length === 0);
    await visitor.close();
  });
}
