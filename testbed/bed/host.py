"""One managed host: an overlay clone of an image, booted by its own systemd in its own network namespace.

What the host writes lives in its `upper` folder and stays until `destroy`; all else is made anew at each start.
"""

import os
import pathlib
import shutil
import signal
import socket

from . import cgroups, image, names, nameserver, network
from .command import BedError, run, succeeds
from .processes import Process, children
from .waiting import wait_until

BOOT_SECONDS = 90
POWEROFF_SECONDS = 20
INSIDE_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Host:
    def __init__(self, bed, name, role, address):
        self.bed = bed
        self.name = name
        self.role = role
        self.address = address
        self.folder = bed.state / "hosts" / name
        self.machine = names.machine_name(bed.name, name)
        self.port = names.port_name(bed.name, address)
        self.process = Process(self.folder / "process")

    @property
    def root(self):
        return self.folder / "root"

    def start(self, say):
        """Boot the host, or leave it alone when it runs; returns when a login by SSH works."""
        if self.process.pid() is None:
            self._prepare(say)
            self._boot()
        if not wait_until(self.answers_ssh, BOOT_SECONDS, interval=0.1):
            raise BedError(f"host {self.name} did not answer SSH within {BOOT_SECONDS} s; "
                           f"its console: {self.folder}/console.log\n{self.console_tail()}")
        if self.role == "dns" and not wait_until(
                lambda: nameserver.answers(self.address, self.bed.api_key()), BOOT_SECONDS, interval=0.1):
            raise BedError(f"PowerDNS on {self.name} does not answer; look with: journalctl -u pdns, inside the host.")

    def answers_ssh(self):
        """Whether root can log in; the port is tried first, which is much cheaper than ssh."""
        try:
            socket.create_connection((self.address, 22), timeout=1).close()
        except OSError:
            return False
        return succeeds(*self.bed.ssh_command(self.address), "true")

    def console_tail(self):
        log = self.folder / "console.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""

    def public_host_key(self):
        text = (self.folder / "upper/etc/ssh/ssh_host_ed25519_key.pub").read_text()
        return " ".join(text.split()[:2])

    def _prepare(self, say):
        for part in ("upper", "work", "root"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        if not (self.folder / "upper/etc/hostname").exists():
            self._write_identity()
        if not os.path.ismount(self.root):
            layers = ":".join(self._lowers(say))
            run("mount", "-t", "overlay", self.machine, "-o",
                f"lowerdir={layers},upperdir={self.folder}/upper,workdir={self.folder}/work", self.root)
        if self.role == "dns":
            nameserver.configure(self.root, self.address, self.bed.subnet, self.bed.api_key())
        network.ensure_namespace(self.machine, self.port, self.bed.bridge, self.address)

    def _lowers(self, say):
        """The image folders this host was made on: what it wrote since fits no other."""
        record = self.folder / "lowers"
        if not record.exists():
            record.write_text("\n".join(str(lower) for lower in image.ensure_lowers(self.role, say)))
        lowers = record.read_text().splitlines()
        if not all(pathlib.Path(lower).is_dir() for lower in lowers):
            raise BedError(f"the image that host {self.name} was made from is gone from {image.cache.CACHE}; "
                           "remove the test bed's data and start anew.")
        return lowers

    def _write_identity(self):
        """Who this host is, in its upper layer; the image holds no identity. The host name comes last: it says done."""
        etc = self.folder / "upper/etc"
        for folder in (etc / "ssh", etc / "apt"):
            folder.mkdir(parents=True, exist_ok=True)
        key = etc / "ssh/ssh_host_ed25519_key"
        if not key.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", key)
        (etc / "machine-id").write_text("")
        (etc / "hosts").write_text(f"127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
                                   f"{self.address} {self.name}\n")
        (etc / "resolv.conf").write_text(f"nameserver {self.bed.resolver_address()}\n")
        (etc / "apt/sources.list").write_text(self.bed.apt_sources())
        self._authorize_bed_key()
        (etc / "hostname").write_text(f"{self.name}\n")

    def _authorize_bed_key(self):
        folder = self.folder / "upper/root/.ssh"
        folder.mkdir(parents=True, exist_ok=True)
        folder.parent.chmod(0o700)
        folder.chmod(0o700)
        shutil.copyfile(self.bed.private_key.with_suffix(".pub"), folder / "authorized_keys")
        (folder / "authorized_keys").chmod(0o600)

    def _boot(self):
        """Odd flags, each met: no registration as no systemd may be outside; CAP_NET_ADMIN for the firewall inside."""
        shutil.rmtree(f"/run/systemd/nspawn/propagate/{self.machine}", ignore_errors=True)
        environment = dict(os.environ, SYSTEMD_NSPAWN_API_VFS_WRITABLE="network", SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1")
        self.process.start(
            [*cgroups.command_prefix(self.machine), "systemd-nspawn", "--quiet", f"--directory={self.root}", "--boot",
             f"--machine={self.machine}", f"--hostname={self.name}", "--register=no", "--keep-unit",
             f"--network-namespace-path=/run/netns/{self.machine}", "--capability=CAP_NET_ADMIN",
             "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe"],
            log=self.folder / "console.log", env=environment, before_exec=cgroups.joiner(self.machine))

    def leader(self):
        """The pid, outside, of the host's PID 1; None while it does not run."""
        pid = self.process.pid()
        inside = children(pid) if pid else []
        return inside[0] if inside else None

    def kill(self):
        """The power cord: PID 1 of the host dies at once, disk and network stay for the next start."""
        leader = self.leader()
        if leader is None:
            raise BedError(f"host {self.name} does not run.")
        os.kill(leader, signal.SIGKILL)
        self._await_end()

    def power_off(self):
        """An orderly end, so that databases close; the cord when it takes too long."""
        if self.process.pid() is None:
            return
        self.process.send(signal.SIGTERM)
        if not wait_until(lambda: self.process.pid() is None, POWEROFF_SECONDS):
            leader = self.leader()
            if leader is not None:
                os.kill(leader, signal.SIGKILL)
            self._await_end()

    def _await_end(self):
        if not wait_until(lambda: self.process.pid() is None, 15):
            self.process.stop(0, signal.SIGKILL)

    def stop(self):
        """Power off and give back everything but the data."""
        self.power_off()
        if os.path.ismount(self.root) and not wait_until(lambda: succeeds("umount", self.root), 10, 0.1):
            raise BedError(f"cannot unmount {self.root}: something still uses it (see: fuser -vm {self.root}).")
        network.remove_namespace(self.machine, self.port)
        cgroups.remove(self.machine)
        shutil.rmtree(f"/run/systemd/nspawn/propagate/{self.machine}", ignore_errors=True)
        pathlib.Path(f"/run/systemd/nspawn/locks/{self.machine}").unlink(missing_ok=True)

    def inside_command(self, argv):
        """The argument list that runs argv inside the host, without a login."""
        leader = self.leader()
        if leader is None:
            raise BedError(f"host {self.name} does not run.")
        return ["nsenter", f"--target={leader}", "--all", "--root", "--wdns=/", "--", "/usr/bin/env", "-i",
                "HOME=/root", "LC_ALL=C.UTF-8", "TERM=dumb", INSIDE_PATH, *argv]

    def authorize(self, public_key):
        """Let one more SSH key log in as root."""
        kind, _, rest = public_key.strip().partition(" ")
        if "\n" in public_key.strip() or not kind.startswith(("ssh-", "ecdsa-", "sk-")) or not rest:
            raise BedError("that is not one line of an SSH public key.")
        path = "/root/.ssh/authorized_keys"
        current = run(*self.inside_command(["cat", path]))
        if public_key.strip() not in current.splitlines():
            run(*self.inside_command(["tee", "-a", path]), stdin=f"{public_key.strip()}\n")
