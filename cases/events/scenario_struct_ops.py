# SPDX-License-Identifier: GPL-2.0-only
"""A congestion control of TCP made of filters, used by one connection and known by its name."""

from harness.scenario import Bench, LoadedObject, RefusedError, scenario

HERE = "127.0.0.1:4000"
INIT, AVOID, RELEASE = 0, 2, 4


def count(bench: Bench, loaded: LoadedObject, what: int) -> int:
    value = loaded.tables["seen"].lookup(bench.u32(what))
    return 0 if value is None else bench.number(value)


@scenario(needs="struct_ops fentry")
def a_connection_is_controlled(bench: Bench) -> None:
    """Both ends begin and end with it; who listens only ends."""
    loaded = bench.load("congestion.c")
    loaded.filters["begin"].attach("struct_ops/growing")

    bench.fire(f"@tcp cc=bpf_growing times=2 {HERE} zero:16384")

    assert count(bench, loaded, INIT) == 4
    assert count(bench, loaded, RELEASE) >= 4
    assert count(bench, loaded, AVOID) > 0


@scenario(needs="struct_ops fentry")
def a_congestion_control_has_its_name_as_long_as_it_is_attached(bench: Bench) -> None:
    loaded = bench.load("congestion.c")
    use = f"@tcp cc=bpf_growing {HERE} text:hello"
    bench.fire(f"{use} = ENOENT")
    link = loaded.filters["begin"].attach("struct_ops/growing")
    bench.fire(use)
    link.detach()
    bench.fire(f"{use} = ENOENT")

    assert count(bench, loaded, INIT) > 0


@scenario(needs="struct_ops fentry", modes="jit")
def a_congestion_control_that_lacks_a_part_is_refused(bench: Bench) -> None:
    loaded = bench.load("congestion.c")
    try:
        loaded.filters["begin"].attach("struct_ops/lacking").detach()
        errno = 0
    except RefusedError as error:
        errno = error.errno or 0

    assert errno == 22
