"""The ELF container of a relocatable BPF object: bytes in, sections and functions out.

Knows section and symbol tables; knows nothing of what a section means to libbpf. Every offset is
checked against the file before it is used, so that no file, however broken, costs more than itself.
"""

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.common.utils import struct_parse
from elftools.elf.structs import ELFStructs

from harness.values.arch import ByteOrder
from harness.values.errors import ObjectError

# One message of the wire protocol must hold the whole object.
MAX_OBJECT = 24 << 20
# A selftest object has some hundred of each; parsing a symbol takes 30 µs.
_MAX_SECTIONS = 8192
_MAX_SYMBOLS = 100_000
_MAX_RELOCATIONS = 1_000_000
_MAX_NAME = 1024
_MAGIC = b"\x7fELF"
# pyelftools gives a field as a number, or as its name where it has one.
_Fields = Mapping[str, Any]
_EHDR, _SHDR, _SYM = 64, 64, 24
_SHF_EXECINSTR = 4
_SHF_COMPRESSED = 0x800
# The kernel's value_size is a u32, and so is the size of a .bss table.
_MAX_NOBITS = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Section:
    """One section. `data` is empty for a section that takes no room in the file."""

    index: int
    name: str
    type: str
    """SHT_PROGBITS and so on; the number for a type without a name."""

    executable: bool
    size: int
    link: int
    info: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Function:
    """A symbol of type FUNC. `offset` and `size` are bytes within its section."""

    name: str
    section: int
    offset: int
    size: int
    is_local: bool


@dataclass(frozen=True, slots=True)
class Symbol:
    """Any symbol. `type` is STT_FUNC, STT_OBJECT and so on; `offset` is within its section."""

    name: str
    type: str
    section: int | None
    """None for a symbol that is defined elsewhere, or is an absolute number."""

    offset: int
    size: int
    is_local: bool


@dataclass(frozen=True, slots=True)
class Relocation:
    """A place in a section that is about a symbol; `offset` is within the section."""

    offset: int
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Elf:
    """The parts of an object file that matter."""

    byte_order: ByteOrder
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions that the file defines."""
        return tuple(
            Function(one.name, one.section, one.offset, one.size, one.is_local)
            for one in self.symbols
            if one.type == "STT_FUNC" and one.section is not None
        )

    def section(self, name: str) -> Section | None:
        """The first section of that name."""
        return next((s for s in self.sections if s.name == name), None)

    def relocations(self, section: int) -> tuple[Relocation, ...]:
        """The places of one section; most of an object's are in its debug information."""
        tables = (s for s in self.sections if s.type == "SHT_REL" and s.info == section)
        return tuple(chain.from_iterable(self._places(table) for table in tables))

    def _places(self, table: Section) -> Iterator[Relocation]:
        """BPF has the addends in the code (SHT_REL)."""
        entry = struct.Struct("<QQ" if self.byte_order is ByteOrder.LITTLE else ">QQ")
        if len(table.data) > _MAX_RELOCATIONS * entry.size:
            raise ObjectError(f"section {table.name!r} has more than {_MAX_RELOCATIONS} places")
        whole = len(table.data) // entry.size * entry.size
        for offset, info in entry.iter_unpack(table.data[:whole]):
            number = info >> 32
            if number >= len(self.symbols):
                raise ObjectError(
                    f"section {table.name!r} names symbol {number} of {len(self.symbols)}"
                )
            yield Relocation(offset, self.symbols[number])


def parse_elf(data: bytes) -> Elf:
    """Reads a relocatable 64-bit ELF file for the machine BPF; raises ObjectError otherwise."""
    if len(data) > MAX_OBJECT:
        raise ObjectError(f"the object has {len(data)} bytes; the limit is {MAX_OBJECT}")
    byte_order = _identify(data)
    try:
        return _Reader(data, byte_order).read()
    except ELFError as error:
        raise ObjectError(f"the ELF file is damaged: {error}") from error


def _identify(data: bytes) -> ByteOrder:
    if not data.startswith(_MAGIC):
        start = data[:4].hex(" ") or "nothing"
        raise ObjectError(
            f"not an ELF file: it begins with {start}",
            remedy="give an object made by clang -target bpf, or the C file itself",
        )
    if len(data) < _EHDR:
        raise ObjectError(f"the ELF file is truncated: {len(data)} bytes, the header has {_EHDR}")
    if data[4] != 2 or data[5] not in (1, 2):
        raise ObjectError("a BPF object is a 64-bit ELF file; this one is not")
    return ByteOrder.LITTLE if data[5] == 1 else ByteOrder.BIG


@cache
def _structs(byte_order: ByteOrder) -> ELFStructs:
    """Making them takes 0.4 ms, a fifth of reading an object."""
    structs = ELFStructs(little_endian=byte_order is ByteOrder.LITTLE, elfclass=64)
    structs.create_basic_structs()
    structs.create_advanced_structs()
    return structs


class _Reader:
    """Walks the tables of one file; lives for one call of parse_elf."""

    def __init__(self, data: bytes, byte_order: ByteOrder) -> None:
        self._data = data
        self._byte_order = byte_order
        self._stream = io.BytesIO(data)
        self._structs = _structs(byte_order)

    def read(self) -> Elf:
        header = struct_parse(self._structs.Elf_Ehdr, self._stream, 0)
        _check_kind(header)
        count, start = header["e_shnum"], header["e_shoff"]
        if header["e_shentsize"] != _SHDR or not 0 < count <= _MAX_SECTIONS:
            raise ObjectError(f"the ELF file has no usable section table ({count} entries)")
        if start + count * _SHDR > len(self._data):
            raise ObjectError(
                f"the ELF file is truncated: its section table ends at {start + count * _SHDR},"
                f" the file at {len(self._data)}"
            )
        sections = self._sections(start, count, header["e_shstrndx"])
        return Elf(self._byte_order, sections, tuple(self._symbols(sections)))

    def _sections(self, start: int, count: int, names: int) -> tuple[Section, ...]:
        headers = [
            struct_parse(self._structs.Elf_Shdr, self._stream, start + i * _SHDR)
            for i in range(count)
        ]
        if names >= count:
            raise ObjectError(f"the section names are in section {names} of {count}")
        strings = self._content(names, headers[names])
        return tuple(self._section(i, header, strings) for i, header in enumerate(headers))

    def _section(self, index: int, header: _Fields, strings: bytes) -> Section:
        return Section(
            index=index,
            name=_name(strings, header["sh_name"]),
            type=str(header["sh_type"]),
            executable=bool(header["sh_flags"] & _SHF_EXECINSTR),
            size=header["sh_size"],
            link=header["sh_link"],
            info=header["sh_info"],
            data=self._content(index, header),
        )

    def _content(self, index: int, header: _Fields) -> bytes:
        start, size = header["sh_offset"], header["sh_size"]
        if header["sh_type"] in ("SHT_NULL", "SHT_NOBITS"):
            if size > _MAX_NOBITS:
                raise ObjectError(f"section {index} claims {size} bytes of memory")
            return b""
        if header["sh_flags"] & _SHF_COMPRESSED:
            raise ObjectError(f"section {index} is compressed", remedy="compile without -gz")
        if start + size > len(self._data):
            raise ObjectError(
                f"the ELF file is truncated or damaged: section {index} claims {size} bytes"
                f" at {start}, the file has {len(self._data)}"
            )
        return self._data[start : start + size]

    def _symbols(self, sections: tuple[Section, ...]) -> Iterator[Symbol]:
        table = next((s for s in sections if s.type == "SHT_SYMTAB"), None)
        if table is None:
            return
        if table.link >= len(sections):
            raise ObjectError(f"the symbol names are in section {table.link} of {len(sections)}")
        strings = sections[table.link].data
        if len(table.data) > _MAX_SYMBOLS * _SYM:
            raise ObjectError(f"the ELF file has more than {_MAX_SYMBOLS} symbols")
        stream = io.BytesIO(table.data)
        for at in range(0, len(table.data) - _SYM + 1, _SYM):
            symbol = struct_parse(self._structs.Elf_Sym, stream, at)
            where = symbol["st_shndx"]
            yield Symbol(
                name=_name(strings, symbol["st_name"]),
                type=str(symbol["st_info"]["type"]),
                section=where if isinstance(where, int) else None,
                offset=symbol["st_value"],
                size=symbol["st_size"],
                is_local=symbol["st_info"]["bind"] == "STB_LOCAL",
            )


def _check_kind(header: _Fields) -> None:
    machine = header["e_machine"]
    if machine != "EM_BPF":
        raise ObjectError(
            f"the object is for the machine {str(machine).removeprefix('EM_')}, not for BPF",
            remedy="compile with clang -target bpfel or bpfeb",
        )
    if header["e_type"] != "ET_REL":
        raise ObjectError(f"the ELF file is {header['e_type']}, not a relocatable object (ET_REL)")


def _name(strings: bytes, offset: int) -> str:
    end = strings.find(b"\0", offset, offset + _MAX_NAME)
    if offset >= len(strings) or end < 0:
        raise ObjectError(f"the ELF file names a string at {offset} of {len(strings)}")
    return strings[offset:end].decode("utf-8", "replace")
