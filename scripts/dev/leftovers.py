"""What a killed run or a test has left: databases and processes, found by our folders, never by a broad name."""

import os
import pathlib
import signal

from bed.processes import start_time
from bed.waiting import wait_until


def stop_databases(folder):
    """End every PostgreSQL whose data lies below `folder`; True when there was one."""
    found = False
    for record in folder.rglob("postmaster.pid") if folder.is_dir() else []:
        found = _stop_database(record) or found
    return found


def _stop_database(record):
    """By PostgreSQL's own record of its first process; SIGINT is its fast, orderly shutdown."""
    try:
        pid = int(record.read_text().split("\n", 1)[0])
        if os.readlink(f"/proc/{pid}/cwd") != str(record.parent):
            return False
    except (OSError, ValueError):
        return False
    _end(pid, signal.SIGINT, 20)
    return True


def end_processes_with(variable, value):
    """End the processes that carry this environment variable, as all that a test started does; return their names."""
    wanted = f"{variable}={value}".encode()
    ended = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                ended.append((entry / "comm").read_text().strip())
                _end(int(entry.name), signal.SIGTERM, 10)
        except OSError:
            continue
    return ended


def _end(pid, number, seconds):
    started = start_time(pid)
    if started is None:
        return
    os.kill(pid, number)
    if not wait_until(lambda: start_time(pid) != started, seconds):
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: start_time(pid) != started, 10)
