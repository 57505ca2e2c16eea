#!/usr/bin/env python3
"""The layering rule: includes point down (app -> features -> platform -> base), a feature meets another only at its
front-door headers and never in a circle, plugins see only plugin-api, the agent shares only the common floor with the
panel, and each third-party library is included by the room that owns it."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
COMMON_FLOOR = {"log", "crypto", "process"}  # What panel and agent share, besides base and the protocol.

# Library prefix -> rooms that may include it in a header or a source file.
OWNERS = {
    "pqxx/": {"core/platform/db", "tests"},
    "libpq-fe.h": {"core/platform/db", "bench"},
    "yaml-cpp/": {"core/platform/config"},
    "spdlog/": {"core/platform/log", "core/agent/static"},
    "Poco/": {"core/platform/http", "core/platform/crypto", "tests", "bench"},
    "curl/": {"core/platform/http"},
    "prometheus/": {"core/platform/telemetry"},
    "valijson/": {"core/platform/plugin_host"},
    "CLI/": {"core/app"},
    "sodium.h": {"core/platform/crypto", "core/platform/plugin_host"},
    "hiredis/": {"core/platform/cache"},
    "lua.hpp": {"core/platform/lua"},
}


def layer_of(path):
    parts = path.split("/")
    if parts[0] != "core":
        return None
    return parts[1]


def feature_of(path):
    parts = path.split("/")
    return parts[2] if parts[:2] == ["core", "features"] and len(parts) > 3 else None


def sources():
    for top in ("core", "plugins", "plugin-api"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".h", ".hpp", ".cpp", ".c"):
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def check_layers(path, target):
    own, other = layer_of(path), layer_of(target)
    order = {"base": 0, "platform": 1, "features": 2, "app": 3}
    if own == "agent":
        room = target.split("/")[2] if other == "platform" else None
        if other in ("features", "app") or (room and room not in COMMON_FLOOR):
            return "the agent shares only base, log, crypto and process with the panel"
        return None
    if other == "agent":
        if not target.startswith("core/agent/protocol/"):
            return "the panel sees only the agent's protocol"
        return None if own in ("features", "app") else "only features and app speak the agent's protocol"
    if own in order and other in order and order[other] > order[own]:
        return f"{own} must not include {other}"
    return None


def check_owner(path, target):
    for prefix, rooms in OWNERS.items():
        if target == prefix or (prefix.endswith("/") and target.startswith(prefix)):
            if not any(path.startswith(room) for room in rooms):
                return f"<{target}> belongs to {', '.join(sorted(rooms))}"
    if target == "nlohmann/json.hpp" and path.endswith(".h") and path.startswith("core/"):
        return "headers take <nlohmann/json_fwd.hpp>; the whole library is for .cpp files"
    return None


def find_circle(arrows):
    def walk(node, trail):
        if node in trail:
            return trail[trail.index(node):] + [node]
        for following in sorted(arrows.get(node, ())):
            circle = walk(following, trail + [node])
            if circle:
                return circle
        return None

    for start in sorted(arrows):
        circle = walk(start, [])
        if circle:
            return circle
    return None


def main():
    problems, arrows = [], {}
    for path, text in sources():
        for quoted, angled in INCLUDE.findall(text):
            target = quoted or angled
            problem = check_layers(path, target) if target.startswith("core/") else check_owner(path, target)
            if path.startswith(("plugins/", "plugin-api/")) and target.startswith("core/"):
                problem = "plugins and plugin-api see only plugin-api"
            if problem:
                problems.append(f"{path}: includes {target}: {problem}")
            own, other = feature_of(path), feature_of(target)
            if own and other and own != other:
                arrows.setdefault(own, set()).add(other)
    circle = find_circle(arrows)
    if circle:
        problems.append("features include each other in a circle: " + " -> ".join(circle))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
