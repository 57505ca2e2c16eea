"""The base image and the layers on top of it: lower folders for the hosts' overlays."""

from . import cache, mirror, repository
from .command import run

# A mount namespace of its own: killed anywhere, the work leaves no mount behind.
_OWN_MOUNTS = ("unshare", "--mount", "--propagation", "private", "--fork", "--kill-child")

_LAYER_SCRIPT = r"""
set -eu
base=$1 upper=$2 work=$3 root=$4 packages=$5; shift 5
mount -t overlay overlay -o "lowerdir=$base,upperdir=$upper,workdir=$work" "$root"
mkdir -p "$root/run/bed-packages"
mount --bind "$packages" "$root/run/bed-packages"
mount -t proc proc "$root/proc"
mount -t devtmpfs dev "$root/dev" 2>/dev/null || mount --rbind /dev "$root/dev"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"; chmod 755 "$root/usr/sbin/policy-rc.d"
echo 'deb [trusted=yes] file:/run/bed-packages ./' >"$root/etc/apt/sources.list"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
chroot "$root" apt-get -q update
chroot "$root" apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io install "$@"
chroot "$root" apt-get clean
rm -rf "$root/usr/sbin/policy-rc.d" "$root/var/lib/apt/lists/"*
: >"$root/etc/apt/sources.list"
"""


def base_key():
    return cache.key(cache.package_names("base.txt"), [line.split()[2] for line in mirror.source_lines()])


def ensure_base(say):
    """The folder with a plain, never booted Debian 12."""
    return cache.ensure(f"base-{base_key()}", _make_base, say)


def _make_base(folder):
    options = [f"--aptopt={setting}" for setting in mirror.apt_options()]
    run(*_OWN_MOUNTS, "mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(cache.package_names('base.txt'))}",
        "--dpkgopt=force-unsafe-io", *options, "bookworm", folder, *mirror.source_lines(), timeout=1200)
    folder.chmod(0o755)
    for identity in [*folder.glob("etc/ssh/ssh_host_*"), folder / "etc/machine-id"]:
        identity.unlink(missing_ok=True)
    (folder / "etc/apt/sources.list").write_text("")


def ensure_lowers(role, say):
    """The folders, uppermost first, that make up a host of this role."""
    base = ensure_base(say)
    if role == "bare":
        return [base]
    packages = cache.package_names(f"layer-{role}.txt")
    name = f"{role}-{cache.key(base.name, repository.repository_key(), packages)}"
    return [cache.ensure(name, lambda folder: _make_layer(folder, base, packages, say), say) / "upper", base]


def _make_layer(folder, base, packages, say):
    debian = repository.ensure_debian(base, say)
    parts = [folder / part for part in ("upper", "work", "root")]
    for part in parts:
        part.mkdir()
    run(*_OWN_MOUNTS, "bash", "-c", _LAYER_SCRIPT, "make-layer", base, *parts, debian, *packages, timeout=1200)
