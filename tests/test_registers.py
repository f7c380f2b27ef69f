"""harness.formats.registers: what QEMU prints of the CPUs of every architecture."""

import re

import pytest

from harness.formats.registers import CpuState, read_registers
from harness.values.arch import ARCHES, X86_64, parse_arch
from tests.recorded_files import RECORDED, recorded_registers

NAMES = sorted(path.stem for path in (RECORDED / "registers").iterdir())
_EXPECTED = re.compile(r"^# CPU (\d+): ([0-9a-f]+)( in user space)?( halted)?$", re.MULTILINE)


def test_every_architecture_is_recorded_hung_idle_and_in_user_space() -> None:
    assert sorted(f"{arch}.{what}" for arch in ARCHES for what in ("hung", "idle", "user")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_cpu_is_where_the_recording_says(name: str) -> None:
    """The header of the file, written from the kernel's own symbols, is the expectation."""
    text = recorded_registers(name)
    expected = tuple(
        CpuState(int(cpu), int(pc, 16), bool(user), bool(halted))
        for cpu, pc, user, halted in _EXPECTED.findall(text)
    )

    states = read_registers(text, parse_arch(name.partition(".")[0]).registers)

    assert expected
    assert states == expected


@pytest.mark.parametrize("text", ["", "unknown command: 'info'\r\n", "\nCPU#0\nRAX=0\n\nCPU#x\n"])
def test_what_has_no_program_counter_has_no_cpu(text: str) -> None:
    assert read_registers(text, X86_64.registers) == ()
