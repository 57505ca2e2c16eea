"""What beds have left on the machine: processes, links, namespaces, mounts, control groups."""

import pathlib

from . import cgroups, names, network


def find(bed_name=None):
    """One line for each thing left by the bed, or by any bed."""
    prefix = names.prefix(bed_name) if bed_name else "tb-"
    host = f"{prefix}-" if bed_name else prefix
    found = [f"link {link}" for link in network.link_names() if _is_link(link, prefix, bed_name)]
    found += [f"namespace {name}" for name in network.namespace_names() if name.startswith(host)]
    found += [f"mount {line.split()[1]}" for line in pathlib.Path("/proc/mounts").read_text().splitlines()
              if line.startswith(host)]
    found += [f"control group {group}" for group in cgroups.with_prefix(host)]
    found += [f"process {pid}: {line}" for pid, line in _command_lines() if f"--machine={host}" in line]
    found += [f"folder {path}" for path in pathlib.Path("/run/systemd/nspawn/propagate").glob(f"{host}*")]
    return found


def _is_link(link, prefix, bed_name):
    if bed_name is None:
        return link.startswith(prefix)
    return link == prefix or link.startswith(f"{prefix}.")


def processes_of(state):
    """Processes whose command line names the bed's state folder (package server, certificate authority, host)."""
    return [f"process {pid}: {line}" for pid, line in _command_lines()
            if f"{state}/" in line and ("package_server.py" in line or "pebble" in line or "systemd-nspawn" in line)]


def _command_lines():
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield entry.name, (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            except OSError:
                continue
