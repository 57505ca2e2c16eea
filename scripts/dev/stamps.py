"""Stamps: what a step was last done with, so that the next run can leave it out."""

import hashlib

import paths


def digest_of(*files, extra=()):
    """A hash over the files' paths and contents and the extra words."""
    digest = hashlib.sha256("\0".join(extra).encode())
    for file in sorted(files):
        digest.update(f"\0{file}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_current(name, digest):
    path = paths.STAMPS / name
    return path.exists() and path.read_text() == digest


def write(name, digest):
    paths.STAMPS.mkdir(parents=True, exist_ok=True)
    (paths.STAMPS / name).write_text(digest)
