"""A bed: hosts, name server, certificate authority and package server on one bridge, kept in one state folder."""

import json
import pathlib
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor

from . import cache, image, names, network, repository, trees
from .certificate_authority import CertificateAuthority
from .command import BedError, run
from .host import Host
from .processes import Process

ROLES = ("bare", "ready", "dns")


class Bed:
    def __init__(self, state, name, subnet, hosts):
        self.state = pathlib.Path(state).resolve()
        self.name = names.checked_bed_name(name)
        self.subnet = names.checked_subnet(subnet)
        self.hosts = {host: Host(self, host, made["role"], made["address"]) for host, made in hosts.items()}

    @classmethod
    def load(cls, state):
        """The bed that lives in this folder; None when there is none."""
        try:
            stored = json.loads((pathlib.Path(state) / "bed.json").read_text())
        except FileNotFoundError:
            return None
        return cls(state, stored["name"], stored["subnet"], stored["hosts"])

    @classmethod
    def create(cls, state, name, subnet):
        """The bed of this folder, made new when there is none; its name and subnet cannot change later."""
        bed = cls.load(state)
        if bed is None:
            bed = cls(state, name, subnet, {})
            bed.state.mkdir(parents=True, exist_ok=True)
            bed.save()
        if bed.name != name or bed.subnet != subnet:
            raise BedError(f"the test bed in {state} was made as '{bed.name}' on {bed.subnet}.0/24; "
                           "use the same name and subnet, or remove it with 'destroy' first.")
        return bed

    def save(self):
        hosts = {host.name: {"role": host.role, "address": host.address} for host in self.hosts.values()}
        _write_json(self.state / "bed.json", {"name": self.name, "subnet": self.subnet, "hosts": hosts})

    @property
    def bridge(self):
        return names.prefix(self.name)

    @property
    def gateway(self):
        return f"{self.subnet}.{names.GATEWAY}"

    @property
    def private_key(self):
        return self.state / "ssh/id_ed25519"

    @property
    def known_hosts(self):
        return self.state / "ssh/known_hosts"

    @property
    def local_packages(self):
        return self.state / "packages"

    def resolver_address(self):
        """The name server all hosts ask; without one, an address at which nobody answers."""
        servers = [host.address for host in self.hosts.values() if host.role == "dns"]
        return servers[0] if servers else self.gateway

    def apt_url(self):
        return f"http://{self.gateway}:{names.PACKAGE_PORT}"

    def apt_sources(self):
        return "".join(f"deb [trusted=yes] {self.apt_url()}/{part} ./\n" for part in ("debian", "local"))

    def api_key(self):
        """PowerDNS's API key, made once."""
        path = self.state / "powerdns_api_key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24))
        return path.read_text()

    def ssh_command(self, address):
        return ["ssh", "-F", "/dev/null", "-i", self.private_key, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
                "-o", "ConnectTimeout=2", "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR",
                "-o", f"UserKnownHostsFile={self.known_hosts}", f"root@{address}"]

    def host(self, name):
        if name not in self.hosts:
            raise BedError(f"this test bed has no host '{name}'; it has: {', '.join(self.hosts) or 'none'}.")
        return self.hosts[name]

    def add_hosts(self, wanted):
        """Remember the hosts to run: (role, name) pairs. Addresses are given once and stay."""
        for role, name in wanted:
            names.checked_host_name(name)
            if role not in ROLES:
                raise BedError(f"'{role}' is no role of a host; the roles are {', '.join(ROLES)}.")
            if name in self.hosts:
                if self.hosts[name].role != role:
                    raise BedError(f"host {name} exists as '{self.hosts[name].role}'.")
                continue
            self.hosts[name] = Host(self, name, role, self._free_address())
        self.save()

    def _free_address(self):
        used = {host.address for host in self.hosts.values()}
        for number in range(names.FIRST_HOST, names.LAST_HOST + 1):
            if f"{self.subnet}.{number}" not in used:
                return f"{self.subnet}.{number}"
        raise BedError("this test bed is full.")

    def up(self, say):
        """Start everything that is not running; safe to repeat."""
        base = image.ensure_base(say)
        debian = repository.ensure_debian(base, say)
        for role in sorted({host.role for host in self.hosts.values()}):
            image.ensure_lowers(role, say)
        self._ensure_keys()
        network.ensure_bridge(self.bridge, self.subnet)
        self._start_package_server(debian)
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(lambda host: host._prepare(say) if host.process.pid() is None else None,
                          self.hosts.values()))
            self._write_known_hosts()
            list(pool.map(lambda host: host.start(say), self.hosts.values()))
        authority = CertificateAuthority(self)
        authority.start()
        self._write_facts(authority)

    def down(self):
        """Stop everything; the hosts' data stays."""
        CertificateAuthority(self).stop()
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(lambda host: host.stop(), self.hosts.values()))
        self._package_server().stop(5)
        network.remove_bridge(self.bridge)

    def destroy(self):
        """Stop everything and remove the data."""
        self.down()
        for part in ("hosts", "acme", "ssh", "packages"):
            trees.remove(self.state / part)
        for part in ("bed.json", "testbed.json", "acme_root.pem", "powerdns_api_key", "package-server",
                     "package-server.log"):
            (self.state / part).unlink(missing_ok=True)

    def _ensure_keys(self):
        if not self.private_key.exists():
            self.private_key.parent.mkdir(parents=True, exist_ok=True)
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"testbed-{self.name}", "-f", self.private_key)

    def _write_known_hosts(self):
        lines = [f"{host.address} {host.public_host_key()}\n" for host in self.hosts.values()]
        self.known_hosts.write_text("".join(lines))

    def _package_server(self):
        return Process(self.state / "package-server")

    def _start_package_server(self, debian):
        local = repository.ensure_local(self.local_packages)
        if self._package_server().pid() is None:
            program = pathlib.Path(__file__).with_name("package_server.py")
            self._package_server().start([sys.executable, program, self.gateway, names.PACKAGE_PORT, debian, local],
                                         log=self.state / "package-server.log")

    def _write_facts(self, authority):
        """testbed.json: all that the panel, the demo and the tests need to know."""
        facts = {
            "name": self.name, "subnet": self.subnet, "gateway": self.gateway,
            "hosts": [{"name": host.name, "role": host.role, "address": host.address, "ssh_user": "root",
                       "host_key": host.public_host_key()} for host in self.hosts.values()],
            "acme": {"directory": authority.directory, "ca_file": str(authority.ca_file),
                     "root_url": authority.root_url, "root_file": str(authority.root_file)},
            "apt": {"url": self.apt_url()},
            "ssh_key": str(self.private_key), "known_hosts": str(self.known_hosts),
        }
        servers = [host for host in self.hosts.values() if host.role == "dns"]
        if servers:
            facts["dns"] = {"name": servers[0].name, "address": servers[0].address,
                            "api_url": f"http://{servers[0].address}:{names.POWERDNS_PORT}",
                            "api_key": self.api_key(), "api_key_file": str(self.state / "powerdns_api_key")}
        _write_json(self.state / "testbed.json", facts)


def _write_json(path, value):
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(value, indent=2) + "\n")
    fresh.replace(path)


def locked(state):
    """One command at a time per state folder."""
    return cache.locked(pathlib.Path(state).resolve() / ".lock")
