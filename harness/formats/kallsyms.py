"""The functions of a kernel, from the text of its /proc/kallsyms, wherever it was loaded.

Only the kernel's own text is known, from `_stext` to `_etext`, as offsets from `_stext`: KASLR
moves all of it together. Modules and JITed filters lie elsewhere.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

START = "_stext"
_END = "_etext"

# `ffffffff81000000 T _stext`; a module's line goes on with a tab and `[its name]`.
_LINE = re.compile(rb"^([0-9a-f]{8,16}) ([a-zA-Z]) ([\w.$]{1,512})$", re.MULTILINE)
_FUNCTIONS = b"tTwW"


@dataclass(frozen=True, slots=True)
class Symbols:
    """Functions by their offset from _stext."""

    offsets: tuple[int, ...]
    """Ascending."""

    names: tuple[str, ...]
    size: int
    """Of all the text, in bytes."""

    def name(self, offset: int) -> str | None:
        """`function+0xoffset`, as backtraces have it; None outside of the kernel's text."""
        if not 0 <= offset < self.size:
            return None
        at = bisect_right(self.offsets, offset) - 1
        return f"{self.names[at]}+{offset - self.offsets[at]:#x}"


def parse_kallsyms(data: bytes) -> Symbols | None:
    """None if the text does not tell addresses, as under kptr_restrict, or not all of them.

    Of several names for one address the first counts, as in kernel/kallsyms.c, get_symbol_pos().
    """
    start = end = 0
    functions: dict[int, str] = {}
    for match in _LINE.finditer(data):
        name = match[3].decode("ascii")
        if name == START:
            start = int(match[1], 16)
        elif name == _END:
            end = int(match[1], 16)
        if match[2] in _FUNCTIONS:
            functions.setdefault(int(match[1], 16), name)
    if not start < end:
        return None
    within = sorted(address for address in functions if start <= address < end)
    if not within or within[0] != start:
        return None
    return Symbols(
        tuple(address - start for address in within),
        tuple(functions[address] for address in within),
        end - start,
    )


def format_kallsyms(symbols: Symbols) -> bytes:
    """The text of `symbols` at address 0, which parses to them again."""
    lines = [
        f"{offset:016x} t {name}\n"
        for offset, name in zip(symbols.offsets, symbols.names, strict=True)
    ]
    bounds = [f"{0:016x} T {START}\n", f"{symbols.size:016x} T {_END}\n"]
    return "".join([*lines, *bounds]).encode()
