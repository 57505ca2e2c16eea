"""./dev lint and ./dev fmt: formatting, the architecture check, and whatever scripts/lint/run adds."""

import os

import packages
import paths
from results import Results
from stages import Progress, StageFailed

SOURCES = ("core", "plugin-api", "plugins", "tests")
CLANG_FORMAT = "clang-format-14"
CHECKS = paths.ROOT / "scripts" / "lint" / "run"


def source_files():
    """Every C and C++ file of ours, from the root of the repository."""
    found = [path.relative_to(paths.ROOT) for folder in SOURCES for ending in ("h", "cpp", "c")
             for path in (paths.ROOT / folder).rglob(f"*.{ending}")]
    return sorted(path for path in found if "node_modules" not in path.parts)


def run(progress):
    """Both checks as Results: one case each."""
    results = Results()
    for name, title, argv, advice in _checks():
        try:
            with progress.stage(name, title, advice=advice) as stage:
                stage.run(argv, cwd=paths.ROOT, limit=600)
            results.passed += 1
        except StageFailed as failure:
            print(failure.report(), flush=True)
            results.failed += 1
    return results


def _checks():
    files = source_files()
    if files:
        yield ("format", "Formatting", [CLANG_FORMAT, "--dry-run", "--Werror", *files], "run './dev fmt'")
    if os.access(CHECKS, os.X_OK):
        yield ("architecture", "Architecture check", [CHECKS], "each line names the rule and the file")


def lint(options):
    progress = Progress("lint")
    packages.ensure(progress, packages.TEST)
    results = run(progress)
    print(results.line())
    return 1 if results.failed else 0


def fmt(options):
    progress = Progress("fmt")
    packages.ensure(progress, packages.TEST)
    with progress.stage("format", "Formatting") as stage:
        stage.run([CLANG_FORMAT, "-i", *source_files()], cwd=paths.ROOT)
    return 0
