"""The distribution's SSH servers for an architecture, with the libraries they need, unpacked.

For guests that stand in for a machine that is not ours; nothing is installed.
"""

import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from harness.host.apt_archive import AptArchive
from harness.host.cache import cache_root
from harness.host.commands import Runner, run_command
from harness.host.package_folders import PackageFolders, Recipe
from harness.values.arch import Arch


@dataclass(frozen=True, slots=True)
class SshSoftware:
    """One of the servers that there are."""

    name: str
    packages: tuple[str, ...]
    programs: tuple[str, ...]
    """Where they are in the packages, and in the guest."""

    libraries: tuple[str, ...]
    """All that the programs and these libraries are linked with."""

    command: str
    """Serves until it is killed."""

    host_key: str
    """Where it looks for its private key, in its own form."""

    texts: tuple[tuple[str, str], ...] = ()
    """What it reads, by its place."""


DROPBEAR = SshSoftware(
    "dropbear",
    ("dropbear-bin", "libc6", "libcrypt1", "libgmp10", "libtomcrypt1", "libtommath1", "zlib1g"),
    ("usr/sbin/dropbear",),
    (
        *("libc.so.6", "libcrypt.so.1", "libgmp.so.10"),
        *("libtomcrypt.so.1", "libtommath.so.1", "libz.so.1"),
    ),
    "dropbear -F -E -s -j -k -r /etc/ssh/host_key",
    "etc/ssh/host_key",
)

OPENSSH = SshSoftware(
    "openssh",
    (
        *("openssh-server", "libaudit1", "libc6", "libcap-ng0", "libcrypt1", "libpam0g"),
        *("libpcre2-8-0", "libselinux1", "libsqlite3-0", "libssl3t64", "libwrap0"),
        *("libwtmpdb0", "libzstd1", "zlib1g"),
    ),
    ("usr/sbin/sshd", "usr/lib/openssh/sshd-auth", "usr/lib/openssh/sshd-session"),
    (
        *("libaudit.so.1", "libc.so.6", "libcap-ng.so.0", "libcrypt.so.1", "libcrypto.so.3"),
        *("libm.so.6", "libpam.so.0", "libpcre2-8.so.0", "libselinux.so.1", "libsqlite3.so.0"),
        *("libwrap.so.0", "libwtmpdb.so.0", "libz.so.1", "libzstd.so.1"),
    ),
    "mkdir -p /run/sshd; /usr/sbin/sshd -D -e",
    "etc/ssh/host_key",
    (("etc/ssh/sshd_config", "HostKey /etc/ssh/host_key\nPasswordAuthentication no\n"),),
)

_LOADERS = "ld*.so.*"


@dataclass(frozen=True, slots=True)
class SshServer:
    """Files by their place in the guest, without a slash before it."""

    key: str
    """Names the exact packages."""

    software: SshSoftware
    files: tuple[tuple[str, Path], ...]


@dataclass(frozen=True)
class SshServerStore:
    """A server in this machine's cache. One that is there stays in use."""

    software: SshSoftware = DROPBEAR
    folder: Path = field(default_factory=lambda: cache_root() / "ssh-servers")
    archive: AptArchive = field(default_factory=AptArchive)
    runner: Runner = run_command

    def get(self, arch: Arch) -> SshServer:
        """The server for `arch`, downloaded and unpacked the first time."""
        software = self.software
        kept = software.programs + software.libraries
        recipe = Recipe(software.packages, keep=partial(_keep, software), kept=kept)
        path = PackageFolders(self.folder, recipe, self.archive, self.runner).get(arch)
        return SshServer(path.name, software, _files(software, path, arch))


def _keep(software: SshSoftware, unpacked: Path, folder: Path, arch: Arch) -> None:
    libraries = unpacked / "usr" / "lib" / arch.triple
    programs = (unpacked / program for program in software.programs)
    needed = (libraries / name for name in software.libraries)
    for path in (*programs, *needed, *libraries.glob(_LOADERS)):
        shutil.copyfile(path, folder / path.name)


def _files(software: SshSoftware, folder: Path, arch: Arch) -> tuple[tuple[str, Path], ...]:
    """Where the loader of a multiarch distribution looks; lib64 is lib in the guest."""
    libraries = ((f"lib/{arch.triple}/{name}", folder / name) for name in software.libraries)
    loaders = ((f"lib/{path.name}", path) for path in sorted(folder.glob(_LOADERS)))
    programs = ((program, folder / Path(program).name) for program in software.programs)
    return (*programs, *libraries, *loaders)
