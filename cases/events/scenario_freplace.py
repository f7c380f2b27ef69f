# SPDX-License-Identifier: GPL-2.0-only
"""An extension takes the place of a global function of another filter while it is attached."""

from harness.scenario import Bench, FilterType, LoadedObject, LoadOptions, scenario

# enum bpf_prog_type of linux/bpf.h
EXTENSION = 28
CHEAP, DEAR = 42, 2100


def sold(loaded: LoadedObject) -> int:
    """What the filter whose function is replaced returns."""
    ran = loaded.filters["sold"].run(bytes(64))
    assert ran.errno == 0
    return ran.retval


def extend(bench: Bench, target: LoadedObject, function: str) -> LoadedObject:
    """Load the extension for that function of the target."""
    kind = FilterType(EXTENSION, attach_to=function, attach_program=target.filters["sold"].ref)
    return bench.guest.load(bench.object("replacing.c"), LoadOptions(types={"dearer": kind}))


@scenario(modes="jit jit-harden", needs="fentry")
def function_is_replaced_and_comes_back(bench: Bench) -> None:
    target = bench.load("replaced.c")
    extension = extend(bench, target, "price")
    assert extension.loaded, extension.message
    before = sold(target)

    link = extension.filters["dearer"].attach("freplace/price")
    during = sold(target)
    link.detach()

    assert (before, during, sold(target)) == (CHEAP, DEAR, CHEAP)


@scenario(modes="jit jit-harden", needs="fentry")
def two_filters_are_extended_apart(bench: Bench) -> None:
    """The other copy of the same filter is another filter."""
    first, second = bench.load("replaced.c"), bench.load("replaced.c")
    extension = extend(bench, first, "price")
    assert extension.loaded, extension.message

    extension.filters["dearer"].attach("freplace/price")

    assert (sold(first), sold(second)) == (DEAR, CHEAP)
