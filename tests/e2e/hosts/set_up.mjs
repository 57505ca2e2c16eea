// From nothing to a panel with a managed server and a zone.
import { expect, until } from "../support/checks.mjs";
import { setUp } from "../support/people.mjs";

export async function run({ bed, panel, page }, check) {
  await check("The panel starts and shows a one-time setup link", async () => {
    const ready = await panel.start();
    expect("no setup link", ready.setup_url?.startsWith(panel.url));
  });

  await check("The setup link makes the first person, once", async () => {
    await setUp(page, panel);
    const again = await fetch(panel.ready.setup_url);
    expect("the link still works", again.status !== 200 || !(await again.text()).includes("name=\"password\""));
  });

  await check("A bare machine is added by its address and brought up", async () => {
    bed.authorize(panel.cli("server-key", "show").public_key);
    panel.cli("server", "add", "--name", "web-1", "--kind", "ssh", "--address", bed.host.address, "--host-key", bed.host.host_key);
    const server = await until("the server is brought up", 420, () => {
      const found = panel.cli("server", "list").items[0];
      return ["ready", "failed"].includes(found.state) ? found : null;
    });
    expect(`bring-up failed: ${server.message}`, server.state === "ready");
  });

  await check("A zone is made in PowerDNS", async () => {
    panel.cli("dns-backend", "create", "--name", "demo", "--plugin", "org.hostelry.powerdns", "--base-url", bed.facts.dns.api_url,
      "--api-key-file", bed.facts.dns.api_key_file, "--nameservers", "ns1.demo.test", "--query-addresses", bed.facts.dns.address);
    const backend = panel.cli("dns-backend", "list").items[0];
    panel.cli("dns-zone", "create", "--name", "demo.test", "--backend", backend.id);
    await until("the zone is ready", 60, () => panel.cli("dns-zone", "list").items[0]?.state === "ready");
  });
}
