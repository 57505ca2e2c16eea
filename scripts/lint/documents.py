#!/usr/bin/env python3
"""Documents against what they describe: every configuration key, exit code, status and link."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = "core/platform/config/config.cpp"
ERRORS = "core/base/result.cpp"
OPERATE = "docs/operate.md"
API = "docs/api.md"
DOCUMENTS = ("README.md", "docs", "plugin-api", "core", "plugins", "testbed", "automation")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def check_keys():
    known = set(re.findall(r'HOSTELRY_(?:SECRET_)?KEY\(\s*"([a-z_.]+)"', read(CONFIG)))
    text = read(OPERATE)
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    told = {word for cell in table for word in re.findall(r"`([a-z_]+(?:\.[a-z_]+)?)`", cell)}
    problems = [f"{OPERATE}: the key {key} of {CONFIG} is in no table" for key in sorted(known - told)]
    sections = {key.split(".")[0] for key in known}
    return problems + [f"{OPERATE}: there is no key {key}" for key in sorted(told - known)
                       if "." in key and key.split(".")[0] in sections]


def check_codes():
    rows = re.findall(r'ErrorCode::\w+, "(\w+)", (\d+), (\d+)', read(ERRORS))
    api, operate = read(API), read(OPERATE)
    told = {}
    for line in api.splitlines():
        cells = line.split("|")
        if line.startswith("| `") and len(cells) > 3:
            names = re.findall(r"`(\w+)`", cells[1])
            statuses = re.findall(r"\b[45]\d\d\b", cells[2])
            told.update(zip(names, statuses * len(names) if len(statuses) == 1 else statuses))
    problems = [f"{API}: {name} is answered with {status}, the table says {told.get(name, 'nothing')}"
                for name, status, _ in rows if told.get(name) != status]
    exits = {number for line in operate.splitlines() if re.match(r"\| \d", line)
             for number in re.findall(r"\d+", line.split("|")[1])}
    return problems + [f"{OPERATE}: the exit code {number} ({name}) is in no table"
                       for name, _, number in rows if number not in exits]


def documents():
    for place in DOCUMENTS:
        path = ROOT / place
        yield from [path] if path.is_file() else sorted(path.rglob("*.md"))


def prose(text):
    """Without code, in which brackets mean something else."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`|^    .*$", "", text, flags=re.M)


def check_links():
    problems = []
    for document in documents():
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose(document.read_text(encoding="utf-8"))):
            if "://" not in target and not (document.parent / target).exists():
                problems.append(f"{document.relative_to(ROOT)}: {target} is not there")
    return problems


def main():
    problems = check_keys() + check_codes() + check_links()
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
