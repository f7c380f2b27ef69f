"""The bits of /proc/sys/kernel/tainted: what each means, and whether it accuses the kernel."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taint:
    """One bit: Documentation/admin-guide/tainted-kernels.rst."""

    bit: int
    letter: str
    meaning: str
    harmless: bool = False
    """Set by something that was asked for, such as loading a module of one's own."""


TAINTS = (
    Taint(0, "P", "a proprietary module was loaded", harmless=True),
    Taint(1, "F", "a module was force loaded", harmless=True),
    Taint(2, "S", "the kernel runs out of its specification"),
    Taint(3, "R", "a module was force unloaded", harmless=True),
    Taint(4, "M", "the processor reported a machine check"),
    Taint(5, "B", "a bad page was found"),
    Taint(6, "U", "user space asked for it", harmless=True),
    Taint(7, "D", "the kernel died: oops or BUG"),
    Taint(8, "A", "an ACPI table was overridden", harmless=True),
    Taint(9, "W", "the kernel warned"),
    Taint(10, "C", "a staging driver was loaded", harmless=True),
    Taint(11, "I", "a workaround for a firmware bug is in place", harmless=True),
    Taint(12, "O", "an out-of-tree module was loaded", harmless=True),
    Taint(13, "E", "an unsigned module was loaded", harmless=True),
    Taint(14, "L", "a soft lockup occurred"),
    Taint(15, "K", "the kernel was live patched", harmless=True),
    Taint(16, "X", "auxiliary taint of the distribution", harmless=True),
    Taint(17, "T", "built with the struct randomization plugin", harmless=True),
    Taint(18, "N", "an in-kernel test was run", harmless=True),
    Taint(19, "J", "user space used a mutating debug operation", harmless=True),
)


def new_harm(before: int, after: int) -> tuple[str, ...]:
    """The bits that were set in between and accuse the kernel, as `W (the kernel warned)`.

    A bit that is in no table accuses too: nobody knows that it is harmless.
    """
    added = after & ~before
    known = {taint.bit: taint for taint in TAINTS}
    found = []
    for bit in range(added.bit_length()):
        if not added >> bit & 1:
            continue
        taint = known.get(bit)
        if taint is None:
            found.append(f"bit {bit} (unknown)")
        elif not taint.harmless:
            found.append(f"{taint.letter} ({taint.meaning})")
    return tuple(found)
