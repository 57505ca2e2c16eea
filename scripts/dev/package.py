"""./dev package: the panel as a Debian package."""

import build
import frontend
import packages
from stages import Progress

PRESET = "release"


def package(_options):
    progress = Progress("package")
    packages.ensure(progress, packages.BUILD)
    frontend.ensure(progress)
    build.ensure(progress, PRESET, "Build for speed, and the package", targets=["hostelry_deb"])
    made = max((build.folder(PRESET) / "packages").glob("hostelry_*.deb"), key=lambda file: file.stat().st_mtime)
    print(f"\n{made}\nInstall it: apt install {made}\nThen: hostelry setup")
