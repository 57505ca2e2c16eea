"""Waiting for a condition, never for a fixed time."""

import time


def wait_until(condition, seconds, interval=0.05):
    """Ask `condition` until it is true; False when `seconds` passed first."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(interval)
    return True
