"""A panel of its own for a test module: `hostelry up` in a scratch state folder, asked through its command line."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from hosts import SOURCE, agent_package


def program():
    places = [pathlib.Path(os.environ["HOSTELRY_BIN"])] if "HOSTELRY_BIN" in os.environ \
        else sorted((SOURCE / "build").glob("*/bin"))
    found = [place / "hostelry" for place in places if (place / "hostelry").exists()]
    if not found:
        raise unittest.SkipTest("The panel is not built (target hostelry).")
    return max(found, key=lambda file: file.stat().st_mtime)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class CommandFailed(AssertionError):
    def __init__(self, words, done):
        super().__init__(f"hostelry {' '.join(words)}: exit {done.returncode}: {done.stderr}{done.stdout}")
        self.code = done.returncode
        self.text = done.stderr + done.stdout


class Panel:
    def __init__(self, bed):
        self.program = program()
        base = os.environ.get("HOSTELRY_TEST_STATE", "/var/tmp")
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="hostelry-panel-", dir=base))
        self.state.chmod(0o755)
        agents = f"{bed.facts['gateway']}:7443"
        (self.state / "hostelry.yaml").write_text(self._yaml({
            "web": {"assets": SOURCE / "web" / "dist"},
            "migrations": {"directory": SOURCE / "migrations"},
            "automation": {"directory": SOURCE / "automation"},
            "plugins": {"directory": self.program.parent.parent / "plugins"},
            "telemetry": {"listen": f"127.0.0.1:{free_port()}"},
            "preview": {"listen": ""},
            "acme": {"helper": SOURCE / "core" / "features" / "certificates" / "acme_helper.py"},
            "agent": {"listen": agents, "advertise": agents, "package": agent_package()},
        }))
        self.log = (self.state / "panel.log").open("w")
        self.process = subprocess.Popen(
            [self.program, "up", "--state", self.state, "--config", self.state / "hostelry.yaml",
             "--listen", f"127.0.0.1:{free_port()}"], stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            self.stop()
            raise AssertionError(f"The panel did not start: {(self.state / 'panel.log').read_text()[-3000:]}")

    @staticmethod
    def _yaml(settings):
        lines = []
        for section, values in settings.items():
            lines.append(f"{section}:")
            lines += [f"  {key}: {json.dumps(str(value))}" for key, value in values.items()]
        return "\n".join(lines) + "\n"

    def ask(self, *words):
        """The JSON answer of one command; CommandFailed otherwise."""
        words = [str(word) for word in words]
        done = subprocess.run([self.program, *words, "--state", self.state, "--json"], capture_output=True,
                              text=True, timeout=120, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise CommandFailed(words, done)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def wait(self, look, fits, seconds):
        """Asks until the answer fits; the last answer and the time it took."""
        began = time.monotonic()
        while True:
            answer = look()
            took = time.monotonic() - began
            if fits(answer):
                return answer, took
            if took > seconds:
                raise AssertionError(f"after {took:.0f} s still {answer}")
            time.sleep(0.5)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.stdout.close()
        self.log.close()

    def destroy(self):
        self.stop()
        shutil.rmtree(self.state, ignore_errors=True)
