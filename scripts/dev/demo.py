"""The demo: one managed server, a name server and a certificate authority beside the panel."""

import hashlib
import json
import subprocess
import time

import build
import paths
from bed.command import BedError

BACKEND = "demo"
SERVER = "demo-1"
NAMESERVER = "ns1"
ZONE = "demo.test"  # Sites below it get their DNS records by themselves.
BRING_UP_SECONDS = 300
CONFLICT = 6  # Exit code for what exists already; core/base has the table.
ADVICE = ("'./dev up --bare' starts the panel without hosts; './dev clean' removes the demo hosts and their data, "
          "so that the next run makes them anew")


def unsupported_reason(folder):
    """None where this machine can run hosts, else the sentence that says why not."""
    done = subprocess.run([paths.TESTBED, "supported", "--state", folder], capture_output=True, text=True)
    return None if done.returncode == 0 else (done.stdout.strip() or done.stderr.strip())


def start_hosts(progress, state, subnet):
    with progress.stage("hosts", "Demo hosts (a real server, DNS, a test CA)", advice=ADVICE) as stage:
        stage.run([paths.TESTBED, "up", "--name", _bed_name(state), "--subnet", subnet,
                   "--hosts", f"bare:{SERVER},dns:{NAMESERVER}", "--state", state.testbed], limit=900)
    return json.loads((state.testbed / "testbed.json").read_text())


def _bed_name(state):
    """Of bridge and namespaces: a bed keeps its own, and beds of several state folders stand side by side."""
    made = state.testbed / "bed.json"
    if made.exists():
        return json.loads(made.read_text())["name"]
    if state.folder == paths.ROOT / "var":
        return "demo"
    return "d" + hashlib.sha256(str(state.folder).encode()).hexdigest()[:7]


def stop_hosts(state):
    """Stop the demo's hosts; True when there was a bed."""
    if not (state.testbed / "bed.json").exists():
        return False
    subprocess.run([paths.TESTBED, "down", "--state", state.testbed], check=True, start_new_session=True)
    return True


def remove_hosts(state):
    if (state.testbed / "bed.json").exists():
        subprocess.run([paths.TESTBED, "destroy", "--state", state.testbed], check=True, start_new_session=True)


def agent_package(preset):
    """The newest agent package of a build; None when it has none."""
    made = sorted((build.folder(preset) / "packages").glob("hostelry-agent_*.deb"), key=lambda file: file.stat().st_mtime)
    return made[-1] if made else None


def fact_of(facts, host):
    return next(entry for entry in facts["hosts"] if entry["name"] == host)


def offer_package(progress, state, package):
    with progress.stage("agent-package", "Agent package for the hosts", advice=ADVICE) as stage:
        stage.run([paths.TESTBED, "repo", "add", package, "--state", state.testbed])


class Operator:
    """The panel's operator commands, which work by the state folder and need no login."""

    def __init__(self, program, state):
        self._program = program
        self._state = state

    def ask(self, *words, accept=(0,)):
        """Run one command and return its JSON answer; None for an accepted failure."""
        argv = [str(self._program), *map(str, words), "--state", str(self._state.panel), "--json"]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode not in accept:
            raise BedError(f"hostelry {' '.join(map(str, words[:3]))} ended with {done.returncode}: "
                           f"{(done.stderr or done.stdout).strip()}")
        return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None


def introduce(progress, state, program, facts):
    """Tell the panel of the demo's server and wait until it is ready. The panel serves either way."""
    operator = Operator(program, state)
    with progress.stage("bring-up", f"{SERVER}: packages, hardening, services, agent", advice=ADVICE) as stage:
        try:
            _add_names(operator, facts)
            _add_server(operator, state, facts)
            _await_server(operator, stage)
        except BedError as problem:
            stage.note = "not ready"
            print(f"\n{problem}", flush=True)


def _add_names(operator, facts):
    """The demo's name server as DNS backend, and the zone its sites live in."""
    dns = facts["dns"]
    operator.ask("dns-backend", "create", "--name", BACKEND, "--plugin", "org.hostelry.powerdns",
                 "--base-url", dns["api_url"], "--api-key-file", dns["api_key_file"],
                 "--nameservers", f"{NAMESERVER}.{ZONE}", "--query-addresses", dns["address"], accept=(0, CONFLICT))
    backend = next(entry for entry in operator.ask("dns-backend", "list")["items"] if entry["name"] == BACKEND)
    operator.ask("dns-zone", "create", "--name", ZONE, "--backend", backend["id"], accept=(0, CONFLICT))


def _add_server(operator, state, facts):
    host = fact_of(facts, SERVER)
    key = operator.ask("server-key", "show")["public_key"]
    subprocess.run([paths.TESTBED, "authorize", SERVER, key, "--state", state.testbed], check=True)
    operator.ask("server", "add", "--name", SERVER, "--kind", "ssh", "--address", host["address"], "--host-key", host["host_key"],
                 accept=(0, CONFLICT))


def _await_server(operator, stage):
    deadline = time.monotonic() + BRING_UP_SECONDS
    while True:
        server = next(server for server in operator.ask("server", "list")["items"] if server["name"] == SERVER)
        if server["state"] == "ready":
            return
        if server["state"] == "failed" or time.monotonic() > deadline:
            raise BedError(f"bring-up of {SERVER} is {server['state']}: {server.get('message') or 'see its job'}. "
                           "The panel's page of the server shows the step and offers Retry.")
        stage.tick()
        time.sleep(0.5)
