// The main job by the API.
import { expect } from "../support/checks.mjs";
import { verifiedStatus } from "../support/bed.mjs";

export async function run({ bed, panel }, check) {
  await check("A site by the API answers over verified HTTPS", async () => {
    const made = await panel.api("POST", "/api/v1/sites", { domain: "api.demo.test", template: "static", options: { title: "By the API" } });
    expect(`status ${made.status}: ${JSON.stringify(made.body)}`, made.status === 202);
    await panel.siteReady("api.demo.test");
    expect("no verified 200", verifiedStatus("api.demo.test", bed.host.address, bed.rootFile) === 200);
  });
}
