"""Running programs: argument lists only, and an error that shows what the program said."""

import subprocess


class BedError(Exception):
    """What went wrong and what to do, for a person."""


def run(*argv, check=True, stdin=None, env=None, timeout=600):
    """Run a program to its end and return what it printed; raise BedError when it fails."""
    done = subprocess.run(
        [str(a) for a in argv], input=stdin, env=env, timeout=timeout, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        **({} if stdin is not None else {"stdin": subprocess.DEVNULL}))
    if check and done.returncode != 0:
        last_lines = "\n".join(done.stdout.splitlines()[-15:])
        raise BedError(f"{' '.join(str(a) for a in argv)} ended with {done.returncode}:\n{last_lines}")
    return done.stdout


def succeeds(*argv, timeout=60):
    """Whether a program ends with 0; its output is dropped."""
    done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, timeout=timeout,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0
