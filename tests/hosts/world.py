"""What the test modules share: one bed, one panel on it, one bare host that becomes its server. Each is made when a
module first asks for it and ends with the process."""

import atexit
import sys

from hosts import Bed
from panel import Panel

_made = {}


def _once(name, make, end=None):
    if name not in _made:
        _made[name] = make()
        if end is not None:
            atexit.register(end, _made[name])
    return _made[name]


def report(text):
    print(f"    {text}", file=sys.stderr, flush=True)


def bed():
    """`web1` is managed from outside, `house` holds a panel and is managed by it."""
    return _once("bed", lambda: Bed(web1="bare", house="bare", ns1="dns"), Bed.destroy)


def host():
    """The bare host, as it stands."""
    return bed().hosts["web1"]


def panel():
    """`hostelry up` on the bed."""
    the_bed = bed()

    def start():
        made = Panel(the_bed)
        atexit.register(made.destroy)
        made.start("up")
        return made
    return _once("panel", start)


def add_server():
    """Asks for the host's bring-up; its id."""
    the_bed = bed()
    return panel().ask("server", "add", "--name", "web-1", "--address", host().address,
                       "--host-key", the_bed.host_key("web1"))["id"]


def remember_server(server):
    _made["server"] = server


def server():
    """The id of the host as a server that is ready."""
    def bring_up():
        bed().authorize("web1", panel().ask("server-key", "show")["public_key"])
        made = add_server()
        until_server(made, "ready")
        return made
    return _once("server", bring_up)


def until_server(server_id, *states, seconds=600):
    """The server once it is in one of the states; failing it must not end in another."""
    ends = {*states, "failed"} if "ready" in states else set(states)
    now, took = panel().wait(lambda: panel().ask("server", "show", server_id), lambda s: s["state"] in ends, seconds)
    if now["state"] not in states:
        raise AssertionError(f"the server is {now['state']}: {now['message']}")
    return now, took


def brought_up_host():
    """The host with everything that bring-up installs, whether or not a panel manages it."""
    def bring_up():
        if "server" not in _made:
            done, _ = host().bring_up()
            if done.returncode != 0:
                raise AssertionError(done.stdout[-3000:] + done.stderr)
        return host()
    return _once("brought_up_host", bring_up)
