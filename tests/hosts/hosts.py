"""A test bed, and a managed host in it as the panel sees it: by SSH."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("HOSTELRY_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
TESTBED = SOURCE / "testbed" / "testbed.py"


def agent_package():
    return _package("hostelry-agent_*_amd64.deb")


def panel_package():
    return _package("hostelry_*_amd64.deb")


def _package(pattern):
    """The package of the build that HOSTELRY_BIN names, else the newest one of any build; None when there is none."""
    if "HOSTELRY_BIN" in os.environ:
        places = [pathlib.Path(os.environ["HOSTELRY_BIN"]).parent]
    else:
        places = sorted((SOURCE / "build").glob("*"))
    found = [file for place in places for file in place.glob(f"packages/{pattern}")]
    return max(found, key=lambda file: file.stat().st_mtime, default=None)


def unsupported_reason():
    """Why this machine cannot run hosts; None when it can."""
    supported = subprocess.run([sys.executable, TESTBED, "supported"], capture_output=True, text=True)
    return (supported.stdout + supported.stderr).strip() if supported.returncode != 0 else None


class Bed:
    """Hosts by role, for example Bed(web1="bare"); skips the module where hosts cannot be run."""

    def __init__(self, **roles):
        reason = unsupported_reason()
        if reason:
            raise unittest.SkipTest(reason)
        self.package = agent_package()
        if self.package is None:
            raise unittest.SkipTest("The agent's package is not built (target hostelry_agent_deb).")
        base = os.environ.get("HOSTELRY_TEST_STATE", "/var/tmp")
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="hostelry-hosts-", dir=base))
        self.name = os.environ.get("HOSTELRY_BED_NAME", "agent")
        self.subnet = os.environ.get("HOSTELRY_BED_SUBNET", "10.79.0")
        wanted = ",".join(f"{role}:{name}" for name, role in roles.items())
        try:
            self.run("up", "--name", self.name, "--subnet", self.subnet, "--hosts", wanted)
        except BaseException:
            self.destroy()
            raise
        self.facts = json.loads((self.state / "testbed.json").read_text())
        self.hosts = {host["name"]: Host(self, host) for host in self.facts["hosts"]}

    def run(self, command, *words):
        subprocess.run([sys.executable, TESTBED, command, *words, "--state", self.state], check=True)

    def authorize(self, host, key):
        self.run("authorize", host, key)

    def host_key(self, name):
        return next(host["host_key"] for host in self.facts["hosts"] if host["name"] == name)

    def trusted(self):
        """A file with the authorities that the ACME directory and its certificates chain to."""
        file = self.state / "authorities.pem"
        facts = self.facts["acme"]
        file.write_text("\n".join(pathlib.Path(facts[part]).read_text() for part in ("ca_file", "root_file")))
        return file

    def destroy(self):
        subprocess.run([sys.executable, TESTBED, "destroy", "--state", self.state], check=False)
        shutil.rmtree(self.state, ignore_errors=True)


class Host:
    def __init__(self, bed, facts):
        self.bed = bed
        self.name = facts["name"]
        self.address = facts["address"]

    def _ssh_options(self):
        facts = self.bed.facts
        return ["-i", facts["ssh_key"], "-o", f"UserKnownHostsFile={facts['known_hosts']}",
                "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"]

    def ssh(self, command, text_in=None, timeout=120):
        return subprocess.run(["ssh", *self._ssh_options(), f"root@{self.address}", command], input=text_in,
                              capture_output=True, text=True, timeout=timeout)

    def out(self, command, **more):
        """Standard output of a command that has to succeed."""
        done = self.ssh(command, **more)
        if done.returncode != 0:
            raise AssertionError(f"{command}: exit {done.returncode}: {done.stderr}{done.stdout}")
        return done.stdout.strip()

    def start_ssh(self, command, text_in):
        process = subprocess.Popen(["ssh", *self._ssh_options(), f"root@{self.address}", command],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.stdin.write(text_in)
        process.stdin.close()
        process.stdin = None
        return process

    def apply(self, plan, timeout=180):
        """The result of a plan carried out over SSH, as the panel would do it without the daemon."""
        done = self.ssh("hostelry-agent apply", text_in=json.dumps(plan), timeout=timeout)
        if not done.stdout:
            raise AssertionError(f"apply: exit {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def bring_up(self, **variables):
        """Runs automation/bring-up.yml; the events it streamed."""
        facts = self.bed.facts
        common = f"-o UserKnownHostsFile={facts['known_hosts']} -o StrictHostKeyChecking=yes"
        done = subprocess.run(
            ["ansible-playbook", "-i", f"{self.address},", "-u", "root", "--private-key", facts["ssh_key"],
             "--ssh-common-args", common, "bring-up.yml",
             "-e", json.dumps({"agent_package": str(self.bed.package), **variables})],
            cwd=SOURCE / "automation", capture_output=True, text=True, timeout=600,
            env={**os.environ, "ANSIBLE_CONFIG": str(SOURCE / "automation" / "ansible.cfg")})
        events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return done, events

    def get(self, name, path="/", *options):
        """Status and body of a page of this host, asked from outside."""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}",
             "--resolve", f"{name}:80:{self.address}", "--resolve", f"{name}:443:{self.address}", *options,
             path if path.startswith("http") else f"http://{name}{path}"], capture_output=True, text=True)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body
