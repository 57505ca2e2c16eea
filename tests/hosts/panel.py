"""A panel of its own for the host tests, in a scratch state folder, asked through its command line and its API.

As `up` (everything in one process) or as `serve` and `worker`, two processes on the private database that serve runs."""

import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import uuid

from hosts import SOURCE, agent_package

READY_SECONDS = 120


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
    """Without a bed it is a panel that reaches no host."""

    def __init__(self, bed=None):
        self.program = program()
        base = os.environ.get("HOSTELRY_TEST_STATE", "/var/tmp")
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="hostelry-panel-", dir=base))
        self.state.chmod(0o755)
        self.listen = f"127.0.0.1:{free_port()}"
        self.processes = {}
        settings = {
            "web": {"assets": SOURCE / "web" / "dist"},
            "migrations": {"directory": SOURCE / "migrations"},
            "automation": {"directory": SOURCE / "automation"},
            "plugins": {"directory": self.program.parent.parent / "plugins"},
            "telemetry": {"listen": ""},
            "preview": {"listen": ""},
            "acme": {"helper": SOURCE / "core" / "features" / "certificates" / "acme_helper.py"},
            "agent": {"listen": f"127.0.0.1:{free_port()}"},
        }
        if bed is not None:
            self._reach(bed, settings)
        (self.state / "hostelry.yaml").write_text(self._yaml(settings))
        self.log = (self.state / "panel.log").open("a")

    @staticmethod
    def _reach(bed, settings):
        agents = f"{bed.facts['gateway']}:7443"
        settings["agent"] = {"listen": agents, "advertise": agents, "package": agent_package()}
        settings["acme"]["directory"] = bed.facts["acme"]["directory"]
        settings["outbound"] = {"allow_private": f"{bed.facts['subnet']}.0/24", "extra_ca": bed.trusted()}
        settings["dns"] = {"propagation_timeout_seconds": 20}
        # Room for every site of the kill matrix at once.
        settings["worker"] = {"threads": 40, "jobs_per_tenant": 40}
        settings["database"] = {"connections": 45}

    @staticmethod
    def _yaml(settings):
        lines = []
        for section, values in settings.items():
            lines.append(f"{section}:")
            lines += [f"  {key}: {json.dumps(str(value))}" for key, value in values.items()]
        return "\n".join(lines) + "\n"

    # ---- processes

    def start(self, role):
        """Starts `up`, `serve` or `worker` and waits until it says that it is ready."""
        words = [self.program, role, "--state", self.state, "--config", self.state / "hostelry.yaml"]
        environment = dict(os.environ)
        if role == "worker":
            environment["HOSTELRY_DATABASE_URL"] = f"host={self.socket()} dbname=hostelry user=hostelry_app"
        else:
            words += ["--listen", self.listen]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment)
        self.processes[role] = process
        readable, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
        line = process.stdout.readline() if readable else ""
        if not line.startswith("ready "):
            self.stop(role)
            raise AssertionError(f"hostelry {role} did not start: {self.log_end()}")

    def split(self):
        """From one process to serve and worker; safe to repeat."""
        if "up" in self.processes:
            self.stop("up")
        for role in ("serve", "worker"):
            if role not in self.processes:
                self.start(role)

    def kill(self, role):
        process = self.processes.pop(role)
        process.kill()
        process.wait()
        process.stdout.close()

    def stop(self, role):
        process = self.processes.pop(role, None)
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def destroy(self):
        for role in ("worker", "serve", "up"):
            self.stop(role)
        self.log.close()
        if "HOSTELRY_KEEP" not in os.environ:
            shutil.rmtree(self.state, ignore_errors=True)

    def log_end(self):
        return (self.state / "panel.log").read_text()[-3000:]

    # ---- its database

    def postmaster(self):
        """Process id of the private database server."""
        return int((self.state / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def socket(self):
        return (self.state / "postgres" / "postmaster.pid").read_text().splitlines()[4]

    def try_sql(self, text):
        return subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1",
             f"--host={self.socket()}", "--username=postgres", "--dbname=hostelry", "--command", text],
            capture_output=True, text=True, timeout=60)

    def sql(self, text):
        """Lines of the answer, as superuser."""
        done = self.try_sql(text)
        if done.returncode != 0:
            raise AssertionError(f"{text}: {done.stderr}")
        return done.stdout.splitlines()

    def rows(self, query):
        """The answer of a query as dicts."""
        return json.loads("".join(self.sql(f"select coalesce(json_agg(q), '[]') from ({query}) q")))

    # ---- what a person or a program asks

    def ask(self, *words):
        """The JSON answer of one command; CommandFailed otherwise."""
        words = [str(word) for word in words]
        done = subprocess.run([self.program, *words, "--state", self.state, "--json"], capture_output=True,
                              text=True, timeout=120, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise CommandFailed(words, done)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def api(self, method, path, body=None):
        """The JSON answer of the API, asked with the operator's key."""
        address = json.loads((self.state / "panel.json").read_text())
        request = urllib.request.Request(
            address["url"] + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {address['key']}", "Content-Type": "application/json",
                     "Idempotency-Key": str(uuid.uuid4())})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{method} {path}: {refused.code} {refused.read().decode()}") from None

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
