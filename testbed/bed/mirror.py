"""The Debian mirror this machine already uses; the bed knows no address of its own."""

import functools

from .command import BedError, run

SUITES = ("bookworm", "bookworm-updates", "bookworm-security")


def apt_options():
    """The machine's own apt settings that decide whether its mirror can be used at all."""
    keep = ("Acquire::Check-Valid-Until", "Acquire::Check-Date", "Acquire::http::Proxy",
            "Acquire::https::Proxy", "Acquire::Retries")
    settings = []
    for line in run("apt-config", "dump").splitlines():
        if line.split(" ", 1)[0] in keep and not line.endswith('"";'):
            settings.append(line.rstrip(";"))
    return settings


@functools.cache
def source_lines():
    """Lines of a sources.list for Debian 12, from the machine's apt configuration."""
    listed = run("apt-get", "indextargets", "--format", "$(ORIGIN) $(RELEASE) $(COMPONENT) $(REPO_URI)",
                 "Created-By: Packages")
    lines = []
    for row in listed.splitlines():
        origin, suite, component, address = row.split(" ", 3)
        line = f"deb {address} {suite} main"
        if origin == "Debian" and suite in SUITES and component == "main" and line not in lines:
            lines.append(line)
    if not lines:
        raise BedError("apt on this machine knows no Debian 12 (bookworm) mirror; the hosts are made from it.\n"
                       "Run 'apt-get update' on Debian 12 and try again.")
    return lines
