"""./dev: set up, run and test Hostelry on this machine."""

import argparse
import ipaddress
import os
import sys

import bench
import lifecycle
import lint
import package
import state
import testing
from bed.command import BedError
from bed.names import checked_subnet
from stages import StageFailed

HELP = """\
./dev up      install what is missing, build, start the panel and the demo hosts; prints the address
./dev down    stop them (data stays)
./dev clean   stop them and remove their data
./dev test    all tests, or one kind: unit, integration, threads, fuzz, hosts, e2e, lint
./dev package the panel as a Debian package, to install on a machine of its own
./dev bench   measure, each figure beside its limit
./dev lint    formatting, architecture and clang-tidy
./dev fmt     format the C++ sources
./dev hostelry WORDS…   the panel's command line, on the panel that ./dev up runs
./dev help    this page; './dev up --help' for its options
"""


def _port(text):
    port = int(text)
    if not 1 <= port <= 65532:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65532 (the three after it are used too)")
    return port


def _address(text):
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"'{text}' is not an address, as in 192.0.2.1 or ::1") from problem


def _subnet(text):
    try:
        return checked_subnet(text)
    except BedError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


def _parser():
    parser = argparse.ArgumentParser(prog="./dev", usage="./dev COMMAND", description=HELP,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(metavar="COMMAND", required=True, prog="./dev")

    def command(name, act, summary):
        added = commands.add_parser(name, help=argparse.SUPPRESS, description=summary, allow_abbrev=False)
        added.set_defaults(act=act)
        return added

    up = command("up", lifecycle.up, "Build and start everything; Ctrl-C stops it.")
    up.add_argument("--bare", action="store_true", help="the panel alone, without demo hosts")
    up.add_argument("--port", type=_port, default=8080, help="the panel's port (8080)")
    up.add_argument("--listen", type=_address, default="127.0.0.1", metavar="ADDRESS",
                    help="the panel's address (127.0.0.1); any but loopback is served with TLS")
    up.add_argument("--subnet", type=_subnet, default="10.77.0", help="the demo hosts' network (10.77.0)")
    up.add_argument("--release", dest="preset", action="store_const", const="release", default="up", help="build for speed")
    up.add_argument("--preset", help=argparse.SUPPRESS)  # Tests start what they have built already.
    for name, act, summary in (("down", lifecycle.down, "Stop a ./dev up."),
                               ("clean", lifecycle.clean, "Stop it and remove all data.")):
        command(name, act, summary)
    for name in ("up", "down", "clean"):
        commands.choices[name].add_argument("--state", metavar="DIR", help="where the data is (./var)")
    command("test", testing.test, "Set up, then test.").add_argument(
        "kind", nargs="?", choices=testing.KINDS, default="all")
    command("package", package.package, "Build the panel's Debian package.")
    command("bench", bench.bench, "Measure, each figure beside its limit.").add_argument(
        "names", nargs="*", metavar="NAME", help="http, queue, sites; default: all")
    command("lint", lint.lint, "Formatting, architecture and clang-tidy.")
    command("fmt", lint.fmt, "Format the C++ sources.")
    command("help", lambda options: print(HELP, end=""), "Show this page.")
    return parser


def main():
    words = sys.argv[1:] or ["help"]
    try:
        if words[0] == "hostelry":
            lifecycle.command(words[1:])  # Its words are the program's, options too.
        options = _parser().parse_args(words)
        return options.act(options) or 0
    except StageFailed as failure:
        print(failure.report(), file=sys.stderr, flush=True)
    except (BedError, state.StateRefused, OSError) as problem:
        print(f"dev: {problem}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
