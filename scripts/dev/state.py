"""The state folder: data of the panel and of the demo hosts, between runs.

Layout: panel/ (the panel's own), testbed/ (hosts), hostelry.yaml in panel/, dev.process (the running ./dev up).
"""

import hashlib
import os
import pathlib
import pwd
import subprocess

import paths
from bed import trees
from bed.processes import Process

MARKER = ".hostelry-state"
DATABASE_USER = "postgres"


class StateRefused(Exception):
    """The folder cannot serve; the text says why and what to do."""


class State:
    def __init__(self, folder):
        self.folder = folder
        self.panel = folder / "panel"
        self.testbed = folder / "testbed"
        self.running = Process(folder / "dev.process")
        self.panel_process = Process(folder / "panel.process")

    def exists(self):
        return (self.folder / MARKER).exists()

    def make(self):
        if self.folder.exists() and not self.exists() and any(self.folder.iterdir()):
            raise StateRefused(f"{self.folder} holds something else already; give an empty folder to --state.")
        for folder in (self.folder, self.panel, self.testbed):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
        (self.folder / MARKER).touch()

    def remove(self):
        """Remove the data; only ever a folder that we made."""
        if self.exists():
            trees.remove(self.folder)


def locate(wanted):
    """The state folder for `--state` or its default, and a sentence when it had to be elsewhere."""
    folder = pathlib.Path(wanted).absolute() if wanted else paths.ROOT / "var"
    if _reachable(folder):
        return State(folder), None
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    instead = pathlib.Path("/var/lib/hostelry") / f"dev-{digest}"
    return State(instead), (f"The database's unprivileged user cannot reach {folder}, "
                            f"so the state is in {instead}.")


def _reachable(folder):
    """Whether the database user may pass every folder on the way; run unprivileged, that user is the caller."""
    if os.geteuid() != 0:
        return True
    try:
        pwd.getpwnam(DATABASE_USER)
    except KeyError:
        return True
    nearest = folder
    while not nearest.exists():
        nearest = nearest.parent
    probe = ["setpriv", f"--reuid={DATABASE_USER}", f"--regid={DATABASE_USER}", "--init-groups", "test", "-x", nearest]
    return subprocess.run(probe, stderr=subprocess.DEVNULL).returncode == 0
