# SPDX-License-Identifier: GPL-2.0-only
"""Lines of bpf_trace_printk come to the host as they are printed, all of them and in order."""

from harness.scenario import Bench, TraceLine, TraceStream, scenario
from harness.values.deadline import Deadline

LINES = 40
# One CPU, because the buffer of each CPU is in order of time, and CPUs' clocks differ a little.
FOLDERS = " ".join(f"/tmp/folder{number}" for number in range(LINES))
MAKE = f"mkdir {FOLDERS}"
REMOVE = f"taskset 1 rmdir {FOLDERS}"


def wait_for(trace: TraceStream, count: int) -> list[TraceLine]:
    """That many lines; fewer if they take too long."""
    lines: list[TraceLine] = []
    deadline = Deadline.after(10)
    while len(lines) < count and not deadline.expired:
        lines += trace.wait(0.2)
    return lines


@scenario(needs="kprobe tracefs")
def lines_come_as_they_are_printed(bench: Bench) -> None:
    """While the filter is still attached and the stream still open."""
    loaded = bench.load("printing.c")
    assert bench.guest.shell(MAKE).wait() == 0
    trace = bench.guest.trace()
    loaded.filters["number_folders"].attach()
    assert bench.guest.shell(REMOVE).wait() == 0

    messages = [line.message for line in wait_for(trace, LINES)]

    assert messages == [f"folder {number} of many" for number in range(LINES)]
    loaded.detach()
    assert bench.guest.shell(f"{MAKE} && {REMOVE}").wait() == 0
    assert trace.stop() == ()


@scenario(needs="kprobe tracefs")
def a_stream_begins_empty(bench: Bench) -> None:
    """What was printed before it began is not in it."""
    loaded = bench.load("printing.c")
    loaded.filters["number_folders"].attach()
    assert bench.guest.shell("mkdir /tmp/a && rmdir /tmp/a").wait() == 0

    trace = bench.guest.trace()
    assert bench.guest.shell("mkdir /tmp/a && rmdir /tmp/a").wait() == 0

    assert [line.message for line in trace.stop()] == ["folder 1 of many"]
