// The people of the tests and how they come in.

export const OWNER = { company: "Northlight Hosting", name: "Maja Holm", email: "maja@example.org", password: "tell the tall tiger" };

/** The button that sends the form of a page. */
export const SUBMIT = "main form button:not([type=button])";

export async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    await page.fill(`main [name="${name}"]`, value);
  }
}

/** The first person, by the setup link; `page` is signed in afterwards. */
export async function setUp(page, panel) {
  await page.goto(panel.ready.setup_url);
  await fill(page, OWNER);
  await page.click(SUBMIT);
  await page.waitForURL(panel.url + "/");
}

export async function signIn(page, panel, person = OWNER) {
  await page.goto(panel.url + "/sign-in");
  await fill(page, { email: person.email, password: person.password });
  await page.click(SUBMIT);
  await page.waitForURL(panel.url + "/");
}
