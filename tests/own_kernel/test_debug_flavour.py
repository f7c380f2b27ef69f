"""A debug kernel sees what a module does wrong, and the judge calls it CRASHED."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.guest.guest import Guest
from harness.kernels.external_module import build_module
from harness.runner.batch import BatchRunner
from harness.runner.cases import Seen
from harness.runner.pool import GuestPool
from harness.runner.target import Target
from harness.values.case import CaseId
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome, Verdict
from tests.own_kernel.conftest import OwnKernel

FAULTS = Path(__file__).resolve().parents[2] / "guest_images" / "modules" / "faults"

# A kernel with KASAN and lockdep takes a minute or two under emulation.
BOOT_S = 600.0
LOAD_S = 120.0


class LoadModule:
    """A case as the runner knows it: load the module with a parameter, unload it again."""

    needs: tuple[str, ...] = ()
    modes = (Mode.JIT,)

    def __init__(self, module: bytes, fault: str) -> None:
        self._module = module
        self._fault = fault
        self.id = CaseId("guest_images/modules/faults", fault)

    def at_once(self, guest: Guest) -> bool:
        return False

    def start(self, guest: Guest, mode: Mode) -> Callable[[], Seen]:
        return lambda: self.run(guest, mode)

    def run(self, guest: Guest, mode: Mode) -> Seen:
        assert guest.shell("touch /tmp/faults.ko").wait() == 0
        guest.write_file("/tmp/faults.ko", self._module)
        load = guest.shell(f"insmod /tmp/faults.ko fault={self._fault} && rmmod faults")
        if load.wait(LOAD_S) != 0:
            return Seen(Verdict(Outcome.FAILED, f"insmod: {load.output}"))
        return Seen(Verdict(Outcome.PASSED, "loaded and unloaded"))


@pytest.fixture(scope="module")
def target(own: OwnKernel) -> Target:
    return own.target("debug")


@pytest.fixture(scope="module")
def pool(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuestPool]:
    folder = tmp_path_factory.mktemp("guests")

    def make(name: str) -> Path:
        (folder / name).mkdir()
        return folder / name

    guests = GuestPool(target, make, boot_timeout_s=BOOT_S)
    yield guests
    guests.close()


@pytest.fixture(scope="module")
def module(own: OwnKernel, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return build_module(own.build("debug"), FAULTS, tmp_path_factory.mktemp("faults")).read_bytes()


def judged(target: Target, pool: GuestPool, module: bytes, fault: str) -> Verdict:
    """What the runner says of loading the module with that fault."""
    records: list[Record] = []
    BatchRunner(target, pool, records.append).run((LoadModule(module, fault),), (Mode.JIT,))
    return records[-1].verdict


def test_a_module_without_a_fault_is_loaded_and_unloaded(
    target: Target, pool: GuestPool, module: bytes
) -> None:
    """Loading a module of one's own accuses nobody."""
    assert judged(target, pool, module, "none").outcome is Outcome.PASSED


def test_a_write_out_of_bounds_is_caught_by_kasan(
    target: Target, pool: GuestPool, module: bytes
) -> None:
    """One byte behind the object."""
    verdict = judged(target, pool, module, "out-of-bounds")

    assert verdict.outcome is Outcome.CRASHED
    assert "BUG: KASAN: slab-out-of-bounds in" in verdict.reason


def test_locks_in_the_wrong_order_are_caught_by_lockdep(
    target: Target, pool: GuestPool, module: bytes
) -> None:
    """Before anybody waits for ever."""
    verdict = judged(target, pool, module, "lock-order")

    assert verdict.outcome is Outcome.CRASHED
    assert "possible circular locking dependency detected" in verdict.reason
