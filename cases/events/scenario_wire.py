# SPDX-License-Identifier: GPL-2.0-only
"""Filters on the two ends of a wire: what is sent at veth0 comes in at veth1.

A packet socket at an end sees what is sent there and what comes in, before the filters of tc.
"""

from harness.scenario import Bench, LoadedObject, RefusedError, scenario

TO_1, TO_0 = "020000000002020000000001", "020000000001020000000002"


def frame(addresses: str, word: str) -> bytes:
    return bytes.fromhex(f"{addresses}88b5") + word.encode()


def seen(bench: Bench, loaded: LoadedObject) -> dict[int, int]:
    found = loaded.tables["seen"].dump()
    return {bench.number(key): bench.number(value) for key, value in found}


def aim(bench: Bench, loaded: LoadedObject, interface: str) -> None:
    """Tell the filters the index of an interface."""
    index = int(bench.guest.read_file(f"/sys/class/net/{interface}/ifindex"))
    loaded.tables["target"].add(bench.u32(0), bench.u32(index))


@scenario(needs="veth")
def xdp_sends_frames_back(bench: Bench) -> None:
    loaded = bench.load("wire.c")
    loaded.filters["sent_back"].attach("xdp/veth1")

    bench.fire(f"@packet listen=veth0 veth0 hex:{TO_1}88b5 text:hello = hex:{TO_0}88b5 text:hello")

    assert seen(bench, loaded) == {19: 1}


@scenario(needs="veth")
def xdp_sends_frames_out_of_another_interface(bench: Bench) -> None:
    """They come in at the other end of lo, which is lo."""
    loaded = bench.load("wire.c")
    loaded.filters["sent_elsewhere"].attach("xdp/veth1")
    aim(bench, loaded, "lo")

    bench.fire(f"@packet listen=lo veth0 hex:{TO_1}88b5 text:hello")
    bench.fire(f"@packet listen=veth1 veth0 hex:{TO_1}88b5 text:hello = nothing")


@scenario(needs="veth clsact")
def tc_sends_frames_out_of_another_interface(bench: Bench) -> None:
    loaded = bench.load("wire.c")
    loaded.filters["redirected_elsewhere"].attach("clsact/ingress/veth1")
    aim(bench, loaded, "lo")

    bench.fire(f"@packet listen=lo veth0 hex:{TO_1}88b5 text:hello")
    bench.fire(f"@packet listen=veth1 veth0 hex:{TO_1}88b5 text:hello = nothing")


@scenario(needs="veth clsact")
def tc_sends_copies_out_of_another_interface(bench: Bench) -> None:
    loaded = bench.load("wire.c")
    loaded.filters["cloned_elsewhere"].attach("clsact/ingress/veth1")
    aim(bench, loaded, "lo")

    bench.fire(f"@packet listen=lo veth0 hex:{TO_1}88b5 text:hello")
    bench.fire(f"@packet listen=veth1 veth0 hex:{TO_1}88b5 text:hello")


@scenario(needs="veth clsact")
def tc_shoots_frames_that_go_out(bench: Bench) -> None:
    """Who sends is told so; what comes in at the same end is not asked about."""
    loaded = bench.load("wire.c")
    link = loaded.filters["shot"].attach("clsact/egress/veth0")

    bench.fire(f"@packet listen=veth1 veth0 hex:{TO_1}88b5 text:hello = ENOBUFS")
    bench.fire(f"@packet listen=veth0 veth1 hex:{TO_0}88b5 text:hello")
    link.detach()
    bench.fire(f"@packet listen=veth1 veth0 hex:{TO_1}88b5 text:hello = ENODEV")

    assert seen(bench, loaded) == {19: 1}


@scenario(needs="clsact")
def a_new_classifier_goes_before_the_others(bench: Bench) -> None:
    """tcf_auto_prio() in net/sched/cls_api.c; who shoots leaves nothing to those behind."""
    loaded = bench.load("wire.c")
    counted = []
    for names in (("shot", "marked"), ("marked", "shot")):
        links = [loaded.filters[name].attach("clsact/ingress/lo") for name in names]
        bench.fire("@packet lo zero:12 be16:0x88b5 text:hello = nothing")
        for link in links:
            link.detach()
        counted.append(seen(bench, loaded))

    assert counted == [{0: 1, 19: 1}, {0: 1, 19: 2}]


@scenario(needs="tcx")
def tcx_filters_run_in_order_until_one_decides(bench: Bench) -> None:
    """The first that was attached goes first."""
    loaded = bench.load("wire.c")
    for name in ("marked_next", "marked_again", "shot_at_once", "marked_never"):
        loaded.filters[name].attach("tcx/ingress/lo")

    bench.fire("@packet lo zero:12 be16:0x88b5 text:hello = nothing")

    assert seen(bench, loaded) == {0: 1, 1: 1, 2: 1}


@scenario(needs="veth xdp-links")
def an_interface_has_one_xdp_filter(bench: Bench) -> None:
    loaded = bench.load("wire.c")
    loaded.filters["sent_elsewhere"].attach("xdp/veth1")
    try:
        loaded.filters["sent_back"].attach("xdp/veth1")
        errno = 0
    except RefusedError as error:
        errno = error.errno or 0

    assert errno == 16
