"""What a user may call a kernel, taken apart; whether it exists is for others to find out."""

import re
from dataclasses import dataclass
from pathlib import Path

from harness.kernels.flavours import DEFAULT_FLAVOUR, Flavour, find_flavour
from harness.kernels.source_tree import is_source_tree
from harness.kernels.suites import SUITES
from harness.values.errors import KernelError, UnknownNameError, UsageError

_PREFIX = "debian:"
_SERIES = re.compile(r"\d+\.\d+")
_RELEASE = re.compile(r"\d+\.\d+[-.+~\w]+")

_FORMS = (
    "debian:6.12, debian:6.12.94, debian:sid, a .deb, the path of a kernel image, "
    "or a kernel source tree"
)


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


@dataclass(frozen=True, slots=True)
class TreeFolder:
    """`/path/to/linux`, or `/path/to/linux:debug`: a source tree, to be built as that flavour."""

    path: Path
    flavour: Flavour = DEFAULT_FLAVOUR


DebianName = DebianSeries | DebianRelease | DebianSuite
KernelName = DebianName | PackageFile | ImageFile | TreeFolder


def parse_kernel_name(text: str) -> KernelName:
    """The kind of name `text` is; raises UnknownNameError or KernelError.

    >>> parse_kernel_name("debian:6.12")
    DebianSeries(series='6.12')
    """
    if text.startswith(_PREFIX):
        return _parse_debian(text.removeprefix(_PREFIX))
    path = Path(text).expanduser()
    if path.is_dir():
        return _parse_folder(path)
    if (tree := _flavoured_tree(text)) is not None:
        return tree
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


def with_flavour(names: tuple[str, ...], flavour: str | None) -> tuple[str, ...]:
    """The source trees among the names with that flavour; raises UsageError if none is a tree.

    >>> with_flavour(("debian:6.12",), None)
    ('debian:6.12',)
    """
    if flavour is None:
        return names
    find_flavour(flavour)
    trees = [name for name in names if is_source_tree(Path(name).expanduser())]
    if not trees:
        raise UsageError(
            f"flavour {flavour} is for a kernel that is built, and {' '.join(names)} is not",
            remedy="give the path of a kernel source tree",
        )
    return tuple(f"{name}:{flavour}" if name in trees else name for name in names)


def _parse_folder(path: Path) -> TreeFolder:
    if is_source_tree(path):
        return TreeFolder(path)
    raise KernelError(
        f"{path} is a folder, but neither a kernel image nor a kernel source tree",
        remedy=f"give {_FORMS}",
    )


def _flavoured_tree(text: str) -> TreeFolder | None:
    folder, _, flavour = text.rpartition(":")
    path = Path(folder).expanduser()
    if not folder or not is_source_tree(path):
        return None
    return TreeFolder(path, find_flavour(flavour))
