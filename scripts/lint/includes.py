#!/usr/bin/env python3
"""Every header from outside that our sources include comes from a package that packages/debian-12.txt names, so that a
fresh machine can build what a developer's machine builds. Looks at the headers installed here."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "scripts" / "dev"))
import packages  # noqa: E402

ROOTS = ("core", "plugin-api", "plugins", "tests", "bench")
PLACES = [pathlib.Path(place) for place in ("/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/include/postgresql")]
# Of build-essential.
COMPILER = {"libc6-dev", "linux-libc-dev"}
INCLUDE = re.compile(r"^\s*#\s*include <([^>]+)>", re.MULTILINE)


def included():
    """Headers from outside, each with one file that includes it."""
    found = {}
    for root in ROOTS:
        for file in sorted((ROOT / root).rglob("*")):
            if file.suffix in (".h", ".hpp", ".cpp", ".c") and "node_modules" not in file.parts:
                for header in INCLUDE.findall(file.read_text(errors="replace")):
                    found.setdefault(header, file.relative_to(ROOT))
    return found


def owners(paths):
    """Package by path; what dpkg does not know is left out."""
    asked = subprocess.run(["dpkg", "-S", *map(str, paths)], capture_output=True, text=True)
    pairs = (line.rsplit(": ", 1) for line in asked.stdout.splitlines() if not line.startswith("diversion "))
    return {path: names.split(",")[0].split(":")[0] for names, path in pairs}


def main():
    groups = packages.parse(packages.LIST.read_text())
    listed = COMPILER | {name for group in groups.values() for name, _ in group}
    paths = {}
    for header, file in included().items():
        for place in PLACES:
            if (place / header).is_file():
                paths[str(place / header)] = (header, file)
                break
    known = owners(paths)
    missing = [f"{file}: <{header}> is of the package {known[path]}, which packages/debian-12.txt does not name"
               for path, (header, file) in paths.items() if path in known and known[path] not in listed]
    for line in missing:
        print(f"lint: {line}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
