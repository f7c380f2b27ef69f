# SPDX-License-Identifier: GPL-2.0-only
"""Entry, exit and result of functions that a test run calls once, with arguments that are known.

bpf_prog_test_run_tracing() in net/bpf/test_run.c calls bpf_fentry_test1(1), bpf_fentry_test2(2, 3)
and so on, which return the sum; and bpf_modify_return_test(1, &b) for a filter of fmod_ret.
"""

from harness.scenario import Bench, LoadOptions, scenario

EFAULT = 14
RESULT = 17


def run_attached(bench: Bench, name: str) -> tuple[dict[int, int], int]:
    """What one filter of the file counted during one test run of its own, and what that gave."""
    loaded = bench.load("test_functions.c", LoadOptions(filters=(name,)))
    found = loaded.filters[name]
    found.attach()
    ran = found.run()
    assert ran.errno == 0, f"the test run was refused: errno {ran.errno}"
    seen = {signed(bench, key): bench.number(n) for key, n in loaded.tables["seen"].dump()}
    return seen, ran.retval


def signed(bench: Bench, key: bytes) -> int:
    number = bench.number(key)
    return number - (1 << 64) if number >> 63 else number


@scenario(needs="fentry")
def arguments_at_the_entry(bench: Bench) -> None:
    assert run_attached(bench, "entry")[0] == {2: 1, 3: 1}


@scenario(needs="fentry")
def result_at_the_exit(bench: Bench) -> None:
    assert run_attached(bench, "at_exit")[0] == {5: 1}


@scenario(needs="replaceable-test-functions")
def result_that_is_replaced(bench: Bench) -> None:
    """bpf_modify_return_test(1, &b) makes b 3 and returns 4, unless it is not run.

    Whether b was changed is in the upper half of what the test run returns.
    """
    loaded = bench.load("test_functions.c", LoadOptions(filters=("result",)))
    whole = loaded.filters["result"].run().retval

    seen, replaced = run_attached(bench, "result")

    assert seen == {1: 1}
    assert whole - replaced == (1 << 16) + 4 - RESULT


@scenario(needs="sleepable-fentry")
def asleep_at_the_entry(bench: Bench) -> None:
    assert run_attached(bench, "entry_asleep")[0] == {-EFAULT: 1}


@scenario(needs="sleepable-fentry")
def asleep_at_the_exit(bench: Bench) -> None:
    assert run_attached(bench, "exit_asleep")[0] == {-EFAULT: 1, 2: 1}
