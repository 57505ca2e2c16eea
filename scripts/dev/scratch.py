"""The ground that tests and benchmarks stand on: a folder, names and a subnet of their own, and nothing left of them."""

import os
import pathlib
import random
import signal
import subprocess
import tempfile
import threading

import build
import leftovers
import paths
from bed import network, trees

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """Ctrl-C or SIGTERM."""


class Scratch:
    """A folder that the database user may pass, in the time between enter and exit. Signals end that time in order."""

    def __enter__(self):
        def stop(number, frame):
            raise Interrupted
        for number in SIGNALS:
            signal.signal(number, stop)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hostelry-test-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self._subnets = _free_subnets()
        self._giving_subnet = threading.Lock()
        return self

    def __exit__(self, *_):
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for stage in self.folder.iterdir():
            self.end_left_overs(stage.name)
        trees.remove(self.folder)

    def environment(self, stage, preset):
        """What programs are told: where we are built, and where and under which names they may make things."""
        state = self.folder / stage
        state.mkdir()
        state.chmod(0o755)
        with self._giving_subnet:
            subnet = next(self._subnets)
        return {**os.environ, "HOSTELRY_SOURCE": str(paths.ROOT), "HOSTELRY_BIN": str(build.folder(preset) / "bin"),
                "HOSTELRY_TEST_STATE": str(state), "HOSTELRY_BED_NAME": f"t{os.getpid() % 100000}{stage[0]}",
                "HOSTELRY_BED_SUBNET": subnet}

    def end_left_overs(self, stage):
        """What a stage should have ended itself."""
        state = self.folder / stage
        for bed in list(state.rglob("bed.json")):
            subprocess.run([paths.TESTBED, "destroy", "--state", bed.parent], start_new_session=True)
        leftovers.stop_databases(state)
        left = leftovers.end_processes_with("HOSTELRY_TEST_STATE", state)
        if left:
            print(f"Ended what tests had left running: {', '.join(left)}", flush=True)


def _free_subnets():
    """One after the other; none twice, for a bed takes its own into use only later."""
    for number in random.sample(range(256), 256):
        subnet = f"10.78.{number}"
        if not network.subnet_is_used(subnet):
            yield subnet
