"""The panel as it is installed on a machine of its own: by its Debian package, under systemd, without root's rights. It
then manages that same machine, and a site goes live on it.

    tests/hosts/run.py package
"""

import json
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import world  # noqa: E402
from hosts import panel_package  # noqa: E402
from world import report  # noqa: E402

ZONE = "house.test"
SITE = f"blog.{ZONE}"
CONFIG = "/etc/hostelry/hostelry.yaml"
# A build with the address sanitizer looks for leaks by tracing itself, which the unit forbids.
WITHOUT_LEAK_SEARCH = "[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n"
UNREACHABLE = 7  # curl


class InstalledPanel(unittest.TestCase):
    """In this order."""

    @classmethod
    def setUpClass(cls):
        package = panel_package()
        if package is None:
            raise unittest.SkipTest("The panel's package is not built (target hostelry_deb).")
        cls.bed = world.bed()
        cls.host = cls.bed.hosts["house"]
        cls.bed.run("repo", "add", package)

    def hostelry(self, *words):
        """The JSON answer of the command line on the host."""
        quoted = " ".join(f"'{word}'" for word in words)
        text = self.host.out(f"ASAN_OPTIONS=detect_leaks=0 hostelry {quoted} --json", timeout=300)
        return json.loads(text) if text else None

    def from_outside(self, url, *options):
        return subprocess.run(["curl", "--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}",
                               *options, url], capture_output=True, text=True)

    def test_1_apt_installs_and_starts_it(self):
        began = time.monotonic()
        self.host.out("mkdir -p /etc/systemd/system/hostelry.service.d")
        self.host.out("cat > /etc/systemd/system/hostelry.service.d/test.conf", text_in=WITHOUT_LEAK_SEARCH)
        said = self.host.out("apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y "
                             "-o Dpkg::Options::=--force-unsafe-io --no-install-recommends install hostelry", timeout=300)
        self.assertIn("hostelry setup", said)
        link = type(self).link = self.wait_for_link()
        report(f"apt install to the link for the first sign-in: {time.monotonic() - began:.0f} s")
        self.assertEqual(link.split("/setup/")[0], f"https://{self.host.address}:8443")
        page = self.from_outside(link, "--insecure")
        self.assertTrue(page.stdout.endswith("\n200"), page.stdout[-300:] + page.stderr)

    def wait_for_link(self):
        for _ in range(120):
            asked = self.host.ssh("ASAN_OPTIONS=detect_leaks=0 hostelry setup")
            if asked.returncode == 0:
                return asked.stdout.strip()
            time.sleep(0.5)
        raise AssertionError(asked.stderr + self.host.out("journalctl -u hostelry -n 30 --no-pager"))

    def test_2_it_has_no_rights_and_leaves_no_secret_in_the_journal(self):
        users = self.host.out("ps -o user= -C hostelry -C postgres | sort -u").split()
        self.assertIn("hostelry", users)
        self.assertNotIn("root", users)
        status = self.host.out("cat /proc/$(systemctl show -P MainPID hostelry)/status")
        self.assertIn("CapEff:\t0000000000000000", status)
        self.assertIn("NoNewPrivs:\t1", status)
        journal = self.host.out("journalctl -u hostelry --no-pager")
        self.assertIn("serving", journal)
        self.assertNotIn(self.link.split("/setup/")[1], journal)
        self.assertEqual(self.host.out("stat -c %a /var/lib/hostelry /var/lib/hostelry/master.key"), "700\n600")

    def test_3_it_is_told_where_the_authorities_are(self):
        facts = self.bed.facts
        self.host.out("cat > /etc/hostelry/authorities.pem", text_in=self.bed.trusted().read_text())
        self.host.out(f"cat >> {CONFIG}", text_in="\n".join([
            "outbound:", f"  allow_private: \"{facts['subnet']}.0/24\"", "  extra_ca: /etc/hostelry/authorities.pem", ""]))
        self.host.out(f"sed -i 's|^acme:|acme:\\n  directory: \"{facts['acme']['directory']}\"|' {CONFIG}")
        self.host.out("systemctl restart hostelry")
        self.wait_for_link()
        found = self.hostelry("doctor")
        self.assertEqual([check for check in found["checks"] if check["state"] == "failed"], [])

    def test_4_it_manages_the_machine_it_runs_on(self):
        refused = self.host.ssh(f"ASAN_OPTIONS=detect_leaks=0 hostelry server add --name twin --address {self.host.address}")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("This machine", refused.stderr)
        key = self.hostelry("server-key", "show")["public_key"]
        self.host.out("cat >> /root/.ssh/authorized_keys", text_in=key + "\n")
        began = time.monotonic()
        added = self.hostelry("server", "add", "--name", "house", "--kind", "local", "--address", self.host.address)
        self.hostelry("job", "watch", added["job"])
        report(f"bring-up of the panel's own machine: {time.monotonic() - began:.0f} s")
        server = self.hostelry("server", "show", added["id"])
        self.assertEqual((server["state"], server["is_online"], server["kind"]), ("ready", True, "local"))

    def test_5_the_firewall_leaves_the_panel_reachable(self):
        self.assertIn("policy drop", self.host.out("nft list ruleset"))
        page = self.from_outside(f"https://{self.host.address}:8443/sign-in", "--insecure")
        self.assertIn(page.stdout[-3:], ("200", "303"), page.stderr)
        agents = self.from_outside(f"https://{self.host.address}:7443/", "--insecure")
        self.assertNotIn(agents.returncode, (UNREACHABLE, 28), agents.stderr)
        database = self.from_outside(f"http://{self.host.address}:3306/", "--max-time", "2")
        self.assertIn(database.returncode, (UNREACHABLE, 28))

    def test_6_a_wordpress_site_goes_live_over_https(self):
        dns = self.bed.facts["dns"]
        self.host.out("install -m 600 /dev/stdin /root/dns-key", text_in=pathlib.Path(dns["api_key_file"]).read_text())
        backend = self.hostelry("dns-backend", "create", "--name", "bed", "--plugin", "org.hostelry.powerdns",
                                "--base-url", dns["api_url"], "--api-key-file", "/root/dns-key",
                                "--nameservers", f"ns1.{ZONE}", "--query-addresses", dns["address"])
        zone = self.hostelry("dns-zone", "create", "--name", ZONE, "--backend", backend["id"])
        self.hostelry("job", "watch", zone["job"])
        began = time.monotonic()
        site = self.hostelry("site", "create", "--domain", SITE, "--template", "wordpress", "--options", "title=House",
                             "--options", "admin_user=maja", "--options", "admin_email=maja@example.org")
        self.hostelry("job", "watch", site["job"])
        report(f"WordPress on the panel's own machine: {time.monotonic() - began:.1f} s")
        page = self.from_outside(f"https://{SITE}/", "--cacert", str(self.bed.trusted()),
                                 "--resolve", f"{SITE}:443:{self.host.address}")
        self.assertIn("<title>House</title>", page.stdout, page.stderr)
        self.assertTrue(page.stdout.endswith("\n200"))

    def test_7_systemd_starts_it_again_and_an_upgrade_keeps_everything(self):
        self.host.out("systemctl kill --kill-whom=main -s KILL hostelry")
        self.wait_for_link()
        self.assertEqual(self.host.out("systemctl show -P NRestarts hostelry"), "1")
        self.host.out("DEBIAN_FRONTEND=noninteractive apt-get -q -y install --reinstall hostelry", timeout=120)
        self.wait_for_link()
        self.assertEqual([site["domain"] for site in self.hostelry("site", "list")["items"]], [SITE])
        self.assertIn("allow_private", self.host.out(f"cat {CONFIG}"))

    def test_8_removed_it_leaves_its_data_and_the_sites(self):
        self.host.out("DEBIAN_FRONTEND=noninteractive apt-get -q -y remove hostelry", timeout=120)
        self.assertEqual(self.host.ssh("pgrep -u hostelry").stdout, "")
        self.assertEqual(self.host.out("ls -d /run/hostelry 2>/dev/null || true"), "")
        self.assertIn("master.key", self.host.out("ls /var/lib/hostelry"))
        status, body = self.host.get(SITE, f"https://{SITE}/", "--cacert", str(self.bed.trusted()))
        self.assertEqual(status, 200, body[:300])


if __name__ == "__main__":
    unittest.main()
