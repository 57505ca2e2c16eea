"""Things made once per machine and shared by all beds: images, layers, the package repository.

Invariants: an entry's name carries the hash of everything that decides its content; an entry appears
by rename, so it is whole or absent; one lock lets two runs at once make it only once.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import time

from . import trees

CACHE = pathlib.Path(os.environ.get("HOSTELRY_TESTBED_CACHE", "/var/cache/hostelry-testbed"))
RECIPE = pathlib.Path(__file__).resolve().parent.parent / "recipe"
FORMAT = "1"  # Raise it when the way an entry is made changes without its recipe.


def package_names(recipe):
    """The package names of one recipe file, comments dropped."""
    lines = (RECIPE / recipe).read_text().splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def key(*parts):
    text = "\0".join([FORMAT, *[str(part) for part in parts]])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@contextlib.contextmanager
def locked(path):
    """Hold an exclusive lock on `path` (made when missing)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure(name, make, say):
    """Return the cache entry `name`, calling make(folder) for it first when it is missing."""
    entry = CACHE / name
    if entry.exists():
        return entry
    with locked(CACHE / f".lock-{name.split('-')[0]}"):
        if entry.exists():
            return entry
        began = time.monotonic()
        unfinished = CACHE / f"{name}.unfinished"
        trees.remove(unfinished)
        unfinished.mkdir(mode=0o755)
        say(f"making {name} (once)")
        make(unfinished)
        unfinished.rename(entry)
        say(f"made {name} in {time.monotonic() - began:.0f} s")
    return entry
