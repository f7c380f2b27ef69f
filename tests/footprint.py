"""What our process holds: children, threads, descriptors, files and memory."""

import os
import statistics
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SELF = Path("/proc/self")

# So many at each end, of which the middle one counts: one allocation more or less is no leak.
_SAMPLES = 10
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True, slots=True)
class Footprint:
    """What must be the same before and after; zombies are children, too."""

    child: frozenset[str]
    """`4711 (qemu-system-x86)`"""

    thread: frozenset[str]
    descriptor: frozenset[str]
    """`7 -> socket:[4711]`"""

    file: frozenset[str]
    """Of the folders that were named."""

    def beyond(self, earlier: "Footprint") -> list[str]:
        """What has come since, and stayed."""
        return [
            f"{kind} {one}"
            for kind in self.__slots__
            for one in sorted(getattr(self, kind) - getattr(earlier, kind))
        ]


def footprint(*folders: Path) -> Footprint:
    """Of this moment; `folders` are those in which files are counted."""
    return Footprint(
        children(),
        frozenset(f"{thread.name} ({thread.native_id})" for thread in threading.enumerate()),
        descriptors(),
        frozenset(str(path) for folder in folders for path in folder.rglob("*")),
    )


def children() -> frozenset[str]:
    """`4711 (qemu-system-x86)`: proc_pid_stat(5)."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            name, _, rest = (entry / "stat").read_text().rpartition(")")
        except OSError:
            continue
        if int(rest.split()[1]) == os.getpid():
            found.add(f"{name})")
    return frozenset(found)


def descriptors() -> frozenset[str]:
    """All but the one that the looking takes."""
    found = set()
    for entry in os.listdir(_SELF / "fd"):  # noqa: PTH208 - iterdir() opens no other
        try:
            target = os.readlink(_SELF / "fd" / entry)  # noqa: PTH115 - sockets are no paths
        except OSError:
            continue
        found.add(f"{entry} -> {target}")
    return frozenset(found)


def memory_kib() -> int:
    """Resident memory of our process."""
    return int((_SELF / "statm").read_text().split()[1]) * _PAGE_KIB


def growth_kib(memory: Sequence[int]) -> float:
    """From sample to sample, between the first few and the last few."""
    first, last = memory[:_SAMPLES], memory[-_SAMPLES:]
    return (statistics.median(last) - statistics.median(first)) / max(1, len(memory) - _SAMPLES)
