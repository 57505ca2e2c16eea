"""Sums of test results: cases, not programs."""

import dataclasses
import re
import xml.etree.ElementTree


@dataclasses.dataclass
class Results:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Results(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def line(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"

    @property
    def total(self):
        return self.passed + self.failed + self.skipped


def of_junit(file):
    """(Results, [(name, output) of each failed case], [(name, reason) of each skipped one]) of a ctest JUnit file."""
    results, failures, skips = Results(), [], []
    for case in xml.etree.ElementTree.parse(file).getroot().iter("testcase"):
        name, output = case.get("name"), case.findtext("system-out") or ""
        if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            if _never_ran(output):
                results.failed += 1
                failures.append((name, output or "was not built or could not be started"))
            else:
                results.skipped += 1
                skips.append((name, _skip_reason(output)))
        elif case.get("status") == "fail" or case.find("failure") is not None:
            results.failed += 1
            failures.append((name, output))
        else:
            results.passed += 1
    return results, failures, skips


def telling_part(output, count):
    """The lines to show of a failed test: from the first complaint of a check or a sanitizer on, else the last ones."""
    lines = output.splitlines()
    complaint = re.compile(r": Failure$|(ERROR|WARNING): \w+Sanitizer: |: runtime error: ")
    first = next((number for number, line in enumerate(lines) if complaint.search(line)), None)
    return lines[-count:] if first is None else lines[first:first + count]


def _never_ran(output):
    """ctest reports a program that is missing as not run; a skipping test has always printed something."""
    return not output.strip() or "Unable to find executable" in output


def _skip_reason(output):
    """gtest prints the reason on the line after 'Skipped'."""
    found = re.search(r"(?:: Skipped)\n(.+)", output)
    return found[1].strip() if found else ""


def of_last_line(text):
    """Results of a runner that ends with 'N passed, N failed[, N skipped]'; None when it did not."""
    for line in reversed(text.splitlines()):
        found = re.fullmatch(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?", line.strip())
        if found:
            return Results(int(found[1]), int(found[2]), int(found[3] or 0))
        if line.strip():
            return None
    return None
