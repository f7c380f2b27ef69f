"""Reads QEMU's answer to `info registers -a`: where each CPU is."""

import re
from dataclasses import dataclass

from harness.values.register_text import RegisterText

_CPU = re.compile(r"^CPU#(\d{1,4})[ \r]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CpuState:
    """One CPU at one moment."""

    cpu: int
    pc: int
    in_user_space: bool
    halted: bool
    """False also where the registers do not tell."""


def read_registers(text: str, layout: RegisterText) -> tuple[CpuState, ...]:
    """The CPUs whose program counter is in the text, in its order.

    The text of a CPU begins with the line `CPU#0`.
    """
    pieces = _CPU.split(text)
    states = []
    for number, registers in zip(pieces[1::2], pieces[2::2], strict=True):
        pc = re.search(layout.pc, registers, re.MULTILINE)
        if pc is not None:
            states.append(
                CpuState(
                    cpu=int(number),
                    pc=int(pc[1], 16),
                    in_user_space=_found(layout.user, registers),
                    halted=layout.halted is not None and _found(layout.halted, registers),
                )
            )
    return tuple(states)


def _found(pattern: str, registers: str) -> bool:
    return re.search(pattern, registers, re.MULTILINE) is not None
