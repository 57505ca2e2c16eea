"""Work side by side. A lane is a list of steps that run one after the other; lanes do not wait for each other."""

import concurrent.futures

import tools
from stages import StageFailed

_LOOK_SECONDS = 0.2  # How often the main thread, which alone hears signals, looks whether the lanes have ended.


def run(*lanes):
    """Each lane to its end or to its first StageFailed; answers these failures. Any other exception, in a lane or here
    (Ctrl-C), ends the tools of all lanes."""
    with concurrent.futures.ThreadPoolExecutor(max(1, len(lanes))) as pool:
        running = {pool.submit(_run_lane, lane) for lane in lanes}
        failures = []
        try:
            while running:
                done, running = concurrent.futures.wait(running, _LOOK_SECONDS,
                                                        concurrent.futures.FIRST_COMPLETED)
                failures += [lane.result() for lane in done if lane.result() is not None]
        except BaseException:
            tools.stop_all()
            raise
    return failures


def _run_lane(steps):
    try:
        for step in steps:
            step()
    except StageFailed as failure:
        return failure
    return None
