"""What lies at an address of one guest: a function of the kernel's, of a filter, or neither."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.formats.kallsyms import Symbols
from harness.formats.registers import CpuState
from harness.values.autopsy import IDLE, USER_SPACE, CodeRange, CpuPlaces


@dataclass(frozen=True, slots=True)
class AddressMap:
    """What is known of a guest's addresses."""

    symbols: Symbols | None
    stext: int
    """Address of _stext; 0 where the kernel does not tell."""

    code: Sequence[CodeRange] = ()
    """What filters were JITed to, the latest last."""

    idle_functions: tuple[str, ...] = ()

    def place(self, state: CpuState) -> str:
        """Where a CPU is: one of the places of CpuPlaces."""
        if state.in_user_space:
            return USER_SPACE
        name = self._name(state.pc)
        if state.halted or _function(name) in self.idle_functions:
            return IDLE
        return name

    def _name(self, address: int) -> str:
        # What was unloaded made room for what was loaded later.
        for code in reversed(self.code):
            if 0 <= address - code.start < code.size:
                return f"{code.name}+{address - code.start:#x}"
        if self.symbols is None or not self.stext:
            return f"{address:#x}"
        return self.symbols.name(address - self.stext) or (
            f"{address:#x} (a module, or a JITed filter that nobody knows)"
        )


def gather(samples: Iterable[tuple[CpuState, ...]], addresses: AddressMap) -> tuple[CpuPlaces, ...]:
    """Each CPU's places over all samples: of one function the commonest stands for all."""
    found: dict[int, list[str]] = {}
    for sample in samples:
        for state in sample:
            found.setdefault(state.cpu, []).append(addresses.place(state))
    return tuple(CpuPlaces(cpu, _counted(places)) for cpu, places in sorted(found.items()))


def _counted(places: list[str]) -> tuple[tuple[str, int], ...]:
    shown: dict[str, str] = {}
    for place, _ in Counter(places).most_common():
        shown.setdefault(_function(place), place)
    functions = Counter(_function(place) for place in places)
    return tuple((shown[function], count) for function, count in functions.most_common())


def _function(place: str) -> str:
    return place.partition("+")[0]
