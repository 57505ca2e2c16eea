"""./dev test: sets up like ./dev up, but apart from it in everything: state, ports, subnet, names."""

import os
import subprocess
import threading

import build
import demo
import frontend
import lanes
import lint
import packages
import paths
import results
import tools
from results import Results
from scratch import Interrupted, Scratch
from stages import Progress, StageFailed

KINDS = ("unit", "integration", "threads", "fuzz", "hosts", "e2e", "lint", "all")
PRESET = "test"
THREADS_PRESET = "tsan"
LIMIT_SECONDS = {"unit": 600, "integration": 1500, "threads": 900, "fuzz": 300, "testbed": 300, "hosts": 1800, "installed": 900,
                 "front-door": 900, "e2e-pages": 900, "e2e-hosts": 900}
E2E = ["node", frontend.E2E / "run.mjs"]
HOSTS = ["python3", paths.ROOT / "tests" / "hosts" / "run.py"]
SHOWN_OUTPUT_LINES = 60
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "LSAN_OPTIONS": f"suppressions={paths.ROOT / 'tests' / 'support' / 'leaks.supp'}:print_suppressions=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


def test(options):
    run = Run(Progress("test"))
    try:
        with Scratch() as scratch:
            failures = run.stages(options.kind, scratch)
    except Interrupted:
        print("\nInterrupted.")
        return 130
    except StageFailed as failure:
        failures = [failure]
    for failure in failures:
        print(failure.report(), flush=True)
        run.totals.failed += 1
    return _verdict(run.totals)


def _verdict(totals):
    """Print the closing line. Where every test can run, a skipped one hides a failure."""
    in_ci = os.environ.get("CI", "").lower() in ("1", "true", "yes")
    if in_ci and totals.skipped:
        print("A skipped test counts as a failure here (CI is set).")
    print(totals.line(), flush=True)
    return 1 if totals.failed or (in_ci and totals.skipped) or not totals.total else 0


class Run:
    """One ./dev test: its results, and the images that are made beside it."""

    def __init__(self, progress):
        self.progress = progress
        self.totals = Results()
        self._counting = threading.Lock()
        self._built = threading.Event()  # The test build has ended, well or not.
        self._scratch = None
        self._images = None
        self._awaiting_images = threading.Lock()

    def stages(self, kind, scratch):
        """Everything of that kind; answers the StageFailed of what could not be run."""
        self._scratch = scratch
        try:
            return self._stages(kind)
        finally:
            if self._images is not None:
                tools.end_group(self._images)

    def _stages(self, kind):
        def wanted(*kinds):
            return kind == "all" or kind in kinds

        packages.ensure(self.progress, packages.BUILD + packages.TEST)
        if wanted("lint"):
            self._count(lint.quick(self.progress))
        if kind != "lint":
            frontend.ensure(self.progress)
        if wanted("hosts", "e2e"):
            self._start_images()
        if wanted("e2e"):
            self._e2e_packages()
        if wanted("hosts", "e2e"):
            build.ensure(self.progress, PRESET, "Build of what runs on hosts", targets=["hostelry_deb"])
        # Tests on hosts wait most of their time, so there are two lanes of them; the third keeps the processor busy. What is
        # built there yields to all tests.
        here = {"unit": self._unit, "integration": self._integration, "e2e": self._e2e_pages, "threads": self._threads,
                "fuzz": self._fuzz, "lint": self._clang_tidy}
        lane_here = [step for name, step in here.items() if wanted(name)]
        if wanted("unit", "integration", "hosts", "e2e"):
            lane_here.insert(0, self._build)
        lanes_on_hosts = [[self._testbed, self._hosts], [self._await_images, self._installed, self._front_door]] \
            if wanted("hosts") else [[self._testbed]]
        if wanted("e2e"):
            lanes_on_hosts[-1].insert(1, self._e2e_hosts)
        return lanes.run(lane_here, *(lanes_on_hosts if wanted("hosts", "e2e") else []))

    def _build(self):
        try:
            build.ensure(self.progress, PRESET, "Build for tests (address and undefined-behaviour sanitizers)")
        finally:
            self._built.set()

    def _unit(self):
        self._ctest("unit", PRESET, "Unit tests")

    def _integration(self):
        self._ctest("integration", PRESET, "Integration tests")

    def _threads(self):
        build.ensure(self.progress, THREADS_PRESET, "Build for tests (thread sanitizer)", targets=["tests_all"])
        self._ctest("threads", THREADS_PRESET, "Tests where threads meet (thread sanitizer)")

    def _fuzz(self):
        build.ensure(self.progress, PRESET, "Build for fuzzing", targets=["tests_fuzz"])
        self._ctest("fuzz", PRESET, "Parsers of what strangers send, fed at random")

    def _clang_tidy(self):
        self._count(lint.clang_tidy(self.progress))

    def _e2e_pages(self):
        self._script("e2e-pages", "Every page in a real browser", [*E2E, "pages"])

    def _hosts(self):
        self._script("hosts", "On real hosts: bring-up, agent, killed at every step", [*HOSTS, "servers", "kill", "agent"])

    def _installed(self):
        self._script("installed", "The panel on a host of its own", [*HOSTS, "package"])

    def _front_door(self):
        """./dev up builds too, and two builds must not be in one folder at a time."""
        self._built.wait()
        self._script("front-door", "./dev up, and its panel stopped under load", [*HOSTS, "front", "stop"])

    def _e2e_hosts(self):
        self._script("e2e-hosts", "The main job on real hosts, in a real browser", [*E2E, "hosts"])

    def _count(self, found):
        with self._counting:
            self.totals += found

    def _start_images(self):
        """Images of the managed hosts are made while the compiler works; a failure shows when hosts are needed."""
        if demo.unsupported_reason(self._scratch.folder) is None:
            log = open(paths.LOGS / "test-images.log", "wb")
            self._images = tools.start([paths.TESTBED, "image"], stdout=log, stderr=subprocess.STDOUT)

    def _await_images(self):
        with self._awaiting_images:
            if self._images is None:
                return
            with self.progress.stage("await-images", "Images of managed hosts") as stage:
                while self._images.poll() is None:
                    stage.tick()
                    try:
                        self._images.wait(0.2)
                    except subprocess.TimeoutExpired:
                        pass
            failed, self._images = self._images.returncode != 0, None
        if failed:
            raise StageFailed("Images of managed hosts", "could not be made", paths.LOGS / "test-images.log",
                              "check that apt works on this machine")

    def _environment(self, stage, preset):
        return {**self._scratch.environment(stage, preset), **SANITIZER_OPTIONS}

    def _ctest(self, label, preset, title):
        junit = paths.LOGS / f"test-{label}.xml"
        junit.unlink(missing_ok=True)
        argv = ["ctest", "--test-dir", build.folder(preset), "--parallel", 2 * os.cpu_count(), "--output-junit", junit,
                "--output-on-failure"]
        if preset == THREADS_PRESET:
            # GCC 12's runtime does not know the wider address randomisation of newer kernels.
            argv = ["setarch", "--addr-no-randomize", *argv]
        else:
            argv += ["--label-regex", f"^{label}$"]
        with self.progress.stage(label, title) as stage:
            stage.run(argv, env=self._environment(label, preset), limit=LIMIT_SECONDS[label], accept=None)
            self._scratch.end_left_overs(label)
            if not junit.exists():
                raise tools.ToolFailed(argv, "wrote no results")
            found, failures, skips = results.of_junit(junit)
            stage.note = found.line()
            if not found.total:
                raise tools.ToolFailed(argv, f"found no test of the kind {label}")
        _show(failures, skips)
        self._count(found)

    def _testbed(self):
        """The ground the tests of hosts stand on."""
        self._await_images()
        environment = self._environment("testbed", PRESET)
        self._script("testbed", "Test bed", [paths.TESTBED.with_name("selftest.py"), "--subnet",
                                             environment["HOSTELRY_BED_SUBNET"]], environment)

    def _e2e_packages(self):
        with self.progress.stage("e2e-packages", "Packages of the browser tests") as stage:
            frontend.ensure_npm_packages(stage, frontend.E2E)

    def _script(self, name, title, argv, environment=None):
        """A runner of its own, which ends with the line 'N passed, N failed[, N skipped]'."""
        with self.progress.stage(name, title) as stage:
            code = stage.run(argv, cwd=paths.ROOT, env=environment or self._environment(name, PRESET),
                             limit=LIMIT_SECONDS[name], accept=None)
            self._scratch.end_left_overs(name)
            output = stage.log.read_text(errors="replace")
            found = results.of_last_line(output)
            if found is None or (code != 0) != (found.failed > 0):
                raise tools.ToolFailed(argv, f"ended with {code} and without results that fit")
            stage.note = found.line()
        if found.failed or found.skipped:
            print("\n".join(output.splitlines()[-SHOWN_OUTPUT_LINES:]), flush=True)
        self._count(found)


def _show(failures, skips):
    lines = []
    for name, output in failures:
        lines += ["", f"✗ {name}", *(f"    {line}" for line in results.telling_part(output, SHOWN_OUTPUT_LINES))]
    lines += [f"  skipped {name}: {reason}" for name, reason in skips]
    if lines:
        print("\n".join(lines), flush=True)
