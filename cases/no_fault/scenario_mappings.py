# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel itself has mapped: the guard page behind each area of vmalloc(), and devices.

/proc/vmallocinfo shows where they are to root while kernel.kptr_restrict is 1.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from harness.scenario import Bench, scenario

RESTRICT = "/proc/sys/kernel/kptr_restrict"
AREA = re.compile(r"0x([0-9a-f]+)-0x([0-9a-f]+)\s+\d+ (.*)")
REFUSED = 1
MOST = 60


@contextmanager
def addresses_shown(bench: Bench) -> Iterator[None]:
    before = bench.guest.read_file(RESTRICT, 16)
    bench.guest.write_file(RESTRICT, "1")
    yield
    bench.guest.write_file(RESTRICT, before)


def areas(bench: Bench) -> dict[int, tuple[int, str]]:
    """End and description of each area by its start.

    Without per-CPU memory and what was mapped at boot by its place (the kernel's own image, the
    I/O tables of arm): those have no guard.
    """
    lines = bench.guest.read_file("/proc/vmallocinfo").decode().splitlines()
    found = [match for line in lines if (match := AREA.match(line))]
    return {
        int(match[1], 16): (int(match[2], 16), match[3])
        for match in found
        if not re.search("pcpu|iotable_init", match[3]) and re.search("ioremap|pages=", match[3])
    }


@scenario(needs="vmallocinfo")
def the_page_behind_each_area(bench: Bench) -> None:
    """Of those that are still there after the reads: others may have come to their place."""
    loaded = bench.load("mappings.c")
    with addresses_shown(bench):
        before = dict(list(areas(bench).items())[:MOST])
        answers = {
            start: loaded.filters["read_nothing"].run(ctx=bench.u64(end - 8)).retval
            for start, (end, _) in before.items()
        }
        after = areas(bench)

    kept = {start: answer for start, answer in answers.items() if after.get(start) == before[start]}
    assert kept
    assert [before[start] for start, answer in kept.items() if answer != REFUSED] == []


def read_devices(bench: Bench, name: str) -> None:
    loaded = bench.load("mappings.c")
    with addresses_shown(bench):
        devices = [start for start, (_, what) in areas(bench).items() if "ioremap" in what]
        assert devices
        for start in devices:
            run = loaded.filters[name].run(ctx=bench.u64(start))
            assert (run.errno, run.retval) == (0, 0)


@scenario(needs="ioremap")
def first_registers_of_devices(bench: Bench) -> None:
    """What they answer is theirs."""
    read_devices(bench, "read_register")


@scenario(needs="ioremap device-errors")
def first_registers_of_devices_in_other_widths(bench: Bench) -> None:
    """Tables of MSI-X know no reads of one byte or two; what the bus says then is an error."""
    read_devices(bench, "read_register_in_other_widths")
