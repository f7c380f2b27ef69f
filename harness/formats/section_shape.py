"""The variables of `.data`, `.bss` and `.rodata` as the members of one structure."""

from harness.formats.btf import Btf
from harness.formats.elf import Elf, Section
from harness.formats.shapes import ShapeReader
from harness.values.errors import ObjectError
from harness.values.shape import Part, Structure


def section_shape(elf: Elf, btf: Btf, section: Section) -> Structure | None:
    """None if BTF does not know the section; variables without a type or a place are left out.

    The offsets in BTF are for a linker to fill in; libbpf takes them from the symbols as well:
    btf_fixup_datasec() in tools/lib/bpf/libbpf.c.
    """
    places = {one.name: one.offset for one in elf.symbols if one.section == section.index}
    shapes = ShapeReader(btf)
    parts = []
    for variable in btf.variables(section.name):
        try:
            shape = shapes.read(variable.type)
        except ObjectError:
            continue
        if variable.name in places:
            parts.append(Part(variable.name, shape, 8 * places[variable.name]))
    parts.sort(key=lambda part: part.offset)
    return Structure(section.size, tuple(parts)) if parts else None
