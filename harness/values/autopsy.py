"""What was found out about a guest that hangs: where its CPUs are. Facts only: no verdict."""

from dataclasses import dataclass

IDLE = "idle"
"""The place of a CPU that waits for an interrupt."""

USER_SPACE = "user space"


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Machine code that the JIT made of one function of a filter."""

    name: str
    """As the kernel's own backtraces spell it: bpf_prog_TAG_NAME."""

    start: int
    size: int


@dataclass(frozen=True, slots=True)
class CpuPlaces:
    """Where one CPU was, over all samples."""

    cpu: int
    places: tuple[tuple[str, int], ...]
    """Place and in how many samples it was there, the most frequent first; never empty.

    A place is IDLE, USER_SPACE, `function+0xoffset` or an address and what is known of it.
    """

    @property
    def samples(self) -> int:
        return sum(count for _, count in self.places)

    @property
    def is_idle(self) -> bool:
        """One that hangs never is; one that waits also serves interrupts."""
        return any(place == IDLE for place, _ in self.places)


@dataclass(frozen=True, slots=True)
class Autopsy:
    """All that a silent guest's QEMU and kernel gave away before it was stopped."""

    cpus: tuple[CpuPlaces, ...] = ()
    backtrace: tuple[str, ...] = ()
    """What the kernel printed when it was asked for the backtraces of all CPUs."""

    notes: tuple[str, ...] = ()
    """What could not be seen and why, and where more is kept."""
