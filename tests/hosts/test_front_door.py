"""./dev up, down and clean as a newcomer uses them: what is printed, what is refused and how, and that nothing stays.

    tests/hosts/run.py front
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from hosts import SOURCE, unsupported_reason  # noqa: E402

sys.path.append(str(SOURCE / "testbed"))

from bed import leaks  # noqa: E402
from panel import program  # noqa: E402
from world import report  # noqa: E402

ADDRESS = re.compile(r"^Hostelry is at (\S+)  —  first sign-in, once: (\S+/setup/\S+)$", re.M)
START_SECONDS = 120
BRING_UP_SECONDS = 420
STOP_SECONDS = 60
SECOND_RUN_SECONDS = 30  # Seconds, on a machine that does other things too and with sanitizers.
PORTS_OF_A_PANEL = 4     # Its own, previews, metrics, agents.


def free_ports():
    """The first of as many ports in a row as a panel takes."""
    for first in range(20000 + os.getpid() % 5000 * 4, 60000, PORTS_OF_A_PANEL):
        try:
            for port in range(first, first + PORTS_OF_A_PANEL):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise AssertionError("no ports are free")


def command(*words, logs):
    return [str(SOURCE / "dev"), *words], {**os.environ, "HOSTELRY_DEV_LOGS": str(logs)}


def processes_of(folder):
    """Whoever works on this folder, by command line or by working directory."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in words or os.readlink(entry / "cwd").startswith(str(folder)):
                found.append(f"{entry.name} {words}")
        except OSError:
            continue
    return found


class Door:
    """One state folder and what ./dev does with it."""

    def __init__(self):
        base = pathlib.Path(os.environ.get("HOSTELRY_TEST_STATE", "/var/tmp"))
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="hostelry-front-", dir=base))
        self.home.chmod(0o755)
        self.state = self.home / "state"
        self.logs = self.home / "logs"
        self.port = free_ports()
        self.running = None

    def run(self, *words, seconds=START_SECONDS):
        """To its end: (exit code, everything it printed)."""
        argv, environment = command(*words, logs=self.logs)
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=seconds)
        return done.returncode, done.stdout + done.stderr

    def up_words(self, *more):
        return ["up", "--preset", program().parent.parent.name, "--state", str(self.state), "--port", str(self.port), *more]

    def up(self, *more, seconds=START_SECONDS, environment=()):
        """Starts ./dev up and waits for its address; the text printed so far."""
        argv, base = command(*self.up_words(*more), logs=self.logs)
        output = self.home / "output"
        with open(output, "w", encoding="utf-8") as file:
            self.running = subprocess.Popen(argv, env={**base, **dict(environment)}, stdout=file, stderr=subprocess.STDOUT,
                                            start_new_session=True)
        deadline = time.monotonic() + seconds
        while "Ctrl-C stops it" not in output.read_text():
            if self.running.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"./dev up gave no address:\n{output.read_text()}")
            time.sleep(0.05)
        return output.read_text()

    def interrupt(self, number=signal.SIGINT):
        """Ctrl-C; the exit code."""
        self.running.send_signal(number)
        return self.running.wait(STOP_SECONDS)

    def hostelry(self, *words):
        argv, environment = command("hostelry", *words, "--state", str(self.state), "--json", logs=self.logs)
        done = subprocess.run(argv, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def end(self):
        if self.running is not None and self.running.poll() is None:
            self.interrupt()
        self.run("clean", "--state", str(self.state))
        shutil.rmtree(self.home, ignore_errors=True)


class Bare(unittest.TestCase):
    """Without demo hosts; in this order, on one folder."""

    @classmethod
    def setUpClass(cls):
        cls.door = Door()
        cls.addClassCleanup(cls.door.end)

    def stop_cleanly(self):
        self.assertEqual(self.door.interrupt(), 0)
        self.assertEqual(processes_of(self.door.state), [])

    def test_1_it_shows_its_stages_and_then_the_address_and_a_setup_link_that_works(self):
        text = self.door.up("--bare")
        self.assertRegex(text, r"\[ *\d+\.\d s\] ✓ Debian packages  \d+\.\d s")
        self.assertRegex(text, r"\[ *\d+\.\d s\] ✓ Panel and its database  \d+\.\d s")
        address, setup = ADDRESS.search(text).groups()
        self.assertEqual(address, f"http://127.0.0.1:{self.door.port}")
        with urllib.request.urlopen(setup) as page:
            self.assertEqual(page.status, 200)
        self.door.hostelry("tenant", "create", "--name", "Kept", "--kind", "client")

    def test_2_a_second_one_on_the_same_folder_or_port_is_refused_with_what_to_do(self):
        code, text = self.door.run(*self.door.up_words("--bare"))
        self.assertEqual(code, 1, text)
        self.assertIn("runs already", text)
        self.assertIn("What to do: stop it with './dev down'", text)
        other = self.door.home / "other"
        for port in (self.door.port, self.door.port - 1):  # Its own port is taken, then only some of those beside it.
            code, text = self.door.run(*self.door.up_words("--bare", "--state", str(other), "--port", str(port)))
            self.assertEqual(code, 1, text)
            taken = "|".join(str(self.door.port + step) for step in range(PORTS_OF_A_PANEL))
            self.assertRegex(text, rf"cannot listen on 127\.0\.0\.1:({taken}) ")
            self.assertIn("--port N", text)
        self.assertEqual(self.door.run("clean", "--state", str(other))[0], 0)

    def test_3_ctrl_c_leaves_the_data_and_nothing_else(self):
        self.stop_cleanly()
        self.assertTrue((self.door.state / "panel" / "master.key").exists())

    def test_4_the_next_run_takes_seconds_and_goes_on_with_the_data(self):
        began = time.monotonic()
        self.door.up("--bare")
        took = time.monotonic() - began
        report(f"second ./dev up --bare: {took:.1f} s")
        self.assertLess(took, SECOND_RUN_SECONDS)
        self.assertEqual([one["name"] for one in self.door.hostelry("tenant", "list")["items"]], ["Kept"])

    def test_5_what_a_killed_run_left_is_ended_by_the_next_one_and_by_down(self):
        for begin_again in (True, False):
            self.door.running.kill()
            self.door.running.wait()
            if begin_again:
                self.door.up("--bare")
            else:
                self.assertEqual(self.door.run("down", "--state", str(self.door.state))[0], 0)
        self.assertEqual(processes_of(self.door.state), [])

    def test_6_down_stops_a_running_one_from_elsewhere(self):
        self.door.up("--bare")
        self.assertEqual(self.door.run("down", "--state", str(self.door.state))[0], 0)
        self.assertEqual(self.door.running.wait(STOP_SECONDS), 0)
        self.assertEqual(processes_of(self.door.state), [])

    def test_7_an_address_for_others_is_served_with_tls_and_its_fingerprint_is_printed(self):
        text = self.door.up("--bare", "--listen", "0.0.0.0")
        self.assertIn("Hostelry is at https://", text)
        printed = re.search(r"certificate SHA-256 (\S+)", text).group(1).replace(":", "").lower()
        shown = ssl.get_server_certificate(("127.0.0.1", self.door.port))
        digest = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256"], input=shown, capture_output=True,
                                text=True, check=True).stdout
        self.assertEqual(printed, digest.strip().split("=")[1].replace(":", "").lower())
        self.assertEqual([one["name"] for one in self.door.hostelry("tenant", "list")["items"]], ["Kept"])
        self.stop_cleanly()

    def test_8_a_failure_names_the_log_its_last_lines_and_what_to_do(self):
        argv, environment = command(*self.door.up_words("--bare"), logs=self.door.logs)
        failed = subprocess.run(argv, env={**environment, "HOSTELRY_DATABASE_CONNECTIONS": "many"}, capture_output=True,
                                text=True, timeout=START_SECONDS)
        text = failed.stdout + failed.stderr
        self.assertEqual(failed.returncode, 1, text)
        self.assertIn("✗ Panel and its database", text)
        self.assertIn("must be a whole number", text)  # The end of the log, which says why.
        log = re.search(r"^The whole log: (\S+)$", text, re.M).group(1)
        self.assertIn("must be a whole number", pathlib.Path(log).read_text())
        self.assertIn("What to do: ", text)
        self.assertEqual(processes_of(self.door.state), [])

    def test_9_options_that_cannot_be_are_refused_before_anything_is_done(self):
        for words, why in ((("--port", "70000"), "a port is a number"), (("--port", "x"), "port"),
                           (("--listen", "panel.example"), "is not an address"), (("--subnet", "192.168.1"), "is not a subnet"),
                           (("--no-such",), "unrecognized arguments")):
            code, text = self.door.run("up", "--bare", *words, seconds=20)
            self.assertEqual(code, 2, text)
            self.assertIn(why, text)
        held = self.door.home / "held"
        held.mkdir()
        (held / "thesis.txt").write_text("years of work")
        code, text = self.door.run(*self.door.up_words("--bare", "--state", str(held)))
        self.assertEqual(code, 1, text)
        self.assertIn("holds something else already", text)
        self.assertEqual(self.door.run("clean", "--state", str(held))[0], 0)
        self.assertTrue((held / "thesis.txt").exists())

    def test_9a_clean_removes_the_data(self):
        code, text = self.door.run("clean", "--state", str(self.door.state))
        self.assertEqual((code, self.door.state.exists()), (0, False), text)


class Demo(unittest.TestCase):
    """With demo hosts, as the README walks through it."""

    @classmethod
    def setUpClass(cls):
        reason = unsupported_reason()
        if reason:
            raise unittest.SkipTest(reason)
        cls.door = Door()
        cls.addClassCleanup(cls.door.end)
        cls.subnet = os.environ.get("HOSTELRY_BED_SUBNET", "10.79.0")

    def leftovers(self):
        bed = json.loads((self.door.state / "testbed" / "bed.json").read_text())["name"]
        mounts = [line for line in pathlib.Path("/proc/mounts").read_text().splitlines() if str(self.door.state) in line]
        return processes_of(self.door.state) + mounts + leaks.find(bed)

    def test_1_the_server_comes_up_and_a_site_answers_by_https_with_the_commands_of_the_readme(self):
        began = time.monotonic()
        text = self.door.up("--subnet", self.subnet, seconds=BRING_UP_SECONDS)
        report(f"./dev up with the demo hosts: {time.monotonic() - began:.0f} s")
        self.assertIn("✓ demo-1: packages, hardening, services, agent", text)
        root = re.search(r"its root: (\S+)", text).group(1)
        site = self.door.hostelry("site", "create", "--domain", "hello.demo.test", "--template", "static",
                                  "--options", "title=Hello", "--wait")
        self.assertNotEqual(site, None)
        page = subprocess.run(["curl", "--silent", "--show-error", "--cacert", root, "--resolve",
                               f"hello.demo.test:443:{self.subnet}.10", "https://hello.demo.test/"],
                              capture_output=True, text=True, timeout=30)
        self.assertIn("Hello", page.stdout, page.stderr)

    def test_2_ctrl_c_leaves_no_process_mount_or_bridge(self):
        self.assertEqual(self.door.interrupt(), 0)
        self.assertEqual(self.leftovers(), [])

    def test_3_clean_removes_the_hosts_too(self):
        code, text = self.door.run("clean", "--state", str(self.door.state))
        self.assertEqual((code, self.door.state.exists()), (0, False), text)


if __name__ == "__main__":
    unittest.main()
