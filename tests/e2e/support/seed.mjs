// Something of every kind and in every state, so that there is no page without content. What people can do by
// themselves is done by the API, so the audit trail tells of it; the rest is in tests/support/seed.sql.
import { readFileSync } from "node:fs";
import { expect } from "./checks.mjs";

const PASSWORD = "tell the tall tiger";
export const RESELLER = { name: "Rolf Reseller", email: "reseller@example.org", password: PASSWORD };
export const CLIENT = { name: "Carla Client", email: "client@example.org", password: PASSWORD };
const LONG = "Gesellschaft für elektronische Datenverarbeitung und Mehrfachweiterleitung ".repeat(2).trim();

async function make(panel, path, body) {
  const made = await panel.api("POST", path, body);
  expect(`${path}: ${made.status} ${JSON.stringify(made.body)}`, made.status < 300);
  return made.body;
}

async function makeAccount(panel, name, kind, parent) {
  const made = await make(panel, "/api/v1/tenants", { name, kind, ...(parent && { parent }) });
  return made.id ?? made.tenant.id;
}

export async function seed(panel) {
  const reseller = await makeAccount(panel, "Fjord Web Agency", "reseller");
  const client = await makeAccount(panel, "Bakery Müller", "client", reseller);
  await makeAccount(panel, LONG, "client", reseller);
  const suspended = await makeAccount(panel, "Unpaid Ltd", "client");
  await make(panel, `/api/v1/tenants/${suspended}/suspension`);
  await make(panel, "/api/v1/users", { ...RESELLER, tenant: reseller, role: "reseller" });
  await make(panel, "/api/v1/users", { ...CLIENT, tenant: client, role: "client" });
  await make(panel, "/api/v1/users", { name: "No Password Yet", email: `${"a".repeat(60)}@${"b".repeat(60)}.example.org`, role: "admin" });
  const gone = await make(panel, "/api/v1/users", { name: LONG, email: "gone@example.org", role: "admin" });
  await make(panel, `/api/v1/users/${gone.id}/suspension`);
  panel.sql(readFileSync(new URL("../../support/seed.sql", import.meta.url), "utf8"));
}
