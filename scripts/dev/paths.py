"""Where things are in a checkout."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
LOGS = BUILD / "log"
STAMPS = BUILD / "stamps"
TESTBED = ROOT / "testbed" / "testbed.py"

sys.path.append(str(ROOT / "testbed"))  # For bed.processes and bed.waiting, which serve here as well.
