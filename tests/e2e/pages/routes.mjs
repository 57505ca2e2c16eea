// Every route of the API, over the wire, for somebody without a login. (Page routes and every method: the integration
// tests of the composed router.)
import { expect, expectNone } from "../support/checks.mjs";
import { operations } from "../support/openapi.mjs";

export async function run({ panel }, check) {
  await check("Nobody without a login gets past the door", async () => {
    const open = [];
    const all = await operations(panel);
    for (const { method, path } of all) {
      const { status } = await fetch(panel.url + path, { method });
      if (![401, 403, 405].includes(status)) {
        open.push(`${method} ${path}: ${status}`);
      }
    }
    expectNone(open);
    expect("the document is too short", all.length > 20);
  });
}
