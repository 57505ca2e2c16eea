"""The bridge of a bed and the namespaces of its hosts. Nothing is routed or translated to the outside."""

import json
import pathlib

from .command import BedError, run, succeeds


def link_names():
    return [link["ifname"] for link in json.loads(run("ip", "-json", "link", "show") or "[]")]


def namespace_names():
    folder = pathlib.Path("/run/netns")
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def subnet_is_used(subnet, except_link=None):
    """Whether any other link of this machine has an address in the /24."""
    for link in json.loads(run("ip", "-json", "-4", "address", "show") or "[]"):
        for address in link.get("addr_info", []):
            if address["local"].startswith(f"{subnet}.") and link["ifname"] != except_link:
                return True
    return False


def ensure_bridge(bridge, subnet):
    if subnet_is_used(subnet, except_link=bridge):
        raise BedError(f"{subnet}.0/24 is already in use on this machine. Choose another with --subnet.")
    if bridge in link_names():
        return
    run("ip", "link", "add", bridge, "type", "bridge")
    run("ip", "addr", "add", f"{subnet}.1/24", "dev", bridge)
    run("ip", "link", "set", bridge, "up")


def ensure_namespace(namespace, port, bridge, address):
    """A namespace with one interface, host0, plugged into the bridge."""
    if namespace in namespace_names():
        return
    run("ip", "netns", "add", namespace)
    run("ip", "link", "add", port, "type", "veth", "peer", "name", "host0", "netns", namespace)
    run("ip", "link", "set", port, "master", bridge, "up")
    run("ip", "-n", namespace, "addr", "add", f"{address}/24", "dev", "host0")
    run("ip", "-n", namespace, "link", "set", "host0", "up")
    run("ip", "-n", namespace, "link", "set", "lo", "up")
    run("ip", "-n", namespace, "route", "add", "default", "via", f"{address.rpartition('.')[0]}.1")


def remove_namespace(namespace, port):
    """The pair of interfaces goes with its namespace; a lost outer end is removed by name."""
    if namespace in namespace_names():
        run("ip", "netns", "del", namespace)
    succeeds("ip", "link", "del", port)


def remove_bridge(bridge):
    succeeds("ip", "link", "del", bridge)
