"""The packaged releases that lie between two kernels, in Debian's order, one of each upstream."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.host.debian_version import DebianVersion
from harness.kernels.debian import DebianKernel
from harness.values.errors import UsageError


@dataclass(frozen=True, slots=True)
class Release:
    """One upstream release, and the kernels of the archive that were built from it.

    6.12.90-1, 6.12.90-1~bpo12+1 and 6.12.90-2 are all 6.12.90: testing one of them is enough.
    """

    kernels: tuple[DebianKernel, ...]
    """In the order in which they are to be tried; never empty."""

    @property
    def series(self) -> str:
        return self.kernels[0].series

    @property
    def version(self) -> DebianVersion:
        """The upstream version alone, as what orders releases."""
        return DebianVersion(self.kernels[0].upstream)


def releases_between(
    kernels: Iterable[DebianKernel],
    ends: tuple[DebianKernel, DebianKernel],
    *,
    is_cached: Callable[[DebianKernel], bool],
) -> tuple[Release, ...]:
    """The releases from the older of the ends to the newer; the ends are the very kernels named.

    Of an upstream release the newest revision comes first, unless another one is on this machine
    already. Raises UsageError for ends that are the same kernel.
    """
    older, newer = sorted(ends, key=lambda kernel: kernel.version)
    if older.version == newer.version:
        raise UsageError(
            f"{kernel_name(older)} is both the good and the bad kernel",
            remedy=f"give two; `bpf-harness kernels list --arch {older.arch}` has all of them",
        )
    first, last = Release((older,)), Release((newer,))
    inner: dict[str, dict[str, DebianKernel]] = {}
    for kernel in sorted(kernels, key=lambda kernel: kernel.preference):
        # A later one of the same version is the better flavour of it.
        inner.setdefault(kernel.upstream, {})[kernel.version.text] = kernel
    found = [
        Release(_in_order(list(revisions.values()), is_cached)) for revisions in inner.values()
    ]
    between = [release for release in found if first.version < release.version < last.version]
    return (first, *sorted(between, key=lambda release: release.version), last)


def kernel_name(kernel: DebianKernel) -> str:
    """What the user can type to get this very kernel again."""
    return f"debian:{kernel.version}"


def _in_order(
    revisions: list[DebianKernel], is_cached: Callable[[DebianKernel], bool]
) -> tuple[DebianKernel, ...]:
    newest_first = revisions[::-1]
    return tuple(sorted(newest_first, key=lambda kernel: not is_cached(kernel)))
