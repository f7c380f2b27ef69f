"""Which kernels Debian's archive has for an architecture, read from its package lists."""

import logging
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness.host.apt_archive import AptArchive, Package
from harness.host.debian_version import DebianVersion
from harness.kernels.names import DebianName, DebianRelease, DebianSeries, DebianSuite
from harness.kernels.suites import ALL_SUITES, may_carry, search_stages
from harness.values.arch import Arch
from harness.values.errors import DownloadError, NoPackageError

_log = logging.getLogger(__name__)

# The part of a release before the flavour: 6.1.0-44, 6.12.94+deb13, 5.10.0-0.deb11.3, 7.3.
_NAME = re.compile(r"linux-image-(?P<base>\d[\w.+~]*(?:-(?:rc)?\d[\w.+~]*)?)-(?P<flavour>[a-z].*)")

# Since 6.19 linux-image-* is empty and depends on these.
_SPLIT_PARTS = ("binary", "modules", "base")

_LISTS_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class DebianKernel:
    """One kernel of the archive: enough to download it, nothing of it downloaded yet."""

    arch: Arch
    release: str
    """`uname -r`, as the package name promises it."""

    flavour: str
    version: DebianVersion
    suite: str
    packages: tuple[Package, ...]

    @property
    def upstream(self) -> str:
        """`6.12.94`: what goes after `debian:`."""
        return self.version.upstream

    @property
    def series(self) -> str:
        """`6.12`: what goes after `debian:` for the newest of its kind."""
        return ".".join(re.split(r"[.~]", self.upstream)[:2])

    @property
    def preference(self) -> tuple[DebianVersion, int]:
        """Sorts last what is to be taken first: newest, then best flavour."""
        return self.version, -self.arch.kernel_flavours.index(self.flavour)

    def answers(self, name: DebianName) -> bool:
        """Whether `name` may mean this kernel."""
        match name:
            case DebianSeries(series):
                return self.series == series
            case DebianRelease(release):
                return release in (self.upstream, self.version.text, self.release)
            case DebianSuite(suite):
                return self.suite == suite


def find_kernels(
    archive: AptArchive, arch: Arch, suites: Iterable[str] = ALL_SUITES
) -> tuple[DebianKernel, ...]:
    """All kernels of the suites, oldest first.

    A suite whose lists cannot be fetched is left out with a warning, unless all of them are.
    """
    suites = tuple(suites)
    found, failures = _search(archive, arch, suites)
    if failures and len(failures) == len(suites):
        raise failures[suites[0]]
    return found


def choose_kernel(
    archive: AptArchive, arch: Arch, name: DebianName, gone: Iterable[DebianKernel] = ()
) -> DebianKernel:
    """The kernel that `name` means today; raises NoPackageError listing what exists.

    `gone` are those that the lists name and the mirror does not have. Raises DownloadError where
    it may be in a suite whose lists could not be fetched.
    """
    lost = {(kernel.release, kernel.version.text) for kernel in gone}
    seen: list[DebianKernel] = []
    missing: list[DownloadError] = []
    for suites in _stages(name):
        kernels, failures = _search(archive, arch, suites)
        kernels = tuple(k for k in kernels if (k.release, k.version.text) not in lost)
        fitting = [kernel for kernel in kernels if kernel.answers(name)]
        if fitting:
            return fitting[-1]
        seen.extend(kernels)
        missing += [error for suite, error in failures.items() if _may_hold(suite, name)]
    if missing:
        raise missing[0]
    raise _unknown(arch, name, seen)


def _search(
    archive: AptArchive, arch: Arch, suites: tuple[str, ...]
) -> tuple[tuple[DebianKernel, ...], dict[str, DownloadError]]:
    """The kernels of the suites, oldest first; and which could not be searched, and why."""
    with ThreadPoolExecutor(_LISTS_AT_ONCE) as pool:
        results = list(pool.map(lambda suite: _try_suite(archive, arch, suite), suites))
    failures = {
        suite: result
        for suite, result in zip(suites, results, strict=True)
        if isinstance(result, DownloadError)
    }
    if len(failures) < len(suites):
        for failure in failures.values():
            _log.warning("%s", failure)
    found = [kernel for result in results if isinstance(result, tuple) for kernel in result]
    return tuple(sorted(found, key=lambda kernel: kernel.preference)), failures


def parse_kernels(
    arch: Arch,
    suite: str,
    names: Iterable[str],
    versions: Callable[[tuple[str, ...]], tuple[Package, ...]],
) -> tuple[DebianKernel, ...]:
    """The kernels among package `names`; `versions` gives the packages of some names."""
    all_names = frozenset(names)
    wanted: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    for name in all_names:
        parts = _packages_of(arch, name, all_names)
        if parts is not None:
            wanted[name] = parts
    by_name: dict[str, list[Package]] = {}
    for package in versions(tuple(sorted({p for parts in wanted.values() for p in parts[2]}))):
        by_name.setdefault(package.name, []).append(package)
    return tuple(
        kernel
        for release, flavour, parts in wanted.values()
        for kernel in _complete(arch, suite, release, flavour, [by_name.get(p, []) for p in parts])
    )


def _try_suite(
    archive: AptArchive, arch: Arch, suite: str
) -> tuple[DebianKernel, ...] | DownloadError:
    try:
        names = archive.names(arch, suite, "linux-")
        return parse_kernels(
            arch, suite, names, lambda wanted: archive.packages(arch, suite, wanted)
        )
    except DownloadError as error:
        return error


def _may_hold(suite: str, name: DebianName) -> bool:
    """Whether a kernel of that name may be in the suite, as far as one knows without its lists."""
    return isinstance(name, DebianSuite) or may_carry(suite, name.series)


def _stages(name: DebianName) -> tuple[tuple[str, ...], ...]:
    if isinstance(name, DebianSuite):
        return ((name.suite,),)
    return search_stages(name.series)


def _packages_of(
    arch: Arch, name: str, all_names: frozenset[str]
) -> tuple[str, str, tuple[str, ...]] | None:
    """(release, flavour, names of the packages that hold it) of a linux-image package.

    None for what is no kernel we boot: debug symbols, unsigned images, real-time flavours, and
    metapackages, whose names lack the third number and which have no split parts.
    """
    match = _NAME.fullmatch(name)
    if match is None or match["flavour"] not in arch.kernel_flavours:
        return None
    release = f"{match['base']}-{match['flavour']}"
    split = tuple(f"linux-{part}-{release}" for part in _SPLIT_PARTS)
    if all_names.issuperset(split):
        return release, match["flavour"], split
    if not all_names.isdisjoint(split):
        # An older one in backports, whose modules and config the archive has let go: what it calls
        # linux-image then holds no kernel.
        return None
    if match["base"].count(".") < 2:
        return None
    return release, match["flavour"], (name,)


def _complete(
    arch: Arch, suite: str, release: str, flavour: str, parts: list[list[Package]]
) -> Iterable[DebianKernel]:
    """One kernel for each version that all parts have."""
    for first in parts[0]:
        same = [p for part in parts for p in part if p.version == first.version]
        if len(same) == len(parts):
            yield DebianKernel(arch, release, flavour, first.version, suite, tuple(same))


def _unknown(arch: Arch, name: DebianName, seen: list[DebianKernel]) -> NoPackageError:
    match name:
        case DebianSeries(text) | DebianRelease(text) | DebianSuite(text):
            wanted = text
    near = name.series if isinstance(name, DebianRelease) else None
    releases = {k.upstream: None for k in sorted(seen, key=lambda k: k.preference)}
    of_series = [r for r in releases if near is not None and r.startswith(f"{near}.")]
    have = of_series or list(dict.fromkeys(k.series for k in sorted(seen, key=lambda k: k.version)))
    exists = " ".join(f"debian:{text}" for text in have) or "none for this architecture"
    return NoPackageError(
        f"unknown kernel 'debian:{wanted}' for {arch}: the archive has no such package",
        tuple(have),
        remedy=f"what exists: {exists}; `bpf-harness kernels list --arch {arch}` tells more",
    )
