# SPDX-License-Identifier: GPL-2.0-only
"""A tracepoint whose argument a filter may write: the result of every test run."""

from harness.scenario import Bench, scenario

EXDEV = 18


@scenario(needs="raw_tp.w")
def result_of_a_test_run_is_written(bench: Bench) -> None:
    loaded = bench.load("writable.c")
    seven = loaded.filters["seven"]
    link = loaded.filters["spoils"].attach()
    spoilt = seven.run(bytes(64)).errno
    link.detach()

    assert (spoilt, seven.run(bytes(64)).errno) == (EXDEV, 0)


@scenario(needs="raw_tp.w")
def result_of_a_test_run_is_read(bench: Bench) -> None:
    """It was 0 before it was written; the filter notes one more."""
    loaded = bench.load("writable.c")
    loaded.filters["spoils"].attach("raw_tp.w/bpf_test_finish")
    loaded.filters["seven"].run(bytes(64))

    assert loaded.tables["before"].lookup(bench.u32(0)) == bench.u32(1)
