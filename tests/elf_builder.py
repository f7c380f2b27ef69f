"""Writes minimal BPF objects, and falsifies the section headers of real ones."""

import struct

SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_NOBITS = 1, 2, 3, 8
SHF_EXECINSTR = 4
SHF_COMPRESSED = 0x800
_EM_BPF = 247
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_FUNC = 2


def build_elf(
    sections: dict[str, bytes],
    *,
    functions: dict[str, str] | None = None,
    local: bool = False,
    size: int | None = None,
) -> bytes:
    """An object of those sections. `functions` maps a symbol to the section it fills."""
    functions = functions or {}
    names = ["", *sections, ".symtab", ".strtab"]
    strings = b"\0".join(n.encode() for n in (*names, *functions)) + b"\0"
    symbols = bytes(_SYMBOL.size)
    for name, section in functions.items():
        info = _FUNC if local else 1 << 4 | _FUNC
        length = len(sections[section]) if size is None else size
        at = strings.index(b"\0" + name.encode() + b"\0") + 1
        symbols += _SYMBOL.pack(at, info, 0, names.index(section), 0, length)
    contents = [b"", *sections.values(), symbols, strings]
    types = [0, *(SHT_PROGBITS for _ in sections), SHT_SYMTAB, SHT_STRTAB]
    body, headers = b"", b""
    for name, content, kind in zip(names, contents, types, strict=True):
        flags = SHF_EXECINSTR if name in functions.values() else 0
        at = strings.index(b"\0" + name.encode() + b"\0") + 1 if name else 0
        link = len(names) - 1 if kind == SHT_SYMTAB else 0
        where = _HEADER.size + len(body)
        headers += _SECTION.pack(at, kind, flags, 0, where, len(content), link, 0, 8, 0)
        body += content
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = _HEADER.pack(
        *(ident, 1, _EM_BPF, 1, 0, 0, _HEADER.size + len(body), 0),
        *(_HEADER.size, 0, 0, _SECTION.size, len(names), len(names) - 1),
    )
    return header + body + headers


def section_header(data: bytes, name: str) -> int:
    """Where the header of a section of a little-endian object begins."""
    fields = _HEADER.unpack_from(data)
    start, count, names = fields[6], fields[12], fields[13]
    strings_at = _SECTION.unpack_from(data, start + names * _SECTION.size)[4]
    for i in range(count):
        at = int(start + i * _SECTION.size)
        name_at = strings_at + _SECTION.unpack_from(data, at)[0]
        if data[name_at : data.index(b"\0", name_at)] == name.encode():
            return at
    raise AssertionError(f"no section {name}")


def patched_section(
    data: bytes,
    name: str,
    *,
    size: int | None = None,
    flags: int | None = None,
    type: int | None = None,
) -> bytes:
    """A copy whose header of one section says something else."""
    at = section_header(data, name)
    fields = list(_SECTION.unpack_from(data, at))
    for index, value in ((1, type), (2, flags), (5, size)):
        if value is not None:
            fields[index] = value
    return data[:at] + _SECTION.pack(*fields) + data[at + _SECTION.size :]


def section_content(data: bytes, name: str) -> bytes:
    """The bytes of one section of a little-endian object."""
    fields = _SECTION.unpack_from(data, section_header(data, name))
    return data[fields[4] : fields[4] + fields[5]]
