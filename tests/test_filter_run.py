"""What a test run asks of the agent."""

from pathlib import Path
from typing import Any

import pytest

from harness.guest.guest import Guest
from harness.vm.fake import FakeVm


def asked_repeat(section: str, **options: int) -> int:
    """The repeat count that the agent is given for a run of a filter of that section."""
    asked: list[int] = []

    def load(request: dict[str, Any]) -> dict[str, Any]:
        program = {
            "name": "f",
            "section": section,
            "errno": 0,
            "log": b"",
            "log_truncated": False,
        }
        return {"errno": 0, "message": b"", "programs": [program], "tables": []}

    def run(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request["repeat"])
        return {"errno": 0, "retval": 0, "data_out": b"", "ctx_out": b"", "duration_ns": 1}

    guest = Guest(FakeVm(Path("/dev/null"), {"load": load, "run": run}))
    guest.load(b"object").filters["f"].run(**options)
    return asked[0]


@pytest.mark.parametrize("section", ["raw_tp/sys_enter", "syscall", "fentry/bpf_fentry_test1"])
def test_filters_without_a_packet_are_given_no_repeat_count(section: str) -> None:
    """The kernel refuses one, even 1, with EINVAL."""
    assert asked_repeat(section) == 0


def test_a_filter_of_packets_runs_once() -> None:
    """As a trial of the runner runs it."""
    assert asked_repeat("xdp") == 1


def test_a_repeat_count_that_is_asked_for_is_passed_on() -> None:
    """Whether the kernel takes it is the kernel's to say."""
    assert asked_repeat("tc", repeat=5) == 5
    assert asked_repeat("syscall", repeat=5) == 5
