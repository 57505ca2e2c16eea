// What is deleted leaves nothing, and the panel ends in order.
import { expect, until } from "../support/checks.mjs";
import { verifiedStatus } from "../support/bed.mjs";

export async function run({ bed, panel }, check) {
  await check("A deleted site leaves nothing on the server", async () => {
    const site = panel.site("cli.demo.test");
    const gone = await panel.api("DELETE", `/api/v1/sites/${site.id}`, { name: "cli.demo.test" });
    expect(`status ${gone.status}`, gone.status === 202);
    await until("the site is gone", 60, () => !panel.site("cli.demo.test"));
    expect("its home is still there", !bed.exec("ls", "/srv/sites").includes(site.key));
    expect("its user is still there", !bed.exec("cat", "/etc/passwd").includes(site.key));
    expect("it still answers", verifiedStatus("cli.demo.test", bed.host.address, bed.rootFile) !== 200);
  });

  await check("The panel stops in order", async () => {
    const code = await panel.stop();
    expect(`exit code ${code}`, code === 0);
  });
}
