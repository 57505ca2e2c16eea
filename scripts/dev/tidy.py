"""clang-tidy over all our sources. A unit without findings is remembered, and looked at again when it changes.

It reads the compile commands of the test build, which compiles several files as one unit; a unit is checked whole. Most of
the time goes to the headers of others, so new and changed units with the same compile command are checked together."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time

import build
import paths
import tools

CLANG_TIDY = "clang-tidy-14"
OURS = ("core", "plugin-api", "plugins")
HEADERS = "(core|plugin-api/cpp|plugins)"  # Those of plugin-api/include are C.
LIMIT_SECONDS = 1200
FILES_TOGETHER = 80  # Two processors have several such bundles each.
FORGOTTEN_AFTER_SECONDS = 30 * 24 * 3600
# What programs and plugins define, each its own.
_ENTRIES = re.compile(r"/(main|entry)\.cpp$")
_INCLUDED = re.compile(r'^\s*#\s*include "(.+)"$', re.MULTILINE)


def check(stage, preset):
    """Look at every unit; raises ToolFailed when there is a finding. Answers (number of units, of them changed)."""
    sources = Sources(build.folder(preset))
    known = Known()
    pending = {unit: key for unit, key in sources.units() if not known.is_fine(key)}
    findings = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tasks = [pool.submit(_check_bundle, stage, build.folder(preset), bundle) for bundle in sources.bundles(pending)]
        try:
            for task in concurrent.futures.as_completed(tasks):
                for units, found in task.result():
                    if found:
                        findings.append(found)
                    else:
                        for unit in units:
                            known.remember(pending[unit])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    known.forget_old()
    stage.log.write_text("\n".join(sorted(findings)))
    if findings:
        raise tools.ToolFailed([CLANG_TIDY], "has findings")
    return sources.count, len(pending)


class Known:
    """Keys of units without findings, as empty files that all checkouts of this user share."""

    def __init__(self):
        cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
        self._folder = cache / "hostelry" / "clang-tidy"
        self._folder.mkdir(parents=True, exist_ok=True)

    def is_fine(self, key):
        file = self._folder / key
        if file.exists():
            file.touch()
            return True
        return False

    def remember(self, key):
        (self._folder / key).touch()

    def forget_old(self):
        for file in self._folder.iterdir():
            if time.time() - file.stat().st_mtime > FORGOTTEN_AFTER_SECONDS:
                file.unlink(missing_ok=True)


class Sources:
    """The units of a build folder. A unit's key is a digest of all that findings depend on but the system's headers."""

    def __init__(self, folder):
        self._generated = folder / "generated"
        self._commands = {}
        for command in json.loads((folder / "compile_commands.json").read_text()):
            files = self._files_of(pathlib.Path(command["file"]))
            if not _are_any_in(files, ("tests",)) and _are_any_in(files, OURS):
                self._commands[command["file"]] = command["command"], files
        self._texts = {}

    @property
    def count(self):
        return len(self._commands)

    def units(self):
        """(file, key) of each."""
        version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, text=True, check=True).stdout
        rules = (paths.ROOT / ".clang-tidy").read_text()
        for unit, (command, files) in sorted(self._commands.items()):
            digest = hashlib.sha256(f"{version}\n{rules}\n{command.replace(str(paths.ROOT), '')}".encode())
            for file in sorted(self._with_includes(files)):
                digest.update(f"{os.path.relpath(file, paths.ROOT)}\n".encode() + self._text(file))
            yield unit, digest.hexdigest()

    def bundles(self, units):
        """[(command, units)]: what is checked together, the largest first."""
        alike = {}
        for unit in units:
            command, files = self._commands[unit]
            is_alone = any(_ENTRIES.search(str(file)) for file in files)
            alike.setdefault(unit if is_alone else _without_file(command), []).append(unit)
        found = []
        for command, members in alike.items():
            parts = -(-sum(self._size(unit) for unit in members) // FILES_TOGETHER)
            shares = [[] for _ in range(parts)]
            for unit in sorted(members, key=self._size, reverse=True):
                min(shares, key=lambda share: sum(map(self._size, share))).append(unit)
            found += [(command, share) for share in shares if share]
        return sorted(found, key=lambda bundle: sum(map(self._size, bundle[1])), reverse=True)

    def _size(self, unit):
        return len(self._commands[unit][1])

    def _files_of(self, unit):
        """What CMake put into one unit; a file that is compiled by itself is its own unit."""
        if "/Unity/" not in str(unit):
            return [unit]
        return [pathlib.Path(name) for name in _INCLUDED.findall(unit.read_text())]

    def _with_includes(self, files):
        found, todo = set(), list(files)
        while todo:
            file = todo.pop()
            if file not in found:
                found.add(file)
                names = _INCLUDED.findall(self._text(file).decode(errors="replace"))
                todo += [path for name in names for path in self._candidates(file, name) if path.is_file()]
        return found

    def _candidates(self, file, name):
        return paths.ROOT / name, paths.ROOT / "plugin-api" / "include" / name, self._generated / name, file.parent / name

    def _text(self, file):
        if file not in self._texts:
            self._texts[file] = file.read_bytes()
        return self._texts[file]


def _are_any_in(files, folders):
    return any(file.is_relative_to(paths.ROOT / folder) for file in files for folder in folders)


def _without_file(command):
    return command.split(" -o ", 1)[0]


def _check_bundle(stage, folder, bundle):
    """[(units, findings)]. What does not compile together, as when two units use one name, is checked one by one."""
    command, units = bundle
    if len(units) > 1:
        name = hashlib.sha256("\n".join(units).encode()).hexdigest()[:12]
        together = folder / "tidy" / name / "bundle.cpp"
        together.parent.mkdir(parents=True, exist_ok=True)
        together.write_text("".join(f'#include "{unit}"\n' for unit in units))
        entry = {"directory": str(folder), "command": f"{command} -c {together}", "file": str(together)}
        (together.parent / "compile_commands.json").write_text(json.dumps([entry]))
        found = _check_unit(stage, together.parent, str(together))
        if "[clang-diagnostic-" not in found:
            return [(units, found)]
    return [([unit], _check_unit(stage, folder, unit)) for unit in units]


def _check_unit(stage, folder, unit):
    """The findings of one unit; '' when there are none."""
    output = stage.log.with_name(f"{stage.log.stem}-{hashlib.sha256(unit.encode()).hexdigest()[:12]}.log")
    try:
        with open(output, "wb") as log:
            tools.run([CLANG_TIDY, "-p", folder, "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                       f"--header-filter=^{re.escape(str(paths.ROOT))}/{HEADERS}/", unit],
                      log, tick=stage.tick, limit=LIMIT_SECONDS, accept=None, yields=True)
        text = output.read_text(errors="replace")
    finally:
        output.unlink(missing_ok=True)
    return text if re.search(r"(warning|error): ", text) else ""
