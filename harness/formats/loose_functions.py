"""Functions of an object that are no filters yet: global, and without SEC().

`bpf-harness run` makes filters of those that take a context, as the mail of 2014 wrote them.
"""

from dataclasses import dataclass

from harness.formats.btf import Btf, BtfType, Kind, parse_btf
from harness.formats.elf import parse_elf
from harness.values.errors import ObjectError

_SECTION = ".text"


@dataclass(frozen=True, slots=True)
class LooseFunction:
    """A global function without a section of its own."""

    name: str
    context: str | None
    """The struct that its only argument points to; None if its arguments are anything else."""


def read_loose_functions(data: bytes) -> tuple[LooseFunction, ...]:
    """The loose functions of an object, in its order; raises ObjectError if it is none."""
    elf = parse_elf(data)
    section = elf.section(_SECTION)
    found = elf.section(".BTF")
    if section is None:
        return ()
    if found is None:
        raise ObjectError("the object has no BTF", remedy="compile with -g")
    btf = parse_btf(found.data, elf.byte_order)
    ids = btf.functions()
    return tuple(
        LooseFunction(f.name, _context(btf, ids[f.name]))
        for f in sorted(elf.functions, key=lambda function: function.offset)
        if f.section == section.index and not f.is_local and f.name in ids
    )


def _context(btf: Btf, function_id: int) -> str | None:
    prototype = btf.type(btf.type(function_id).ref)
    if prototype.kind is not Kind.FUNC_PROTO or prototype.vlen != 1:
        return None
    argument = btf.resolve(prototype.words[1])
    if argument.kind is not Kind.PTR:
        return None
    target: BtfType = btf.resolve(argument.ref)
    return target.name if target.kind in (Kind.STRUCT, Kind.FWD) else None
