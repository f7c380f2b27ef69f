"""What a test run asks of the agent."""

from pathlib import Path
from typing import Any

import pytest

from harness.guest.guest import Guest
from harness.vm.fake import FakeVm


def asked(section: str, *, ctx: bytes | None = None, repeat: int | None = None) -> dict[str, Any]:
    """What the agent is asked when a filter of that section is run."""
    requests: list[dict[str, Any]] = []

    def load(request: dict[str, Any]) -> dict[str, Any]:
        program = {
            "name": "f",
            "section": section,
            "errno": 0,
            "places": [],
            "lengths": [],
            "log": b"",
            "log_truncated": False,
        }
        return {"errno": 0, "message": b"", "programs": [program], "tables": []}

    def run(request: dict[str, Any]) -> dict[str, Any]:
        requests.append(request)
        return {"errno": 0, "retval": 0, "data_out": b"", "ctx_out": b"", "duration_ns": 1}

    guest = Guest(FakeVm(Path("/dev/null"), {"load": load, "run": run}))
    guest.load(b"object").filters["f"].run(ctx=ctx, repeat=repeat)
    return requests[0]


@pytest.mark.parametrize("section", ["raw_tp/sys_enter", "syscall", "fentry/bpf_fentry_test1"])
def test_filters_without_a_packet_are_given_no_repeat_count(section: str) -> None:
    """The kernel refuses one, even 1, with EINVAL."""
    assert asked(section)["repeat"] == 0


def test_a_filter_of_packets_runs_once() -> None:
    """As a trial of the runner runs it."""
    assert asked("xdp")["repeat"] == 1


def test_a_repeat_count_that_is_asked_for_is_passed_on() -> None:
    """Whether the kernel takes it is the kernel's to say."""
    assert asked("tc", repeat=5)["repeat"] == 5
    assert asked("syscall", repeat=5)["repeat"] == 5


@pytest.mark.parametrize(("section", "size"), [("raw_tp/sys_enter", 0), ("syscall", 0), ("tc", 16)])
def test_a_context_comes_back_only_where_the_kernel_gives_it(section: str, size: int) -> None:
    """A place for it is refused with EINVAL by raw tracepoints and syscall filters."""
    assert asked(section, ctx=bytes(16))["ctx_out_size"] == size
