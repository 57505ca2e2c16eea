"""Tools run as children that never outlive us: in a session of their own, ended with their whole group."""

import ctypes
import os
import signal
import subprocess
import threading
import time

_PR_SET_PDEATHSIG = 1
_NICE = 5
_libc = ctypes.CDLL(None)
_stopping = threading.Event()


class ToolFailed(Exception):
    """A tool ended badly; `reason` says how, the log has the rest."""

    def __init__(self, argv, reason):
        super().__init__(f"{os.path.basename(str(argv[0]))} {reason}")
        self.reason = reason


class Stopped(Exception):
    """The command ends; so did this tool."""


def stop_all():
    """For good: every tool that runs now or later, in any thread, is ended, and its run() raises Stopped."""
    _stopping.set()


def _end_with_parent():
    """Even a killed ./dev takes its tools along. (The parent is the thread that starts it.)"""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _yield_to_others():
    """A nice value counts within a session only, where the kernel groups processes by it (sched_autogroup)."""
    os.nice(_NICE)
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as group:
            group.write(str(_NICE))
    except OSError:
        pass  # This kernel does not group, or has us in a control group that decides.


def _prepare_and_yield():
    _end_with_parent()
    _yield_to_others()


def start(argv, *, yields=False, **options):
    """`yields`: others get the processor first."""
    return subprocess.Popen([str(part) for part in argv], stdin=subprocess.DEVNULL, start_new_session=True,
                            preexec_fn=_prepare_and_yield if yields else _end_with_parent, **options)


def end_group(process, grace_seconds=10):
    """End a tool and everything it started."""
    for number, seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        try:
            process.wait(seconds)
            if number == signal.SIGTERM:
                continue  # The leader is gone; what is left of its group is not waited for.
        except subprocess.TimeoutExpired:
            continue


def run(argv, log, *, cwd=None, env=None, limit=600, tick=lambda: None, accept=(0,), yields=False):
    """Run a tool to its end with its output in the file `log`; return its exit code if it is one of `accept`."""
    process = start(argv, stdout=log, stderr=subprocess.STDOUT, cwd=cwd, env=env, yields=yields)
    deadline = time.monotonic() + limit
    try:
        while True:
            try:
                code = process.wait(0.1)
                break
            except subprocess.TimeoutExpired:
                tick()
            if _stopping.is_set():
                raise Stopped
            if time.monotonic() > deadline:
                raise ToolFailed(argv, f"did not end within {limit} s")
    except BaseException:
        end_group(process)
        raise
    if accept is not None and code not in accept:
        raise ToolFailed(argv, f"ended with {code}")
    return code
