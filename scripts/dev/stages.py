"""Progress by stage with elapsed time; a failing stage names its log, its last lines and what to do."""

import contextlib
import sys
import threading
import time

import paths
import tools

SHOWN_LINES = 20


class StageFailed(Exception):
    def __init__(self, title, reason, log, advice):
        super().__init__(f"{title}: {reason}")
        self.log = log
        self.advice = advice

    def report(self):
        lines = [f"\nFailed — {self}"]
        if self.log is not None and self.log.exists():
            text = self.log.read_text(errors="replace").splitlines()
            lines += [f"    {line}" for line in text[-SHOWN_LINES:]]
            lines.append(f"The whole log: {self.log}")
        if self.advice:
            lines.append(f"What to do: {self.advice}")
        return "\n".join(lines)


class Stage:
    """One stage of a command."""

    def __init__(self, title, log, tick):
        self.title = title
        self.log = log
        self.note = ""
        self.began = time.monotonic()
        self.tick = tick

    def run(self, argv, **options):
        """Run a tool of this stage; see tools.run."""
        with open(self.log, "ab") as output:
            output.write(f"\n$ {' '.join(str(part) for part in argv)}\n".encode())
            output.flush()
            return tools.run(argv, output, tick=self.tick, **options)


class Progress:
    """All stages of one command, some of them side by side in several threads. What runs is shown on a terminal only."""

    def __init__(self, command):
        self._command = command
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._running = []
        self._shown = 0.0

    @contextlib.contextmanager
    def stage(self, name, title, advice=""):
        """Work under a title; any tool that fails inside becomes a StageFailed that names the log."""
        paths.LOGS.mkdir(parents=True, exist_ok=True)
        log = paths.LOGS / f"{self._command}-{name}.log"
        log.write_bytes(b"")
        stage = Stage(title, log, self._tick)
        with self._lock:
            self._running.append(stage)
        try:
            self._tick()
            yield stage
        except tools.ToolFailed as failure:
            self._end(stage, "✗")
            raise StageFailed(title, str(failure), log, advice) from failure
        except BaseException:
            self._end(stage, "✗")
            raise
        self._end(stage, "✓")

    def _tick(self):
        now = time.monotonic()
        with self._lock:
            if not sys.stdout.isatty() or now - self._shown < 0.5:
                return
            self._shown = now
            shown = ", ".join(f"{stage.title}  {now - stage.began:.0f} s" for stage in self._running)
            print(f"\r\033[K  … {shown}", end="", flush=True)

    def _end(self, stage, mark):
        now = time.monotonic()
        note = f"  ({stage.note})" if stage.note else ""
        with self._lock:
            self._running.remove(stage)
            clear = "\r\033[K" if sys.stdout.isatty() else ""
            print(f"{clear}[{now - self._began:6.1f} s] {mark} {stage.title}  {now - stage.began:.1f} s{note}", flush=True)
