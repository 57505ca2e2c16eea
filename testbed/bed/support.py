"""Whether this machine can run managed hosts at all, and if not, why, in one sentence."""

import os
import pathlib
import shutil
import tempfile

from . import cgroups
from .command import succeeds

PROGRAMS = ("systemd-nspawn", "mmdebstrap", "ip", "ssh", "ssh-keygen", "pebble", "apt-ftparchive", "openssl", "nsenter")


def missing(state=None):
    """None when hosts can run here, else the sentence."""
    if os.geteuid() != 0:
        return "Managed hosts need root: they are booted in namespaces of their own."
    lacking = [program for program in PROGRAMS if shutil.which(program) is None]
    if lacking:
        return f"Managed hosts need programs that are not installed: {', '.join(lacking)}."
    if not cgroups.are_usable():
        return "Managed hosts need control groups, and /sys/fs/cgroup holds none that can be written."
    if not succeeds("unshare", "--mount", "--net", "--pid", "--fork", "true"):
        return "Managed hosts need new namespaces, and this machine (or container) does not allow them."
    if not succeeds("unshare", "--net", "ip", "link", "add", "probe", "type", "bridge"):
        return "Managed hosts need network bridges, and this kernel (or container) offers none."
    if not _overlay_works(pathlib.Path(state) if state else pathlib.Path("/var/tmp")):
        return "Managed hosts need overlay mounts, and the file system of the state folder does not carry them."
    return None


def _overlay_works(folder):
    while not folder.exists():
        folder = folder.parent
    with tempfile.TemporaryDirectory(dir=folder, prefix=".overlay-probe-") as scratch:
        parts = [f"{scratch}/{part}" for part in ("lower", "upper", "work", "root")]
        for part in parts:
            os.mkdir(part)
        lower, upper, work, root = parts
        return succeeds("unshare", "--mount", "--propagation", "private", "mount", "-t", "overlay", "overlay", "-o",
                        f"lowerdir={lower},upperdir={upper},workdir={work}", root)
