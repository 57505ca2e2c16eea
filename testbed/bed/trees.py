"""Removing folders that once held mounts."""

import pathlib
import shutil

from .command import BedError


def mounts_below(folder):
    """Mount points at or below `folder`."""
    prefix = str(pathlib.Path(folder).resolve())
    points = [line.split()[1].replace("\\040", " ") for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    return [point for point in points if point == prefix or point.startswith(f"{prefix}/")]


def remove(folder):
    """Remove a folder if it is there; never through a mount that a killed run left inside it."""
    mounted = mounts_below(folder)
    if mounted:
        raise BedError(f"{folder} is not removed: {mounted[0]} is still mounted. Unmount it (umount {mounted[0]}) first.")
    shutil.rmtree(folder, ignore_errors=True)
