# SPDX-License-Identifier: GPL-2.0-only
"""Lines from both CPUs at each system call, faster than anybody reads them."""

import re

from harness.scenario import Bench, scenario
from harness.values.deadline import Deadline

SYSTEM_CALLS = "while :; do echo; done > /dev/null"
LONG_ENOUGH_S = 0.5
LINE = re.compile(r"call of CPU \d\.")


@scenario(needs="tracefs two-cpus interpreted-helpers")
def a_flood_of_lines_from_both_cpus(bench: Bench) -> None:
    """What there is no room for is lost; each line that comes is whole, and the guest answers."""
    loaded = bench.load("printing.c")
    trace = bench.guest.trace()
    loaded.filters["print_always"].attach()
    work = [bench.guest.shell(f"taskset {mask} sh -c '{SYSTEM_CALLS}'") for mask in (1, 2)]
    deadline = Deadline.after(LONG_ENOUGH_S)
    while not deadline.expired:
        trace.wait(0.1)
        assert bench.guest.health().boot_id
    loaded.detach()
    for one in work:
        one.kill()
        one.wait()
    lines = [line.message for line in trace.stop() if "LOST" not in line.text]

    assert lines
    assert [line for line in lines if not LINE.fullmatch(line)] == []
