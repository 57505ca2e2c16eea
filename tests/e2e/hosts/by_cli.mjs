// The main job by the command line.
import { expect } from "../support/checks.mjs";
import { verifiedStatus } from "../support/bed.mjs";

export async function run({ bed, panel }, check) {
  await check("A site by the command line answers over verified HTTPS", async () => {
    panel.cli("site", "create", "--domain", "cli.demo.test", "--template", "static", "--options", "title=By the command line");
    await panel.siteReady("cli.demo.test");
    expect("no verified 200", verifiedStatus("cli.demo.test", bed.host.address, bed.rootFile) === 200);
  });
}
