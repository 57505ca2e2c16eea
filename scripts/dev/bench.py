"""./dev bench: builds for speed and prints each figure beside its limit."""

import os

import build
import frontend
import packages
import paths
import tools
from stages import Progress, StageFailed

RUNNER = paths.ROOT / "scripts" / "bench" / "run"


def bench(options):
    progress = Progress("bench")
    packages.ensure(progress, packages.BUILD + packages.BENCH)
    frontend.ensure(progress)
    build.ensure(progress, "release", "Build for speed")
    if not os.access(RUNNER, os.X_OK):
        raise StageFailed("Benchmarks", "there are none yet", None, "")
    environment = dict(os.environ, HOSTELRY_SOURCE=str(paths.ROOT), HOSTELRY_BIN=str(build.folder("release") / "bin"))
    process = tools.start([RUNNER], env=environment, cwd=paths.ROOT)
    try:
        return process.wait()
    finally:
        tools.end_group(process)
