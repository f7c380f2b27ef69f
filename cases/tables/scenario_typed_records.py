# SPDX-License-Identifier: GPL-2.0-only
"""Objects that tell the types of their records: each kernel takes them, and writes such records."""

from harness.scenario import Bench, scenario

MKDIR = "@syscall mkdirat AT_FDCWD text:/tmp/typed 0700 ; unlinkat AT_FDCWD text:/tmp/typed 0x200"
ENTERED, LEFT = 1, 2


@scenario(needs="ringbuf syscall-tracepoints")
def records_are_as_their_types_say(bench: Bench) -> None:
    """A ring's are as long as they were written; a perf buffer's end in null bytes."""
    loaded = bench.load("typed_records.c")
    ring, perf = (bench.guest.stream(loaded.tables[name]) for name in ("ring", "perf"))
    for name in ("entered", "left"):
        loaded.filters[name].attach()

    bench.fire(MKDIR)

    entered, stage = ring.stop()
    (left,) = perf.stop()
    comm = b"fire".ljust(16, b"\0")
    assert entered[4:] == bench.u32(ENTERED) + comm
    assert stage == bench.u32(LEFT)
    assert left == entered[:4] + bench.u32(LEFT) + comm + bytes(4)
