"""Where things are in a checkout."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
LOGS = pathlib.Path(os.environ.get("HOSTELRY_DEV_LOGS", BUILD / "log"))  # Tests of ./dev itself have their own.
STAMPS = BUILD / "stamps"
TESTBED = ROOT / "testbed" / "testbed.py"

sys.path.append(str(ROOT / "testbed"))  # For bed.processes and bed.waiting, which serve here as well.
