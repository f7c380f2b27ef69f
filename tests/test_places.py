"""harness.vm.places: names for the addresses at which CPUs were seen."""

import pytest

from harness.formats.kallsyms import Symbols
from harness.formats.registers import CpuState
from harness.values.autopsy import IDLE, USER_SPACE, CodeRange
from harness.vm.places import AddressMap, gather

STEXT = 0xFFFF_8000_0001_0000
MAP = AddressMap(
    Symbols((0, 0x40, 0x100), ("_stext", "cpu_do_idle", "do_check"), 0x200),
    STEXT,
    (CodeRange("bpf_prog_aa_old", 0x8000, 0x100), CodeRange("bpf_prog_bb_new", 0x8080, 0x40)),
    ("cpu_do_idle",),
)


def at(pc: int, cpu: int = 0, *, user: bool = False, halted: bool = False) -> CpuState:
    return CpuState(cpu, pc, user, halted)


@pytest.mark.parametrize(
    ("state", "place"),
    [
        (at(STEXT + 0x112), "do_check+0x12"),
        (at(STEXT + 0x48), IDLE),
        (at(STEXT + 0x112, halted=True), IDLE),
        (at(0x10000, user=True), USER_SPACE),
        (at(0x8090), "bpf_prog_bb_new+0x10"),
        (at(0x8010), "bpf_prog_aa_old+0x10"),
        (at(0x9000), "0x9000 (a module, or a JITed filter that nobody knows)"),
    ],
)
def test_a_cpu_is_where_its_program_counter_is(state: CpuState, place: str) -> None:
    """Code that was loaded later lies where what was unloaded did."""
    assert MAP.place(state) == place


@pytest.mark.parametrize("blind", [AddressMap(None, STEXT), AddressMap(MAP.symbols, 0)])
def test_without_symbols_an_address_stays_an_address(blind: AddressMap) -> None:
    assert blind.place(at(STEXT + 0x112)) == f"{STEXT + 0x112:#x}"


def test_samples_are_gathered_by_cpu_and_function() -> None:
    """The commonest address in a function stands for it."""
    samples = [
        (at(STEXT + 0x112, 1), at(STEXT + 0x48)),
        (at(STEXT + 0x114, 1), at(STEXT + 0x48)),
        (at(STEXT + 0x114, 1), at(STEXT + 0x104)),
        (at(0x8090, 1), at(STEXT + 0x48)),
    ]

    idle, busy = gather(samples, MAP)

    assert (idle.cpu, idle.places, idle.is_idle) == (0, ((IDLE, 3), ("do_check+0x4", 1)), True)
    assert (busy.cpu, busy.places) == (1, (("do_check+0x14", 3), ("bpf_prog_bb_new+0x10", 1)))
    assert (busy.samples, busy.is_idle) == (4, False)
