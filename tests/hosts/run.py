#!/usr/bin/env python3
"""Runs the tests on real hosts in one process, on one bed, in the order in which they can share its host:

  tests/hosts/run.py [front|stop|servers|kill|agent|package …] [-k PATTERN]

The front door ./dev is opened and closed (front). The panel by itself is stopped under load (stop). A bare host is brought up through the panel (servers), sites are deployed on it while everything is killed (kill), it is
let go (servers), and the agent is tried on it by itself (agent). On a second host the panel is installed by its package
(package). The last line is `N passed, N failed[, N skipped]`; the
exit code is 1 exactly when something failed. Environment: HOSTELRY_SOURCE, HOSTELRY_BIN, HOSTELRY_TEST_STATE,
HOSTELRY_BED_NAME, HOSTELRY_BED_SUBNET, as the end-to-end tests have it.
"""

import argparse
import fnmatch
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import test_agent  # noqa: E402
import test_front_door  # noqa: E402
import test_kill  # noqa: E402
import test_package  # noqa: E402
import test_servers  # noqa: E402
import test_stop  # noqa: E402
from hosts import unsupported_reason  # noqa: E402

ORDER = (
    ("front", test_front_door.Bare),
    ("front", test_front_door.Demo),
    ("stop", test_stop.Stop),
    ("servers", test_servers.BringUpThroughThePanel),
    ("kill", test_kill.Kill),
    ("servers", test_servers.RemovalThroughThePanel),
    ("agent", test_agent.BringUp),
    ("agent", test_agent.Sites),
    ("package", test_package.InstalledPanel),
)

ALONE = (test_front_door.Bare, test_stop.Stop)  # These need no host.


class Outcome(unittest.TextTestResult):
    """Counts tests, not their parts: a test with failed subtests is one failed test."""

    def __init__(self, *words, **more):
        super().__init__(*words, **more)
        self.begun = set()
        self.bad = set()
        self.began = 0.0

    def startTest(self, test):
        self.began = time.monotonic()
        self.begun.add(test.id())
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self.stream.writeln(f"    {time.monotonic() - self.began:.1f} s")

    def addError(self, test, problem):
        super().addError(test, problem)
        self.bad.add(test.id())

    def addFailure(self, test, problem):
        super().addFailure(test, problem)
        self.bad.add(test.id())

    def addSubTest(self, test, subtest, problem):
        super().addSubTest(test, subtest, problem)
        if problem is not None:
            self.bad.add(test.id())


def chosen(kinds, pattern):
    """The tests to run, by whether they need a host."""
    alone, on_hosts = [], []
    for kind, case in ORDER:
        if not kinds or kind in kinds:
            for test in unittest.defaultTestLoader.loadTestsFromTestCase(case):
                if fnmatch.fnmatch(test.id(), f"*{pattern}*"):
                    (alone if case in ALONE else on_hosts).append(test)
    return alone, on_hosts


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("kinds", nargs="*", choices=[*dict(ORDER), []])
    arguments.add_argument("-k", dest="pattern", default="")
    wanted = arguments.parse_args()
    # The bed must not outlive us, whoever ends us. (unittest takes any exception but this one for a failed test.)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    alone, on_hosts = chosen(wanted.kinds, wanted.pattern)
    reason = unsupported_reason() if on_hosts else None
    tests = alone if reason else alone + on_hosts
    try:
        done = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Outcome).run(unittest.TestSuite(tests))
    except KeyboardInterrupt:
        return 130
    skipped = [(str(test), why) for test, why in done.skipped]
    if reason:
        skipped += [(str(test), reason) for test in on_hosts]
    for test, why in skipped:
        print(f"skipped {test}: {why}")
    # A fixture that fails takes its tests with it: it counts as one failed test.
    failed = len(done.bad)
    passed = done.testsRun - len(done.skipped) - sum(1 for test in done.bad if test in done.begun)
    print(f"{passed} passed, {failed} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
