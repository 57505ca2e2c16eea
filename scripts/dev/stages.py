"""Progress by stage with elapsed time; a failing stage names its log, its last lines and what to do."""

import contextlib
import sys
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
    """One stage of a command. Without a terminal only its end is printed."""

    def __init__(self, title, log, began):
        self.title = title
        self.log = log
        self.note = ""
        self._began = began
        self._own_began = time.monotonic()
        self._shown = 0.0

    def tick(self):
        if sys.stdout.isatty() and time.monotonic() - self._shown > 0.5:
            self._shown = time.monotonic()
            print(f"\r\033[K  … {self.title}  {time.monotonic() - self._own_began:.0f} s", end="", flush=True)

    def run(self, argv, **options):
        """Run a tool of this stage; see tools.run."""
        with open(self.log, "ab") as output:
            output.write(f"\n$ {' '.join(str(part) for part in argv)}\n".encode())
            output.flush()
            return tools.run(argv, output, tick=self.tick, **options)

    def end(self, mark):
        if sys.stdout.isatty():
            print("\r\033[K", end="")
        now = time.monotonic()
        note = f"  ({self.note})" if self.note else ""
        print(f"[{now - self._began:6.1f} s] {mark} {self.title}  {now - self._own_began:.1f} s{note}", flush=True)


class Progress:
    """All stages of one command."""

    def __init__(self, command):
        self._command = command
        self._began = time.monotonic()

    @contextlib.contextmanager
    def stage(self, name, title, advice=""):
        """Work under a title; any tool that fails inside becomes a StageFailed that names the log."""
        paths.LOGS.mkdir(parents=True, exist_ok=True)
        log = paths.LOGS / f"{self._command}-{name}.log"
        log.write_bytes(b"")
        stage = Stage(title, log, self._began)
        try:
            stage.tick()
            yield stage
        except tools.ToolFailed as failure:
            stage.end("✗")
            raise StageFailed(title, str(failure), log, advice) from failure
        except BaseException:
            stage.end("✗")
            raise
        stage.end("✓")
