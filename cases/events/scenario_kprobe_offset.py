# SPDX-License-Identifier: GPL-2.0-only
"""A kprobe inside a function: at an instruction that is not where it is entered.

Where instructions begin is the kernel's to say: where they differ in length it decodes the function
from its beginning (can_probe() of x86 and s390, arch_check_kprobe() of riscv), and elsewhere it
refuses what is not aligned. shmem_mkdir() does little but call another function: all that is before
the call is run once for each of its own calls.
"""

import errno

from harness.guest.filters import Filter
from harness.scenario import Bench, RefusedError, scenario

FUNCTION = "shmem_mkdir"
# Behind the instructions that ftrace changes, and those that set up the TOC of powerpc.
FIRST, LAST = 20, 40
NO_BEGINNING = (errno.EILSEQ, errno.EINVAL)
# By how much the trap that the kernel has put there may have moved the processor on: int3 has one
# byte, s390's two.
TRAP = 2


def refusal(found: Filter, offset: int) -> int:
    """The errno with which the kernel refuses that place in the function, or 0."""
    try:
        found.attach(f"kprobe/{FUNCTION}+{offset}")
    except RefusedError as error:
        return error.errno or 0
    return 0


def address(bench: Bench) -> int:
    shell = bench.guest.shell(f"grep ' {FUNCTION}$' /proc/kallsyms")
    assert shell.wait() == 0
    return int(shell.output.split()[0], 16)


@scenario(needs="kprobe-inside")
def filter_runs_inside_of_a_function(bench: Bench) -> None:
    """Once for each call, and the registers say where."""
    loaded = bench.load("inside.c")
    refused = []
    for offset in range(FIRST, LAST):
        refused.append(refusal(loaded.filters["note_place"], offset))
        if not refused[-1]:
            break
    assert bench.guest.shell("mkdir /tmp/a /tmp/b /tmp/c && rmdir /tmp/a /tmp/b /tmp/c").wait() == 0

    assert set(refused[:-1]) <= set(NO_BEGINNING)
    ((place, times),) = loaded.tables["places"].dump()
    assert bench.number(times) == 3
    moved = bench.number(place) - address(bench) - offset
    assert 0 <= moved <= TRAP, f"{moved} bytes behind {FUNCTION}+{offset}"


@scenario(needs="kprobe-inside")
def half_an_instruction_has_no_place_for_a_filter(bench: Bench) -> None:
    """On no machine has an instruction one byte there."""
    assert refusal(bench.load("inside.c").filters["note_place"], 1) in NO_BEGINNING
