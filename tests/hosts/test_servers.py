"""A bare Debian becomes a managed server through the panel: added by command line, refused for good reasons,
brought up by the worker, watched through its agent, and let go.

    python3 -m unittest discover -s tests/hosts -v
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from hosts import Bed  # noqa: E402
from panel import CommandFailed, Panel  # noqa: E402

bed = None
panel = None
SOMEBODYS_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWRiZWVm"
GOAL_SECONDS = 90


def setUpModule():
    global bed, panel
    bed = Bed(web1="bare")
    try:
        panel = Panel(bed)
    except BaseException:
        bed.destroy()
        raise


def tearDownModule():
    if panel is not None:
        panel.destroy()
    if bed is not None:
        bed.destroy()


def report(text):
    print(f"    {text}", file=sys.stderr)


def host_key():
    return next(host["host_key"] for host in bed.facts["hosts"] if host["name"] == "web1")


def until(server, *states, seconds=400):
    return panel.wait(lambda: panel.ask("server", "show", server), lambda now: now["state"] in states, seconds)


class BringUpThroughThePanel(unittest.TestCase):
    """In this order."""

    def test_1_a_server_with_another_host_key_is_not_spoken_to(self):
        host = bed.hosts["web1"]
        server = panel.ask("server", "add", "--name", "impostor", "--address", host.address,
                           "--host-key", SOMEBODYS_KEY)["id"]
        failed, _ = until(server, "failed", "ready", seconds=90)
        self.assertEqual(failed["state"], "failed")
        self.assertIn("another SSH host key", failed["message"])
        panel.ask("server", "remove", server)
        panel.wait(lambda: panel.ask("server", "list")["items"], lambda items: items == [], 60)

    def test_2_a_server_that_refuses_our_key_says_what_to_install(self):
        host = bed.hosts["web1"]
        key = panel.ask("server-key", "show")["public_key"]
        type(self).server = panel.ask("server", "add", "--name", "web-1", "--address", host.address,
                                      "--host-key", host_key())["id"]
        failed, _ = until(self.server, "failed", "ready", seconds=90)
        self.assertEqual(failed["state"], "failed")
        self.assertIn(key, failed["message"])
        with self.assertRaises(CommandFailed) as twin:
            panel.ask("server", "add", "--name", "web-2", "--address", host.address, "--host-key", host_key())
        self.assertIn("managed already", twin.exception.text)
        bed.run("authorize", "web1", key)

    def test_3_retry_brings_the_bare_host_up(self):
        panel.ask("server", "retry", self.server)
        until(self.server, "provisioning", "ready", seconds=30)
        ready, took = until(self.server, "ready", "failed")
        report(f"bring-up of a bare host through the panel: {took:.0f} s (goal {GOAL_SECONDS} s on a quiet machine)")
        self.assertEqual(ready["state"], "ready", ready["message"])
        self.assertTrue(ready["is_online"])
        self.assertEqual(ready["php_versions"], ["8.2"])
        host = bed.hosts["web1"]
        for service in ("nginx", "mariadb", "php8.2-fpm", "hostelry-agent"):
            self.assertEqual(host.out(f"systemctl is-active {service}"), "active")
        self.assertEqual(host.out("ls /run/hostelry-agent-token 2>/dev/null || true"), "")

    def test_4_a_killed_agent_comes_back_by_itself(self):
        bed.hosts["web1"].out("systemctl kill --signal=KILL hostelry-agent")
        panel.wait(lambda: panel.ask("server", "show", self.server)["is_online"], lambda online: not online, 30)
        _, took = panel.wait(lambda: panel.ask("server", "show", self.server)["is_online"], bool, 90)
        report(f"agent back after kill -9: {took:.1f} s")

    def test_5_a_second_bring_up_changes_nothing_that_matters(self):
        panel.ask("server", "retry", self.server)
        until(self.server, "provisioning", seconds=30)
        ready, took = until(self.server, "ready", "failed")
        report(f"bring-up once more: {took:.0f} s")
        self.assertEqual(ready["state"], "ready", ready["message"])

    def test_6_removal_leaves_no_agent_behind(self):
        panel.ask("server", "remove", self.server)
        panel.wait(lambda: panel.ask("server", "list")["items"], lambda items: items == [], 90)
        host = bed.hosts["web1"]
        self.assertNotEqual(host.ssh("systemctl is-active hostelry-agent").stdout.strip(), "active")
        self.assertEqual(host.out("ls /var/lib/hostelry-agent/identity.json 2>/dev/null || true"), "")
        with self.assertRaises(CommandFailed):
            panel.ask("server", "show", self.server)


if __name__ == "__main__":
    unittest.main()
