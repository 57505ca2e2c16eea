"""Debian packages: the groups of packages/debian-12.txt, installed when missing."""

import os
import pathlib
import re
import shutil
import subprocess

import paths
from stages import StageFailed

LIST = paths.ROOT / "packages" / "debian-12.txt"
BUILD = ("build", "frontend", "run")
DEMO = ("demo",)
TEST = ("demo", "test")
BENCH = ("bench",)
QUIET_SERVICES = {"pdns-server": "pdns.service", "nginx-light": "nginx.service"}


def parse(text):
    """{group: [(package, command that makes it unnecessary or None)]}"""
    groups = {}
    current = None
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        heading = re.fullmatch(r"\[([a-z]+)\]", words[0])
        if heading:
            current = groups.setdefault(heading[1], [])
        else:
            current.append((words[0], words[2] if words[1:2] == ["unless"] else None))
    return groups


def missing(group_names):
    """The packages of these groups that this machine lacks."""
    groups = parse(LIST.read_text())
    wanted = [package for group in group_names for package, command in groups[group]
              if command is None or shutil.which(command) is None]
    listed = subprocess.run(["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *wanted],
                            capture_output=True, text=True).stdout
    present = {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")}
    return [package for package in wanted if package not in present]


def ensure(progress, group_names):
    """Install what is missing; needs root only when something is."""
    with progress.stage("packages", "Debian packages",
                        advice="check the network and apt's sources (apt-get update), then run the same command again"
                        ) as stage:
        lacking = missing(group_names)
        stage.note = f"{len(lacking)} to install" if lacking else "all there"
        if not lacking:
            return
        if os.geteuid() != 0:
            raise StageFailed("Debian packages", f"{len(lacking)} are missing: {' '.join(lacking)}", None,
                              "run the same command with sudo, which installs them")
        _keep_postgresql_quiet()
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        wait = ["-o", "DPkg::Lock::Timeout=300"]
        stage.run(["apt-get", *wait, "-q", "update"], env=environment, limit=300)
        stage.run(["apt-get", *wait, "-q", "-y", "--no-install-recommends", "install", *lacking],
                  env=environment, limit=1800)
        _keep_services_quiet(stage, lacking)


def _keep_postgresql_quiet():
    """We run clusters of our own; Debian's package need not make and start one besides."""
    settings = pathlib.Path("/etc/postgresql-common/createcluster.conf")
    if not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("create_main_cluster = false\n")


def _keep_services_quiet(stage, installed):
    """Tests start these programs themselves; what we installed does not also run as a service of this machine."""
    if pathlib.Path("/run/systemd/system").is_dir():
        for package, unit in QUIET_SERVICES.items():
            if package in installed:
                stage.run(["systemctl", "disable", "--now", unit])
