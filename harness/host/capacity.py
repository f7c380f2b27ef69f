"""How many guests this machine can run at once."""

import os
from pathlib import Path

# QEMU itself: its code, devices, and the translated code that software emulation keeps.
_QEMU_MIB = 256

_MEMINFO = Path("/proc/meminfo")


def guests_at_once(guest_mib: int) -> int:
    """One a core, as far as the memory goes that is free now; never less than one."""
    return guests_that_fit(os.cpu_count() or 1, available_mib(_MEMINFO.read_text()), guest_mib)


def guests_that_fit(cores: int, free_mib: int, guest_mib: int) -> int:
    """A guest under emulation keeps a core busy; its memory may come to be used to the last page.

    >>> guests_that_fit(8, 4096, 512)
    5
    """
    return max(1, min(cores, free_mib // (guest_mib + _QEMU_MIB)))


def available_mib(meminfo: str) -> int:
    """What /proc/meminfo calls available: free, or given back without swapping.

    >>> available_mib("MemTotal: 8192 kB\\nMemAvailable: 4096 kB\\n")
    4
    """
    for line in meminfo.splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) // 1024
    return 0
