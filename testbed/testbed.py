#!/usr/bin/env python3
"""Real managed hosts on this machine, for the demo and for tests.

  testbed.py up --name NAME --subnet 10.78.0 --hosts bare:web1,dns:ns1 --state DIR   writes DIR/testbed.json
  testbed.py down --state DIR                   stop everything, keep the hosts' data for the next up
  testbed.py destroy --state DIR                stop everything and remove the data
  testbed.py kill|start|stop HOST --state DIR   pull the cord of one host; start it again; power it off
  testbed.py exec HOST --state DIR -- ARGV      run a program inside
  testbed.py authorize HOST KEY --state DIR     let one more SSH public key log in as root
  testbed.py repo add FILE.deb --state DIR      offer one more package to the hosts
  testbed.py root --state DIR                   fetch the certificate authority's root into acme_root.pem
  testbed.py leaks [--name NAME]                what is left on the machine; exit 1 if anything
  testbed.py supported [--state DIR]            exit 0, or one sentence why not and exit 3
  testbed.py image                              make the cached images and packages, start nothing

Roles: bare (plain Debian with SSH), ready (the packages of bring-up installed), dns (PowerDNS).
"""

import argparse
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from bed import bed as beds, image, leaks, repository, support  # noqa: E402
from bed.certificate_authority import CertificateAuthority  # noqa: E402
from bed.command import BedError  # noqa: E402

UNSUPPORTED = 3


def main():
    arguments = _parser().parse_args()
    try:
        return arguments.act(arguments) or 0
    except BedError as problem:
        print(f"testbed: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name, act, *, state=True):
        added = commands.add_parser(name)
        added.set_defaults(act=act)
        if state:
            added.add_argument("--state", required=True)
        return added

    up = command("up", _up)
    up.add_argument("--name", required=True)
    up.add_argument("--subnet", required=True)
    up.add_argument("--hosts", required=True)
    command("down", _down)
    command("destroy", _destroy)
    for name, act in (("kill", _kill), ("start", _start), ("stop", _stop)):
        command(name, act).add_argument("host")
    inside = command("exec", _exec)
    inside.add_argument("host")
    inside.add_argument("argv", nargs="+")
    authorize = command("authorize", _authorize)
    authorize.add_argument("host")
    authorize.add_argument("key")
    repo = command("repo", _repo_add)
    repo.add_argument("action", choices=["add"])
    repo.add_argument("file")
    command("root", _root)
    command("leaks", _leaks, state=False).add_argument("--name")
    command("supported", _supported, state=False).add_argument("--state")
    command("image", _image, state=False)
    return parser


def _say(text):
    print(text, file=sys.stderr, flush=True)


def _existing(arguments):
    bed = beds.Bed.load(arguments.state)
    if bed is None:
        raise BedError(f"no test bed lives in {arguments.state}.")
    return bed


def _up(arguments):
    wanted = [tuple(item.partition(":")[::2]) for item in arguments.hosts.split(",") if item]
    began = time.monotonic()
    with beds.locked(arguments.state):
        bed = beds.Bed.create(arguments.state, arguments.name, arguments.subnet)
        bed.add_hosts(wanted)
        bed.up(_say)
    _say(f"test bed {bed.name} is up after {time.monotonic() - began:.1f} s: "
         + ", ".join(f"{host.name} {host.address}" for host in bed.hosts.values()))


def _down(arguments):
    bed = beds.Bed.load(arguments.state)
    if bed is not None:
        with beds.locked(arguments.state):
            bed.down()


def _destroy(arguments):
    bed = beds.Bed.load(arguments.state)
    if bed is not None:
        with beds.locked(arguments.state):
            bed.destroy()


def _kill(arguments):
    _existing(arguments).host(arguments.host).kill()


def _start(arguments):
    _existing(arguments).host(arguments.host).start(_say)


def _stop(arguments):
    _existing(arguments).host(arguments.host).power_off()


def _exec(arguments):
    argv = _existing(arguments).host(arguments.host).inside_command(arguments.argv)
    os.execvp(argv[0], argv)


def _authorize(arguments):
    _existing(arguments).host(arguments.host).authorize(arguments.key)


def _repo_add(arguments):
    bed = _existing(arguments)
    with beds.locked(arguments.state):
        repository.add(repository.ensure_local(bed.local_packages), arguments.file)


def _root(arguments):
    authority = CertificateAuthority(_existing(arguments))
    if not authority.fetch_root():
        raise BedError("the certificate authority does not answer.")
    print(authority.root_file)


def _leaks(arguments):
    found = leaks.find(arguments.name)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


def _supported(arguments):
    reason = support.missing(arguments.state)
    if reason:
        print(reason)
        return UNSUPPORTED


def _image(arguments):
    base = image.ensure_base(_say)
    repository.ensure_debian(base, _say)
    for role in beds.ROLES:
        image.ensure_lowers(role, _say)


if __name__ == "__main__":
    sys.exit(main())
