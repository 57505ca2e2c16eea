// The main job by the command line.
import { expect } from "../support/checks.mjs";
import { verifiedStatus } from "../support/bed.mjs";

const NOT_FOUND = 5;

export async function run({ bed, panel }, check) {
  await check("A site by the command line answers over verified HTTPS", async () => {
    const { stdout, stderr } = panel.command("site", "create", "--domain", "cli.demo.test", "--template", "static",
      "--options", "title=By the command line", "--wait");
    expect(`no steps in ${stderr}`, stderr.includes("✓ Switch to HTTPS"));
    expect(`not ready after ${stdout}`, panel.site("cli.demo.test").state === "ready");
    expect("no verified 200", verifiedStatus("cli.demo.test", bed.host.address, bed.rootFile) === 200);
  });

  await check("The command line finds a job by its site, and follows it to its end", async () => {
    const job = panel.cli("job", "list", "--q", "cli.demo.test", "--job-state", "succeeded").items[0];
    expect(`found ${JSON.stringify(job)}`, job?.kind === "site.deploy" && job.subject_name === "cli.demo.test");
    expect("the watched job did not succeed", panel.cli("job", "watch", job.id).state === "succeeded");
    const nobody = panel.command("job", "watch", "01890a5d-ac96-774b-bcce-b302099a8057");
    expect(`exit code ${nobody.status}: ${nobody.stderr}`, nobody.status === NOT_FOUND);
  });
}
