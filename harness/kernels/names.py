"""What a user may call a kernel, taken apart; whether it exists is for others to find out."""

import re
from dataclasses import dataclass
from pathlib import Path

from harness.kernels.suites import SUITES
from harness.values.errors import KernelError, UnknownNameError

_PREFIX = "debian:"
_SERIES = re.compile(r"\d+\.\d+")
_RELEASE = re.compile(r"\d+\.\d+[-.+~\w]+")

_FORMS = "debian:6.12, debian:6.12.94, debian:sid, a .deb, or the path of a kernel image"


@dataclass(frozen=True, slots=True)
class DebianSeries:
    """`debian:6.12`: the newest package of that series."""

    series: str


@dataclass(frozen=True, slots=True)
class DebianRelease:
    """`debian:6.12.94`: that release; a full package version or `uname -r` will do too."""

    release: str

    @property
    def series(self) -> str:
        return ".".join(re.split(r"[-.+~]", self.release)[:2])


@dataclass(frozen=True, slots=True)
class DebianSuite:
    """`debian:sid`: the newest kernel of that suite."""

    suite: str


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A .deb on this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A kernel image on this machine."""

    path: Path


DebianName = DebianSeries | DebianRelease | DebianSuite
KernelName = DebianName | PackageFile | ImageFile


def parse_kernel_name(text: str) -> KernelName:
    """The kind of name `text` is; raises UnknownNameError or KernelError.

    >>> parse_kernel_name("debian:6.12")
    DebianSeries(series='6.12')
    """
    if text.startswith(_PREFIX):
        return _parse_debian(text.removeprefix(_PREFIX))
    path = Path(text).expanduser()
    if path.is_dir():
        raise _folder_error(path)
    if not path.exists():
        raise UnknownNameError(
            f"unknown kernel {text!r}: neither a name nor a file", remedy=f"give {_FORMS}"
        )
    return PackageFile(path) if path.suffix == ".deb" else ImageFile(path)


def _parse_debian(name: str) -> DebianName:
    if name in {suite.name for suite in SUITES}:
        return DebianSuite(name)
    if _SERIES.fullmatch(name):
        return DebianSeries(name)
    if _RELEASE.fullmatch(name):
        return DebianRelease(name)
    suites = " ".join(suite.name for suite in SUITES)
    raise UnknownNameError(
        f"unknown kernel 'debian:{name}': neither a version nor a suite",
        remedy=f"give a series (debian:6.12), a release (debian:6.12.94) or a suite: {suites}",
    )


def _folder_error(path: Path) -> KernelError:
    if (path / "Kconfig").is_file():
        return KernelError(
            f"{path} is a kernel source tree, which this command does not build",
            remedy=f"build it first, then give its image, e.g. {path}/arch/x86/boot/bzImage",
        )
    return KernelError(f"{path} is a folder, not a kernel image", remedy=f"give {_FORMS}")
