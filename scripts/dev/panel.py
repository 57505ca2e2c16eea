"""The panel as a child: started, awaited by its `ready` line, stopped in order."""

import json
import subprocess
import threading

import leftovers
import tools
from bed.processes import start_time
from bed.waiting import wait_until

READY_SECONDS = 90
STOP_SECONDS = 30


class PanelEnded(Exception):
    pass


class Panel:
    """A running `hostelry up`. Its log goes to `log`; what it prints on standard output is read by us."""

    def __init__(self, state, program, listen, log):
        self._state = state
        self._log = open(log, "ab")
        self._child = tools.start(
            [program, "up", "--state", state.panel, "--listen", listen, "--config", state.panel / "hostelry.yaml"],
            stdout=subprocess.PIPE, stderr=self._log)
        state.panel_process.record.write_text(f"{self._child.pid} {start_time(self._child.pid)}\n")
        self.facts = None
        self._ready = threading.Event()
        threading.Thread(target=self._read_output, daemon=True).start()

    def _read_output(self):
        for line in self._child.stdout:
            if line.startswith(b"ready ") and self.facts is None:
                self.facts = json.loads(line[len("ready "):])
                self._ready.set()
            self._log.write(line)
            self._log.flush()
        self._ready.set()

    def await_ready(self, tick):
        """Return the facts of the ready line: address, setup_url, fingerprint."""
        if not wait_until(lambda: tick() or self._ready.is_set(), READY_SECONDS, interval=0.1):
            raise PanelEnded(f"was not ready within {READY_SECONDS} s")
        if self.facts is None:
            raise PanelEnded(f"ended with {self._child.wait()} before it was ready")
        return self.facts

    def wait(self):
        """Until the panel ends by itself; its exit code."""
        return self._child.wait()

    def stop(self):
        tools.end_group(self._child, STOP_SECONDS)
        self._state.panel_process.record.unlink(missing_ok=True)


def stop_left_over(state):
    """End a panel and its database that a killed ./dev left behind. True when there was something."""
    found = state.panel_process.pid() is not None
    state.panel_process.stop(STOP_SECONDS)
    return leftovers.stop_databases(state.panel) or found
