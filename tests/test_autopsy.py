"""harness.vm.autopsy through Vm, on a program in QEMU's place that has gone silent."""

import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from harness.values.autopsy import IDLE, Autopsy, CodeRange
from harness.values.deadline import Deadline
from harness.vm.autopsy import MEMORY
from harness.vm.plan import VmPlan
from harness.vm.vm import Vm
from tests import fake_monitor
from tests.fake_guests import TARGET
from tests.fake_qemu import install

JITED = (CodeRange("bpf_prog_ab12_outer", 0xFFFFFFFFC034D700, 0x200),)
_Usage = namedtuple("_Usage", "total used free")


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VmPlan:
    monkeypatch.setenv("PATH", str(install(tmp_path / "bin")), prepend=":")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("FAKE_KALLSYMS", "1")
    return TARGET.plan(tmp_path)


def autopsy(plan: VmPlan) -> Autopsy:
    with Vm.start(plan, Deadline.after(20)) as vm:
        found = vm.autopsy(JITED)
    assert found is not None
    return found


def test_every_cpu_is_named_and_the_kernel_asked(plan: VmPlan) -> None:
    found = autopsy(plan)

    assert [(cpu.cpu, cpu.places) for cpu in found.cpus] == [
        (0, (("bpf_prog_ab12_outer+0xf6", 8),)),
        (1, ((IDLE, 8),)),
    ]
    assert found.backtrace == ("NMI backtrace for cpu 0", " bpf_test_run+0x1fb/0x390")
    assert found.notes == ()


def test_symbols_come_from_the_first_guest_of_a_kernel(
    plan: VmPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second guest lies elsewhere, and is not asked again."""
    without = replace(JITED[0], start=0)
    with Vm.start(plan, Deadline.after(20)):
        pass
    assert (plan.folder / "cache/bpf-harness/symbols" / plan.kernel.digest).is_dir()
    monkeypatch.delenv("FAKE_KALLSYMS")

    with Vm.start(plan, Deadline.after(20)) as vm:
        found = vm.autopsy((without,))

    assert found is not None
    assert found.cpus[0].places == (("0xffffffffc034d7f6", 8),)
    assert found.notes == ("no symbols: the kernel did not tell the addresses of its functions",)


def test_a_kernel_that_heeds_no_key_is_seen_all_the_same(
    plan: VmPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SYSRQ", "none")
    monkeypatch.setattr("harness.vm.autopsy._FIRST_WORD_S", 0.2)

    found = autopsy(plan)

    assert (len(found.cpus), found.backtrace) == (2, ())
    assert found.notes == ("the kernel printed nothing at SysRq-l: no backtraces",)


def test_a_kernel_that_prints_only_when_it_panics_is_crashed(
    plan: VmPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its console has a thread, for which no CPU is left; the panic itself is our doing."""
    monkeypatch.setenv("FAKE_SYSRQ", "thread")
    monkeypatch.setattr("harness.vm.autopsy._FIRST_WORD_S", 0.2)

    found = autopsy(plan)

    assert found.backtrace == ("NMI backtrace for cpu 0", " bpf_test_run+0x1fb/0x390")
    assert found.notes == ()


def test_the_memory_is_kept_when_it_is_wanted(plan: VmPlan) -> None:
    found = autopsy(replace(plan, dump_memory=True))

    assert (plan.folder / MEMORY).read_bytes() == fake_monitor.MEMORY
    assert found.notes == (f"the guest's memory is in {plan.folder / MEMORY}",)


@pytest.mark.parametrize(
    ("outcome", "free", "said"),
    [("failed", 1 << 40, "the guest's memory is not kept"), ("completed", 1 << 30, "no room for")],
)
def test_memory_that_cannot_be_kept_leaves_a_line_and_no_file(
    plan: VmPlan, monkeypatch: pytest.MonkeyPatch, outcome: str, free: int, said: str
) -> None:
    """512 MiB of it, and as much of the disk stays free as the reports may want."""
    monkeypatch.setenv("FAKE_MIGRATION", outcome)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: _Usage(1 << 41, 0, free))

    found = autopsy(replace(plan, dump_memory=True))

    assert [said in note for note in found.notes] == [True]
    assert len(found.cpus) == 2
    assert not (plan.folder / MEMORY).exists()


def test_a_qemu_that_is_gone_or_stopped_cannot_be_asked(plan: VmPlan) -> None:
    with Vm.start(plan, Deadline.after(20)) as vm:
        vm.process.kill()
        assert vm.autopsy(()) is None
