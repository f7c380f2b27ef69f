"""harness.runner.batch: what a kernel cannot run, and when a guest is replaced."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.formats.kconfig import parse_kconfig
from harness.guest.guest import Guest
from harness.runner.batch import Isolation
from harness.values.errors import CaseError, UnknownNameError
from harness.values.mode import Mode
from harness.values.verdict import Outcome
from tests.fake_guests import (
    TARGET,
    FakeGuests,
    FakeKernel,
    ScriptedCase,
    booted,
    run_cases,
    serving,
    seven,
)


def test_a_mode_that_the_kernel_refuses_is_unsupported(tmp_path: Path) -> None:
    refusing = serving("write_file", lambda kernel: {"errno": 2})
    guests = FakeGuests(tmp_path, booted(refusing))

    (record,) = run_cases(guests, seven(), modes=(Mode.JIT,))

    assert record.verdict.outcome is Outcome.UNSUPPORTED
    assert record.verdict.reason.startswith("mode jit is absent")
    assert guests.discarded == []


def without_feature(kernel: FakeKernel) -> None:
    """Every shell command ends with status 1."""

    def start(request: dict[str, Any]) -> dict[str, Any]:
        kernel.vm.channel.send_event("exit", shell=request["as"], status=1 << 8)
        return {"errno": 0}

    kernel.handlers["shell_start"] = start


def test_a_feature_that_the_configuration_lacks_is_unsupported(tmp_path: Path) -> None:
    target = replace(TARGET, config=parse_kconfig("# CONFIG_DEBUG_INFO_BTF is not set\n"))
    case = ScriptedCase("typed", needs=("btf",))

    (record,) = run_cases(FakeGuests(tmp_path, booted(without_feature)), case, target=target)

    assert record.verdict.outcome is Outcome.UNSUPPORTED
    assert record.verdict.reason == "feature btf is absent (DEBUG_INFO_BTF)"


def test_a_feature_that_is_due_and_absent_is_a_failure(tmp_path: Path) -> None:
    target = replace(TARGET, config=parse_kconfig("CONFIG_DEBUG_INFO_BTF=y\n"))
    case = ScriptedCase("typed", needs=("btf",))

    (record,) = run_cases(FakeGuests(tmp_path, booted(without_feature)), case, target=target)

    assert record.verdict.outcome is Outcome.FAILED
    assert "ought to have it" in record.verdict.reason


@pytest.mark.parametrize(("cpus", "outcome"), [(1, Outcome.UNSUPPORTED), (2, Outcome.FAILED)])
def test_a_kernel_owes_no_cpu_that_the_machine_lacks(
    tmp_path: Path, cpus: int, outcome: Outcome
) -> None:
    target = replace(TARGET, hardware=replace(TARGET.hardware, cpus=cpus))
    case = ScriptedCase("storm", needs=("two-cpus",))

    (record,) = run_cases(FakeGuests(tmp_path, booted(without_feature)), case, target=target)

    assert record.verdict.outcome is outcome
    assert ("QEMU gives the guest 1 CPU" in record.verdict.reason) is (cpus == 1)


def test_a_wrong_case_is_broken_and_not_tried_again(tmp_path: Path) -> None:
    def wrong(guest: Guest) -> None:
        raise CaseError("the trigger ended with status 127")

    (record,) = run_cases(FakeGuests(tmp_path, booted()), ScriptedCase("wrong", wrong))

    assert (record.verdict.outcome, record.final) == (Outcome.BROKEN, True)


def test_an_unknown_feature_is_broken_and_not_tried_again(tmp_path: Path) -> None:
    (record,) = run_cases(FakeGuests(tmp_path, booted()), ScriptedCase("x", needs=("warp",)))

    assert record.verdict.reason == "unknown feature 'warp'"
    assert record.final


def test_isolation_by_case_gives_every_trial_a_guest_of_its_own(tmp_path: Path) -> None:
    guests = FakeGuests(tmp_path, booted())

    records = run_cases(guests, seven(), ScriptedCase("next"), isolation=Isolation.CASE)

    assert [r.guest for r in records] == ["guest-1", "guest-2", "guest-3", "guest-4"]
    assert guests.discarded == ["guest-1", "guest-2", "guest-3", "guest-4"]


def test_only_the_modes_of_a_case_are_run(tmp_path: Path) -> None:
    case = ScriptedCase("hardened", modes=(Mode.JIT_HARDEN,))

    assert [r.mode for r in run_cases(FakeGuests(tmp_path, booted()), case)] == ["jit-harden"]


def test_an_unknown_isolation_names_the_known() -> None:
    with pytest.raises(UnknownNameError, match="batch or case"):
        Isolation.parse("trial")
