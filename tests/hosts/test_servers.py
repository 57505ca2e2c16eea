"""A bare Debian becomes a managed server through the panel: added by command line, refused for good reasons,
brought up by the worker, watched through its agent, and let go.

    tests/hosts/run.py servers
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import world  # noqa: E402
from panel import CommandFailed  # noqa: E402
from world import report, until_server  # noqa: E402

SOMEBODYS_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWRiZWVm"
GOAL_SECONDS = 90


class BringUpThroughThePanel(unittest.TestCase):
    """In this order."""

    @classmethod
    def setUpClass(cls):
        cls.host = world.host()
        cls.panel = world.panel()

    def test_1_a_server_with_another_host_key_is_not_spoken_to(self):
        server = self.panel.ask("server", "add", "--name", "impostor", "--address", self.host.address,
                                "--host-key", SOMEBODYS_KEY)["id"]
        failed, _ = until_server(server, "failed", seconds=90)
        self.assertIn("another SSH host key", failed["message"])
        self.panel.ask("server", "remove", server)
        self.panel.wait(lambda: self.panel.ask("server", "list")["items"], lambda items: items == [], 60)

    def test_2_a_server_that_refuses_our_key_says_what_to_install(self):
        key = self.panel.ask("server-key", "show")["public_key"]
        type(self).server = world.add_server()
        failed, _ = until_server(self.server, "failed", seconds=90)
        self.assertIn(key, failed["message"])
        with self.assertRaises(CommandFailed) as twin:
            self.panel.ask("server", "add", "--name", "web-2", "--address", self.host.address,
                           "--host-key", world.bed().host_key("web1"))
        self.assertIn("managed already", twin.exception.text)
        world.bed().authorize("web1", key)

    def test_3_retry_brings_the_bare_host_up(self):
        self.panel.ask("server", "retry", self.server)
        until_server(self.server, "provisioning", "ready", seconds=30)
        ready, took = until_server(self.server, "ready")
        report(f"bring-up of a bare host through the panel: {took:.0f} s (goal {GOAL_SECONDS} s on a quiet machine)")
        self.assertTrue(ready["is_online"])
        self.assertEqual(ready["php_versions"], ["8.2"])
        for service in ("nginx", "mariadb", "php8.2-fpm", "hostelry-agent"):
            self.assertEqual(self.host.out(f"systemctl is-active {service}"), "active")
        self.assertEqual(self.host.out("ls /run/hostelry-agent-token 2>/dev/null || true"), "")
        world.remember_server(self.server)


class RemovalThroughThePanel(unittest.TestCase):
    """Runs when nothing needs the server any more."""

    def test_removal_leaves_no_agent_behind(self):
        server, panel, host = world.server(), world.panel(), world.host()
        panel.ask("server", "remove", server)
        panel.wait(lambda: panel.ask("server", "list")["items"], lambda items: items == [], 90)
        self.assertNotEqual(host.ssh("systemctl is-active hostelry-agent").stdout.strip(), "active")
        self.assertEqual(host.out("ls /var/lib/hostelry-agent/identity.json 2>/dev/null || true"), "")
        with self.assertRaises(CommandFailed):
            panel.ask("server", "show", server)


if __name__ == "__main__":
    unittest.main()
