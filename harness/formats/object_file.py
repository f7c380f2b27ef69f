"""A compiled BPF object: bytes in, specs of its filters and tables out, the same on any host.

Knows what libbpf makes of section names; knows nothing of kernels, and loads nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.formats.btf import Btf, Kind, parse_btf
from harness.formats.elf import Elf, Function, Section, parse_elf
from harness.formats.record_types import with_record_types
from harness.formats.section_shape import section_shape
from harness.formats.table_definition import read_tables
from harness.formats.table_use import TableUse
from harness.values.arch import ByteOrder
from harness.values.errors import ObjectError, UnknownNameError
from harness.values.event import Event, parse_event
from harness.values.filter_spec import FilterSpec
from harness.values.table_spec import TableOrigin, TableSpec

_INSN = 8
# Functions in it are called by filters and never loaded by themselves (libbpf: prog_is_subprog).
_SUBPROGRAMS = ".text"
_ARRAY = 2
_KEY_SIZE = 4
# Tables that libbpf makes of whole sections: name or name.*, and the ELF type it must have.
_SECTION_TABLES = (
    (".rodata", TableOrigin.RODATA, "SHT_PROGBITS"),
    (".data", TableOrigin.DATA, "SHT_PROGBITS"),
    (".bss", TableOrigin.BSS, "SHT_NOBITS"),
)


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """What an object file holds. Filters and tables are in the file's order."""

    byte_order: ByteOrder
    license: str
    filters: tuple[FilterSpec, ...]
    tables: tuple[TableSpec, ...]

    def filter(self, name: str) -> FilterSpec:
        """The filter of that name; raises UnknownNameError."""
        for found in self.filters:
            if found.name == name:
                return found
        names = " ".join(spec.name for spec in self.filters)
        raise UnknownNameError(f"no filter {name!r} in the object", remedy=f"it has: {names}")

    def table(self, name: str) -> TableSpec:
        """The table of that name; raises UnknownNameError."""
        for found in self.tables:
            if found.name == name:
                return found
        names = " ".join(spec.name for spec in self.tables) or "none"
        raise UnknownNameError(f"no table {name!r} in the object", remedy=f"it has: {names}")


def read_object(data: bytes) -> ObjectFile:
    """Reads an object made by `clang -target bpf -g`; raises ObjectError for any other bytes."""
    elf = parse_elf(data)
    if elf.section("maps") is not None:
        raise ObjectError(
            'the object defines tables in the section "maps", the form that libbpf 1.0 dropped',
            remedy='define them with __uint and __type in SEC(".maps")',
        )
    found = elf.section(".BTF")
    btf = None if found is None else parse_btf(found.data, elf.byte_order)
    license_name = _license(elf)
    tables = _defined_tables(elf, btf) + _section_tables(elf, btf)
    return ObjectFile(
        byte_order=elf.byte_order,
        license=license_name,
        filters=_filters(elf, btf, license_name, tables),
        tables=tables,
    )


def _license(elf: Elf) -> str:
    section = elf.section("license")
    return "" if section is None else section.data.partition(b"\0")[0].decode("utf-8", "replace")


def _filters(
    elf: Elf, btf: Btf | None, license_name: str, tables: Sequence[TableSpec]
) -> tuple[FilterSpec, ...]:
    code = {s.index: s for s in elf.sections if s.executable and s.type == "SHT_PROGBITS"}
    own = [f for f in elf.functions if f.section in code and code[f.section].name != _SUBPROGRAMS]
    if not own:
        raise ObjectError(
            "the object holds no filter",
            remedy='put SEC("…") above a function that is not static',
        )
    if len({function.name for function in own}) < len(own):
        raise ObjectError("the object holds two filters of the same name")
    own.sort(key=lambda function: (function.section, function.offset))
    types, use = _FunctionTypes(btf), TableUse(elf, [spec.name for spec in tables])
    return tuple(_filter(f, code[f.section], types, use, license_name) for f in own)


class _FunctionTypes:
    """What BTF says about functions; answers for an object without BTF as well."""

    def __init__(self, btf: Btf | None) -> None:
        self._btf = btf
        self._ids = {} if btf is None else btf.functions()
        self._tags = {} if btf is None else btf.function_tags()

    def tags(self, name: str) -> tuple[str, ...]:
        return self._tags.get(self._ids.get(name, 0), ())

    def returns_value(self, name: str) -> bool:
        if self._btf is None or name not in self._ids:
            return True
        prototype = self._btf.type(self._btf.type(self._ids[name]).ref)
        return prototype.kind is not Kind.FUNC_PROTO or prototype.ref != 0


def _filter(
    function: Function, section: Section, types: _FunctionTypes, use: TableUse, license_name: str
) -> FilterSpec:
    _check_function(function, section)
    name = section.name.removeprefix("?")
    return FilterSpec(
        name=function.name,
        section=name,
        insns=function.size // _INSN,
        license=license_name,
        event=_event(name),
        tags=types.tags(function.name),
        autoload=not section.name.startswith("?"),
        returns_value=types.returns_value(function.name),
        tables=use.of(function),
    )


def _check_function(function: Function, section: Section) -> None:
    if function.is_local:
        raise ObjectError(
            f"filter {function.name} in section {section.name!r} is static",
            remedy="take `static` away: libbpf loads only global functions",
        )
    whole = function.size > 0 and function.size % _INSN == 0 and function.offset % _INSN == 0
    if not whole or function.offset + function.size > section.size:
        raise ObjectError(
            f"filter {function.name} has {function.size} bytes at {function.offset} of section"
            f" {section.name!r}, which has {section.size}"
        )


def _event(section: str) -> Event | None:
    try:
        event = parse_event(section)
    except UnknownNameError:
        return None
    return event if event.row.attaches else None


def _defined_tables(elf: Elf, btf: Btf | None) -> tuple[TableSpec, ...]:
    if elf.section(".maps") is None:
        return ()
    if btf is None:
        raise ObjectError("the object defines tables but has no BTF", remedy="compile with -g")
    return with_record_types(btf, read_tables(btf))


def _section_tables(elf: Elf, btf: Btf | None) -> tuple[TableSpec, ...]:
    tables = []
    for section in elf.sections:
        for name, origin, elf_type in _SECTION_TABLES:
            matches = section.name == name or section.name.startswith(name + ".")
            if matches and section.type == elf_type and section.size > 0:
                shape = None if btf is None else section_shape(elf, btf, section)
                spec = TableSpec(
                    section.name,
                    _ARRAY,
                    _KEY_SIZE,
                    section.size,
                    1,
                    origin=origin,
                    value_shape=shape,
                )
                tables.append(spec)
    return tuple(tables)
