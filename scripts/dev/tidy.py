"""clang-tidy over our sources: all of them in CI, what a branch changed elsewhere.

It reads the compile commands of the test build, which compiles several files as one unit; a unit is checked whole."""

import concurrent.futures
import json
import os
import re
import subprocess

import build
import paths
import tools

CLANG_TIDY = "clang-tidy-14"
OURS = ("core", "plugin-api", "plugins")
LIMIT_SECONDS = 600
_INCLUDED = re.compile(r'^#include "(.+)"$', re.MULTILINE)


def check(stage, preset, everything):
    """Run it; raises ToolFailed when there is a finding. Returns how many units were looked at."""
    units = _units(build.folder(preset))
    if not everything:
        changed = _changed_files()
        units = {unit: files for unit, files in units.items() if changed & files}
    findings = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tasks = [pool.submit(_check_unit, build.folder(preset), unit) for unit in sorted(units)]
        try:
            for task in tasks:
                while not task.done():
                    concurrent.futures.wait([task], timeout=0.5)
                    stage.tick()
                findings.append(task.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    text = "\n".join(sorted(filter(None, findings)))
    stage.log.write_text(text)
    if text:
        raise tools.ToolFailed([CLANG_TIDY], "has findings")
    return len(units)


def _units(folder):
    """Each unit of ours with the files it holds."""
    units = {}
    for command in json.loads((folder / "compile_commands.json").read_text()):
        unit = command["file"]
        text = open(unit).read() if "/Unity/" in unit else ""
        files = set(_INCLUDED.findall(text)) or {unit}
        ours = {file for file in files if file.startswith(tuple(f"{paths.ROOT / part}/" for part in OURS))}
        if ours:
            units[unit] = ours
    return units


def _changed_files():
    """Files that differ from the published main branch (from the last commit where there is none), and new ones."""
    known = subprocess.run(["git", "rev-parse", "--verify", "--quiet", "origin/main"], cwd=paths.ROOT,
                           capture_output=True).returncode == 0
    argv = (["git", "diff", "--name-only", "origin/main" if known else "HEAD"],
            ["git", "ls-files", "--others", "--exclude-standard"])
    return {str(paths.ROOT / name) for command in argv
            for name in subprocess.run(command, cwd=paths.ROOT, check=True, capture_output=True,
                                       text=True).stdout.splitlines()}


def _check_unit(folder, unit):
    """The findings of one unit; '' when there are none."""
    argv = ["nice", "-n", "5", CLANG_TIDY, "-p", folder, "--quiet", "--extra-arg=-Wno-unknown-warning-option",
            f"--header-filter=^{re.escape(str(paths.ROOT))}/({'|'.join(OURS)})/", unit]
    done = subprocess.run([str(part) for part in argv], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=LIMIT_SECONDS)
    if done.returncode == 0 and "warning:" not in done.stdout:
        return ""
    return done.stdout + done.stderr
