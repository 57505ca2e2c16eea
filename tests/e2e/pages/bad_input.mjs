// Wrong input, made from the panel's own descriptions: refused with the field named, what was typed kept, nothing made.
import { expect, expectNone } from "../support/checks.mjs";
import { operations } from "../support/openapi.mjs";
import { OWNER, SUBMIT, signIn } from "../support/people.mjs";

const LONG = "x".repeat(20_000);
// What changes by itself beside the requests: sessions are looked at, and jobs of other checks go on.
const MAY_CHANGE = ["sessions", "job_schedules", "job_steps", "job_log_lines", "events", "event_dead_letters", "event_listeners",
  "event_seal", "audit_entries", "audit_head"];

/** Rows of every table of the panel, and what requests (not jobs) have made known. */
function rows(panel) {
  const tables = panel.sql(`select tablename from pg_tables where schemaname = 'hostelry' order by 1`).split("\n");
  const counts = tables.filter((table) => table && !MAY_CHANGE.includes(table))
    .map((table) => `select '${table}', count(*) from hostelry.${table}`);
  const events = "select type, count(*) from hostelry.events where request_id <> '' group by type";
  return panel.sql([...counts, events].join(" union all ") + " order by 1");
}

const typesOf = (schema) => [schema.type].flat();

/** A value that fits what the description says. */
function fitting(schema) {
  if (schema.enum) {
    return schema.enum[0];
  }
  const samples = {
    string: { email: "somebody@example.org", uuid: "01890a5d-ac96-774b-bcce-b302099a8057", hostname: "fits.example.org" }[schema.format]
      ?? "fits".padEnd(schema.minLength ?? 0, "s"),
    integer: Math.max(schema.minimum ?? 1, 1), number: 1, boolean: true, object: {}, array: [],
  };
  return samples[typesOf(schema).find((type) => type !== "null")];
}

/** A value of a type that the description does not allow. */
function mistyped(schema) {
  return typesOf(schema).some((type) => ["object", "array"].includes(type)) ? 7 : [7];
}

/** [what is wrong, the body, the field that must be named] for each way to be wrong. */
function wrongBodies(schema) {
  const whole = Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, fitting(one)]));
  const wrong = [
    ["cut-off JSON", "{\"a\": ", null],
    ["a list", "[]", null],
    ["an unknown member", { ...whole, no_such_member: 1 }, "no_such_member"],
  ];
  for (const name of schema.required ?? []) {
    const { [name]: _, ...rest } = whole;
    wrong.push([`no ${name}`, rest, name]);
  }
  for (const [name, one] of Object.entries(schema.properties)) {
    wrong.push([`${name} of a wrong type`, { ...whole, [name]: mistyped(one) }, name]);
    if (typesOf(one).includes("string") && !one.enum) {
      wrong.push([`${name} far too long`, { ...whole, [name]: LONG }, name]);
    }
    if (one.enum) {
      wrong.push([`${name} of no choice`, { ...whole, [name]: "no-such-choice" }, name]);
    }
  }
  return wrong;
}

/** [query, the parameter that must be named] for each way to be wrong. */
function wrongQueries(parameters) {
  const wrong = [["no_such_filter=1", "no_such_filter"]];
  for (const [name, schema] of Object.entries(parameters)) {
    if (schema.enum) {
      wrong.push([`${name}=no-such-choice`, name]);
    } else if (schema.format === "uuid" || typesOf(schema).includes("integer")) {
      wrong.push([`${name}=neither`, name]);
    } else if (schema.maxLength) {
      wrong.push([`${name}=${"x".repeat(schema.maxLength + 1)}`, name]);
    }
  }
  return wrong;
}

async function checkFilters(panel, { path, name, query }) {
  const found = [];
  for (const [wrong, field] of wrongQueries(query)) {
    const answer = await panel.api("GET", `${path}?${wrong}`);
    if (answer.status !== 422 || !namesField(answer.body, field)) {
      found.push(`${name}?${wrong.slice(0, 80)}: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 160)}`);
    }
  }
  if (Object.keys(query).length === 0) {
    return found;
  }
  const right = await panel.api("GET", path);
  if (right.status !== 200 || !Array.isArray(right.body.items) || !("next" in right.body)) {
    found.push(`${name}: ${right.status} ${JSON.stringify(right.body)?.slice(0, 160)}`);
  }
  return found;
}

const namesField = (body, field) => body.errors?.some((error) => error.field === field || error.field.startsWith(field + "."));

async function checkOperation(panel, { method, path, name, schema }) {
  const found = [];
  for (const [what, body, field] of wrongBodies(schema)) {
    const answer = await panel.api(method, path, body);
    const told = `${name} with ${what}: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 160)}`;
    const isProblem = answer.type.startsWith("application/problem+json") && answer.body?.request_id;
    if (answer.status < 400 || answer.status >= 500 || !isProblem) {
      found.push(told);
    } else if (field && answer.status !== 404 && !namesField(answer.body, field)) {
      found.push(`${told} does not name ${field}`);
    }
  }
  return found;
}

export async function run({ browser, panel }, check) {
  await check("Every operation of the API refuses wrong bodies by the field, and makes nothing", async () => {
    const before = rows(panel);
    const found = [];
    const taking = (await operations(panel)).filter((one) => one.schema);
    for (const operation of taking) {
      found.push(...(await checkOperation(panel, operation)));
    }
    expect(`only ${taking.length} operations take a body`, taking.length > 12);
    expect(`rows were made:\n${before}\nthen\n${rows(panel)}`, rows(panel) === before);
    expectNone(found);
  });

  await check("Every operation of the API names a filter it does not know, and lists answer in pages", async () => {
    const found = [];
    const reading = (await operations(panel)).filter((one) => one.method === "GET");
    for (const operation of reading) {
      found.push(...(await checkFilters(panel, operation)));
    }
    expect(`only ${reading.length} operations read`, reading.length > 25);
    expectNone(found);
  });

  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, panel, OWNER);

  await check("Every form shows what is wrong beside the field, keeps what was typed and makes nothing", async () => {
    const before = rows(panel);
    const found = [];
    for (const path of await formPages(page, panel)) {
      found.push(...(await checkForm(page, panel.url + path)));
    }
    expect(`rows were made:\n${before}\nthen\n${rows(panel)}`, rows(panel) === before);
    expectNone(found);
  });

  await check("A form that is sent twice makes one site", async () => {
    await page.goto(panel.url + "/sites/new?template=static");
    await page.fill("[name=domain]", "twice.example.org");
    await page.dblclick("main form button:has-text('Create site')");
    await page.waitForURL(/\/sites\/[0-9a-f-]{36}/);
    const found = panel.cli("site", "list").items.filter((site) => site.domain === "twice.example.org");
    expect(`${found.length} sites`, found.length === 1);
  });

  await check("A form that conflicts with what is there says so", async () => {
    await page.goto(panel.url + "/dns");
    await page.getByRole("link", { name: "example.org", exact: true }).click();
    await page.getByRole("link", { name: "New record" }).click();
    await page.fill("[name=name]", "www");
    await page.selectOption("[name=type]", "A");
    await page.fill("[name=value]", "192.0.2.9");
    await page.click(SUBMIT);
    await page.locator("main [role=alert]").waitFor({ timeout: 5000 });
    expect("what was typed is gone", (await page.inputValue("[name=value]")) === "192.0.2.9");
  });

  await check("A click that nobody answers says so once", async () => {
    await page.goto(panel.url + "/sites");
    await page.route("**/sites?*", (route) => route.abort());
    for (let clicks = 0; clicks < 2; clicks += 1) {
      await page.locator("main th a").first().click();
      await page.locator(".toast-bad", { hasText: "No answer came" }).waitFor({ timeout: 5000 });
    }
    const toasts = await page.locator(".toast-bad").count();
    expect(`${toasts} toasts`, toasts === 1);
    await page.unroute("**/sites?*");
  });

  await check("An API request that is repeated with its key makes one site", async () => {
    const ask = () => panel.api("POST", "/api/v1/sites", { domain: "again.example.org", template: "static" }, "one-key");
    const answers = await Promise.all([ask(), ask(), ask()]);
    const ids = new Set(answers.map((one) => one.body.id));
    expect(JSON.stringify(answers), ids.size === 1 && answers.every((one) => [200, 202].includes(one.status)));
  });

  await context.close();
}

/** Pages with a form to fill in: those that "new" and "edit" links lead to, and the settings. */
async function formPages(page, panel) {
  const found = new Set(["/profile", "/settings"]);
  for (const start of ["/sites", "/servers", "/dns", "/tenants", "/users", "/plugins", "/certificates"]) {
    await page.goto(panel.url + start);
    const links = await page.evaluate(() => [...document.querySelectorAll("main a[href]")].map((a) => new URL(a.href).pathname));
    links.filter((path) => path.endsWith("/new")).forEach((path) => found.add(path));
    const detail = links.find((path) => /\/[0-9a-f-]{36}$/.test(path));
    if (detail) {
      await page.goto(panel.url + detail);
      const more = await page.evaluate(() => [...document.querySelectorAll("main a[href]")].map((a) => new URL(a.href).pathname));
      more.filter((path) => /\/(new|edit)$/.test(path)).forEach((path) => found.add(path));
    }
  }
  return found;
}

/** Sends the main form empty, and over-long; both must come back with a message and with what was typed. */
async function checkForm(page, address) {
  const found = [];
  const name = new URL(address).pathname;
  const texts = "main form input[type=text], main form input:not([type]), main form input[type=email], main form textarea";
  for (const [what, value] of [["empty", ""], ["over-long", "y".repeat(5000)]]) {
    await page.goto(address);
    if (value === "" && (await page.locator("main form [required]").count()) === 0) {
      continue; // Empty is a fine answer here.
    }
    const fields = await page.locator(texts).all();
    for (const field of fields) {
      if (await field.isEditable()) {
        await field.evaluate((element, text) => { element.value = text; }, value);
      }
    }
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST"),
      page.locator(SUBMIT).first().click(),
    ]);
    if (answer.status() !== 422) {
      found.push(`${name} ${what}: ${answer.status()}`);
      continue;
    }
    await page.locator("main [aria-invalid=true]").first().waitFor({ timeout: 5000 }).catch(() => {
      found.push(`${name} ${what}: no field is marked`);
    });
    const kept = await page.locator(texts).first().inputValue();
    if (kept !== value) {
      found.push(`${name} ${what}: what was typed is gone: ${kept.slice(0, 40)}`);
    }
  }
  return found;
}
