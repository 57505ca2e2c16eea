"""The flat apt repositories of a bed: Debian's packages, collected once, and a slot for our own."""

import gzip
import os
import pathlib
import shutil

from . import cache, mirror
from .command import BedError, run


def repository_key():
    return cache.key(cache.package_names("repository.txt"), cache.package_names("base.txt"),
                     [line.split()[2] for line in mirror.source_lines()])


def ensure_debian(base, say):
    """The folder with every package of recipe/repository.txt and what it needs beyond the base image."""
    return cache.ensure(f"repository-{repository_key()}", lambda folder: _collect(folder, base), say)


def _collect(folder, base):
    state = folder / "collect"
    for part in ("lists/partial", "archives/partial", "etc"):
        (state / part).mkdir(parents=True)
    (state / "etc/sources.list").write_text("\n".join(mirror.source_lines()) + "\n")
    places = {
        "Dir::State::Lists": state / "lists", "Dir::State::status": base / "var/lib/dpkg/status",
        "Dir::State::extended_states": state / "extended_states", "Dir::Cache::Archives": state / "archives",
        "Dir::Cache::pkgcache": "", "Dir::Cache::srcpkgcache": "", "Dir::Etc::SourceList": state / "etc/sources.list",
        "Dir::Etc::SourceParts": "/nonexistent", "Dir::Etc::Preferences": "/nonexistent",
        "Dir::Etc::PreferencesParts": "/nonexistent", "APT::Sandbox::User": "root", "Debug::NoLocking": "true",
    }
    options = [part for name, value in places.items() for part in ("-o", f"{name}={value}")]
    run("apt-get", *options, "-q", "update", timeout=600)
    run("apt-get", *options, "-q", "-y", "--no-install-recommends", "--download-only", "install",
        *cache.package_names("repository.txt"), timeout=1200)
    for package in (state / "archives").glob("*.deb"):
        package.rename(folder / package.name.replace("%3a", "."))
    shutil.rmtree(state)
    index(folder)


def index(folder):
    """Write Packages and Release anew; readers see the old or the new set."""
    packages = run("env", "-C", folder, "apt-ftparchive", "packages", ".", timeout=300)
    _replace(folder / "Packages", packages.encode())
    _replace(folder / "Packages.gz", gzip.compress(packages.encode()))
    (folder / "Release").unlink(missing_ok=True)
    _replace(folder / "Release", run("env", "-C", folder, "apt-ftparchive", "release", ".").encode())


def _replace(path, content):
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content)
    os.replace(fresh, path)


def ensure_local(folder):
    """The bed's own repository, which starts empty."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "Release").exists():
        index(folder)
    return folder


def add(folder, package):
    """Offer one more .deb to the hosts; an older version of the same package gives way."""
    package = pathlib.Path(package)
    if package.suffix != ".deb" or not package.is_file():
        raise BedError(f"{package} is not a Debian package file.")
    name = run("dpkg-deb", "--field", package, "Package").strip()
    for older in folder.glob(f"{name}_*.deb"):
        older.unlink()
    shutil.copyfile(package, folder / package.name)
    index(folder)
