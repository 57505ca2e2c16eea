"""./dev bench: builds for speed and prints each figure beside its limit."""

import build
import frontend
import packages
import paths
import tools
from scratch import Interrupted, Scratch
from stages import Progress

PRESET = "release"
RUNNER = paths.ROOT / "scripts" / "bench" / "run"


def bench(options):
    progress = Progress("bench")
    packages.ensure(progress, packages.BUILD + packages.TEST + packages.BENCH)
    frontend.ensure(progress)
    build.ensure(progress, PRESET, "Build for speed")
    try:
        with Scratch() as scratch:
            process = tools.start([RUNNER, *options.names], env=scratch.environment("bench", PRESET), cwd=paths.ROOT)
            try:
                return process.wait()
            finally:
                tools.end_group(process)
    except Interrupted:
        print("\nInterrupted.")
        return 130
