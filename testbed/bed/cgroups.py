"""A control group per host. Without one of its own, hosts started outside systemd collide.

With systemd as PID 1 the host runs in a delegated scope, which systemd makes and removes. Elsewhere we
make the groups: in the hybrid layout (v1 with `systemd` and `unified` trees) or in pure version 2.
"""

import os
import pathlib

from .waiting import wait_until

ROOT = pathlib.Path("/sys/fs/cgroup")


def systemd_is_running():
    return pathlib.Path("/run/systemd/system").is_dir()


def _trees():
    hybrid = [ROOT / tree for tree in ("systemd", "unified") if (ROOT / tree / "cgroup.procs").exists()]
    return hybrid or ([ROOT] if (ROOT / "cgroup.controllers").exists() else [])


def are_usable():
    return bool(_trees())


def command_prefix(machine):
    """What to put before the host's command so that systemd gives it a group."""
    if not systemd_is_running():
        return []
    return ["systemd-run", "--scope", "--quiet", "--collect", f"--unit={machine}", "--property=Delegate=yes", "--"]


def joiner(machine):
    """A function for the child to call before exec, which moves it into its own groups."""
    if systemd_is_running():
        return None
    groups = [tree / machine for tree in _trees()]
    for group in groups:
        group.mkdir(exist_ok=True)

    def join():
        for group in groups:
            with open(group / "cgroup.procs", "w", encoding="ascii") as procs:
                procs.write("0")
    return join


def remove(machine):
    """Remove the machine's groups; ended processes take a moment to leave them."""
    if systemd_is_running():
        return
    wait_until(lambda: not any(_removed_later(tree / machine) for tree in _trees()), 5)


def _removed_later(group):
    if not group.is_dir():
        return False
    for folder, _, _ in os.walk(group, topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            pass
    return group.is_dir()


def with_prefix(prefix):
    """Groups whose name starts with `prefix`, wherever systemd or we put them."""
    found = []
    for tree in _trees():
        for folder, names, _ in os.walk(tree):
            found += [f"{folder}/{name}" for name in names if name.startswith(prefix)]
            if folder.count("/") - str(tree).count("/") >= 3:
                names.clear()
    return found
