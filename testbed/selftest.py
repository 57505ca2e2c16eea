#!/usr/bin/env python3
"""Tries the test bed for real: boots two hosts and uses everything a test relies on. Needs root.

  testbed/selftest.py [--subnet 10.79.7]     last line: N passed, N failed[, N skipped]
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from bed import leaks  # noqa: E402

NAME = "selftest"
SCRATCH = os.environ.get("TMPDIR", "/var/tmp")


class Selftest:
    def __init__(self, subnet):
        self.subnet = subnet
        self.passed = 0
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="hostelry-selftest-", dir=SCRATCH))

    def bed(self, *argv, check=True):
        done = subprocess.run([HERE / "testbed.py", *argv], text=True, capture_output=True)
        if check and done.returncode != 0:
            raise AssertionError(f"testbed.py {' '.join(argv)} ended with {done.returncode}:\n{done.stderr}")
        return done

    def up(self):
        self.bed("up", "--name", NAME, "--subnet", self.subnet, "--hosts", "bare:web1,dns:ns1", "--state", str(self.state))
        return json.loads((self.state / "testbed.json").read_text())

    def inside(self, host, *argv):
        return self.bed("exec", host, "--state", str(self.state), "--", *argv).stdout

    def ssh(self, facts, *argv):
        return subprocess.run(
            ["ssh", "-F", "/dev/null", "-i", facts["ssh_key"], "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
             "-o", f"UserKnownHostsFile={facts['known_hosts']}", f"root@{facts['hosts'][0]['address']}", *argv],
            text=True, capture_output=True)

    def run(self):
        facts = self.up()
        self.check("both hosts are run by systemd as PID 1", all(
            self.inside(host, "cat", "/proc/1/comm").strip() == "systemd" for host in ("web1", "ns1")))
        self.check("SSH works with the pinned host key", self.ssh(facts, "hostname").stdout.strip() == "web1")
        self.check("a wrong host key is refused", self.wrong_key_is_refused(facts))
        self.check("apt installs nginx and it serves", self.nginx_serves(facts))
        self.check("the firewall can be set", "table inet probe" in self.inside(
            "web1", "sh", "-c", "command -v nft >/dev/null || apt-get -q -y install nftables >/dev/null 2>&1; "
            "nft add table inet probe; nft list ruleset"))
        self.check("PowerDNS takes a zone and the web host resolves it", self.zone_resolves(facts))
        self.check("the ACME directory answers over verified TLS", self.directory_answers(facts))
        self.check("one more key is let in", self.key_is_authorized(facts))
        self.check("a package of our own is offered", self.package_is_offered())
        self.check("a killed host is gone and comes back with its data", self.survives_the_power_cord(facts))
        self.bed("down", "--state", str(self.state))
        self.check("down leaves nothing", not self.left())
        facts = self.up()
        self.check("the next up continues with the data", self.ssh(facts, "systemctl", "is-active", "nginx").stdout.strip() == "active")
        self.bed("destroy", "--state", str(self.state))
        self.check("destroy leaves nothing", not self.left() and not (self.state / "hosts").exists())

    def left(self):
        return leaks.find(NAME) + leaks.processes_of(self.state)

    def wrong_key_is_refused(self, facts):
        forged = self.state / "forged_known_hosts"
        other = facts["hosts"][1]["host_key"]
        forged.write_text(f"{facts['hosts'][0]['address']} {other}\n")
        return self.ssh({**facts, "known_hosts": forged}, "true").returncode == 255

    def nginx_serves(self, facts):
        self.inside("web1", "apt-get", "-q", "update")
        self.inside("web1", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "install", "nginx")
        return "Welcome to nginx" in fetch(f"http://{facts['hosts'][0]['address']}/")

    def zone_resolves(self, facts):
        dns = facts["dns"]
        zone = {"name": "selftest.test.", "kind": "Native", "nameservers": ["ns1.selftest.test."], "rrsets": [
            {"name": "www.selftest.test.", "type": "A", "ttl": 60, "records": [{"content": "192.0.2.7", "disabled": False}]}]}
        fetch(f"{dns['api_url']}/api/v1/servers/localhost/zones", {"X-API-Key": dns["api_key"]}, json.dumps(zone).encode())
        return "192.0.2.7" in self.inside("web1", "getent", "ahostsv4", "www.selftest.test")

    def directory_answers(self, facts):
        done = subprocess.run(["curl", "--silent", "--fail", "--noproxy", "*", "--cacert", facts["acme"]["ca_file"],
                               facts["acme"]["directory"]], text=True, capture_output=True)
        root = pathlib.Path(facts["acme"]["root_file"]).read_text()
        return "newOrder" in json.loads(done.stdout) and "BEGIN CERTIFICATE" in root

    def key_is_authorized(self, facts):
        key = self.state / "another_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        self.bed("authorize", "web1", key.with_suffix(".pub").read_text().strip(), "--state", str(self.state))
        return self.ssh({**facts, "ssh_key": key}, "true").returncode == 0

    def package_is_offered(self):
        tree = self.state / "package"
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text("Package: selftest\nVersion: 1.0\nArchitecture: all\n"
                                             "Maintainer: Selftest <selftest@localhost>\nDescription: Probe\n")
        subprocess.run(["dpkg-deb", "--build", tree, self.state / "selftest_1.0_all.deb"], check=True, capture_output=True)
        self.bed("repo", "add", str(self.state / "selftest_1.0_all.deb"), "--state", str(self.state))
        self.inside("web1", "sh", "-c", "apt-get -q update && apt-get -q -y install selftest")
        return "install ok installed" in self.inside("web1", "dpkg", "--status", "selftest")

    def survives_the_power_cord(self, facts):
        self.bed("kill", "web1", "--state", str(self.state))
        dead = self.ssh(facts, "true").returncode != 0
        self.bed("start", "web1", "--state", str(self.state))
        return dead and "Welcome to nginx" in self.fetch_when_up(f"http://{facts['hosts'][0]['address']}/")

    def fetch_when_up(self, url):
        deadline = time.monotonic() + 20
        while True:
            try:
                return fetch(url)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def check(self, sentence, holds):
        print(f"{'ok' if holds else 'FAILED'}  {sentence}", flush=True)
        if not holds:
            raise AssertionError(sentence)
        self.passed += 1


def fetch(url, headers=None, body=None):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json", **(headers or {})})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        return answer.read().decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subnet", default="10.79.7")
    selftest = Selftest(parser.parse_args().subnet)
    supported = subprocess.run([HERE / "testbed.py", "supported", "--state", SCRATCH], text=True, capture_output=True)
    if supported.returncode != 0:
        print(f"{supported.stdout.strip()}\n0 passed, 0 failed, 1 skipped")
        return 0
    failed = 1
    try:
        selftest.run()
        failed = 0
    except AssertionError as failure:
        print(failure)
    finally:
        selftest.bed("destroy", "--state", str(selftest.state), check=False)
        for left in selftest.left():
            print(f"left behind: {left}")
        shutil.rmtree(selftest.state, ignore_errors=True)
    print(f"{selftest.passed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
