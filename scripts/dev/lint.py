"""./dev lint and ./dev fmt: formatting, the checks of scripts/lint/run, and clang-tidy."""

import contextlib
import os

import build
import packages
import paths
import tidy
from results import Results
from stages import Progress, StageFailed

SOURCES = ("core", "plugin-api", "plugins", "tests")
CLANG_FORMAT = "clang-format-14"
CHECKS = paths.ROOT / "scripts" / "lint" / "run"
PRESET = "test"  # Whose compile commands clang-tidy reads.


def source_files():
    """Every C and C++ file of ours, from the root of the repository."""
    found = [path.relative_to(paths.ROOT) for folder in SOURCES for ending in ("h", "cpp", "c")
             for path in (paths.ROOT / folder).rglob(f"*.{ending}")]
    return sorted(path for path in found if "node_modules" not in path.parts)


def quick(progress):
    """The checks that need no build, as Results: one case each."""
    results = Results()
    for name, title, argv, advice in _checks():
        with _counted(results), progress.stage(name, title, advice=advice) as stage:
            stage.run(argv, cwd=paths.ROOT, limit=600)
    return results


def clang_tidy(progress):
    """One case."""
    results = Results()
    build.ensure(progress, PRESET, "Generated sources", targets=["hostelry_generated"])
    with _counted(results), progress.stage("tidy", "clang-tidy", advice="mend each finding; .clang-tidy says what is "
                                           "looked for and why some checks are left out") as stage:
        units, changed = tidy.check(stage, PRESET)
        stage.note = f"{units} units, {changed} of them new or changed"
    return results


@contextlib.contextmanager
def _counted(results):
    """One more passed, or failed with the report printed."""
    try:
        yield
        results.passed += 1
    except StageFailed as failure:
        print(failure.report(), flush=True)
        results.failed += 1


def _checks():
    files = source_files()
    if files:
        yield ("format", "Formatting", [CLANG_FORMAT, "--dry-run", "--Werror", *files], "run './dev fmt'")
    if os.access(CHECKS, os.X_OK):
        yield ("architecture", "Architecture check", [CHECKS], "each line names the rule and the file")


def lint(options):
    progress = Progress("lint")
    packages.ensure(progress, packages.BUILD + packages.TEST)
    results = quick(progress)
    results += clang_tidy(progress)
    print(results.line())
    return 1 if results.failed else 0


def fmt(options):
    progress = Progress("fmt")
    packages.ensure(progress, packages.TEST)
    with progress.stage("format", "Formatting") as stage:
        stage.run([CLANG_FORMAT, "-i", *source_files()], cwd=paths.ROOT)
    return 0
