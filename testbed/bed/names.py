"""What a bed calls its things. Everything carries the bed's prefix, so that beds never meet and leaks show.

A bed `demo` owns: bridge `tb-demo`, its ports `tb-demo.<n>`, and `tb-demo-<host>` as name of namespace,
overlay mount, cgroup and machine. Link names end at 15 characters, hence the short bed names.
"""

import re

from .command import BedError

GATEWAY = 1
FIRST_HOST = 10
LAST_HOST = 250
PACKAGE_PORT = 8480
ACME_PORT = 14000
ACME_MANAGEMENT_PORT = 15000
POWERDNS_PORT = 8081


def checked_bed_name(name):
    if not re.fullmatch(r"[a-z][a-z0-9]{0,7}", name):
        raise BedError(f"'{name}' cannot name a test bed: 1 to 8 small letters or digits, a letter first.")
    return name


def checked_host_name(name):
    if not re.fullmatch(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?", name):
        raise BedError(f"'{name}' cannot name a host: up to 20 small letters, digits and dashes, a letter first.")
    return name


def checked_subnet(subnet):
    """The first three numbers of a /24 in a private range, as in 10.78.0."""
    if not re.fullmatch(r"10(\.(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])){2}", subnet):
        raise BedError(f"'{subnet}' is not a subnet for a test bed: three numbers, as in 10.78.0.")
    return subnet


def prefix(bed_name):
    return f"tb-{bed_name}"


def port_name(bed_name, address):
    return f"tb-{bed_name}.{address.rpartition('.')[2]}"


def machine_name(bed_name, host_name):
    return f"tb-{bed_name}-{host_name}"
