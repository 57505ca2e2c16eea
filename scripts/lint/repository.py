#!/usr/bin/env python3
"""What the repository must not hold, and what belongs in pairs."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BANNED = {
    r"\bTODO\b(?!\(#\d+\))": "a TODO names its issue: TODO(#12)",
    r"registry\.npmjs\.org|deb\.debian\.org": "the repository names no package registry",
    r"\bstd::endl\b": "write '\\n'; flushing is a decision of its own",
    r"\busing namespace std;": "write std::",
    r"\bsystem\(|\bpopen\(": "programs are started with an argument list (core/platform/process)",
}
CODE = (".h", ".hpp", ".cpp", ".c", ".cpt", ".sql", ".js", ".mjs", ".py", ".yml", ".json", ".md")


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [name for name in listed.decode().split("\0") if name]


def check_text(name):
    if not name.endswith(CODE) or name.startswith("scripts/lint/"):
        return []
    path = ROOT / name
    if not path.exists():
        return []
    problems = []
    text = path.read_text(encoding="utf-8", errors="replace")
    for pattern, reason in BANNED.items():
        for found in re.finditer(pattern, text):
            line = text.count("\n", 0, found.start()) + 1
            problems.append(f"{name}:{line}: {found.group(0)}: {reason}")
    return problems


def check_migrations(names):
    problems, numbers = [], {}
    for name in names:
        found = re.fullmatch(r"migrations/(\d{4})_[a-z0-9_]+\.(up|down)\.sql", name)
        if name.startswith("migrations/") and not found:
            problems.append(f"{name}: migrations are called NNNN_<feature>_<what>.up.sql or .down.sql")
        elif found:
            numbers.setdefault(found.group(1), []).append(found.group(2))
    for number, directions in sorted(numbers.items()):
        if sorted(directions) != ["down", "up"]:
            problems.append(f"migrations/{number}: needs exactly one .up.sql and one .down.sql")
    return problems


def check_locks(names):
    return [
        f"{name}: holds download addresses; make it with omit-lockfile-registry-resolved=true"
        for name in names
        if name.endswith("package-lock.json") and '"resolved"' in (ROOT / name).read_text()
    ]


def main():
    names = tracked()
    problems = check_migrations(names) + check_locks(names)
    for name in names:
        problems += check_text(name)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
