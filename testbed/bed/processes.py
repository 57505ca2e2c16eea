"""Processes that outlive the command that started them, remembered by pid and start time.

A pid alone may belong to somebody else by the time we signal it; the start time tells them apart.
"""

import os
import signal
import subprocess

from .waiting import wait_until


def _stat_fields(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()
    except OSError:
        return None


def start_time(pid):
    """Clock ticks from boot to the start of `pid`; None when it has ended (zombies included)."""
    fields = _stat_fields(pid)
    return None if fields is None or fields[0] in "ZX" else fields[19]


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:
            return [int(child) for child in listed.read().split()]
    except OSError:
        return []


class Process:
    """One background process and the file that remembers it."""

    def __init__(self, record):
        self.record = record

    def start(self, argv, log, env=None, before_exec=None):
        """Start in a session of its own, so that Ctrl-C in the terminal does not reach it."""
        with open(log, "ab") as output:
            started = subprocess.Popen(
                [str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, env=env, preexec_fn=before_exec)
        self.record.write_text(f"{started.pid} {start_time(started.pid)}\n")
        return started.pid

    def pid(self):
        """The pid while the process lives, else None."""
        try:
            pid, started = self.record.read_text().split()
        except (OSError, ValueError):
            return None
        _reap(int(pid))
        return int(pid) if start_time(int(pid)) == started else None

    def send(self, number):
        pid = self.pid()
        if pid is not None:
            os.kill(pid, number)

    def stop(self, seconds, number=signal.SIGTERM):
        """Ask it to end, insist after `seconds`; returns when it is gone."""
        self.send(number)
        if not wait_until(lambda: self.pid() is None, seconds):
            self.send(signal.SIGKILL)
            wait_until(lambda: self.pid() is None, 10)
        if self.pid() is None:
            self.record.unlink(missing_ok=True)


def _reap(pid):
    """Collect our own ended child: as a zombie it would keep its pid."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
