"""Tables as C defines them for libbpf, read out of the BTF of the section `.maps`.

Knows the encoding behind __uint, __type, __array and __ulong of libbpf's bpf_helpers.h: a number
is the length of an array, a type is what a pointer points to.
"""

from harness.formats.btf import Btf, BtfType, Kind
from harness.formats.layout import read_layout
from harness.formats.shapes import read_btf_shape
from harness.values.errors import ObjectError
from harness.values.layout import Layout
from harness.values.shape import Shape
from harness.values.table_rows import TABLE_ROWS
from harness.values.table_spec import TableSpec

_SECTION = ".maps"
_U32_MAX = 0xFFFFFFFF
_NUMBERS = {
    "type": "type",
    "key_size": "key_size",
    "value_size": "value_size",
    "max_entries": "entries",
    "map_flags": "flags",
    "map_extra": "extra",
}
_TYPES = {"key": "key_size", "value": "value_size"}


def read_tables(btf: Btf) -> tuple[TableSpec, ...]:
    """Specs of all tables in `.maps`; raises ObjectError for a definition libbpf would refuse."""
    return tuple(
        _table(btf, variable.name, btf.resolve(variable.type))
        for variable in btf.variables(_SECTION)
    )


def _table(btf: Btf, name: str, definition: BtfType, *, inner: bool = False) -> TableSpec:
    if definition.kind is not Kind.STRUCT:
        raise ObjectError(f"table {name} is a {definition.kind.name}, not a struct")
    numbers: dict[str, int] = {}
    layouts: dict[str, Layout | None] = {}
    shapes: dict[str, Shape | None] = {}
    slots: TableSpec | None = None
    for member in btf.members(definition):
        where = f"table {name}, member {member.name}"
        if member.name in _NUMBERS:
            numbers[_NUMBERS[member.name]] = _number(btf, member.type, where)
        elif member.name in _TYPES:
            pointer = _expect(btf, member.type, Kind.PTR, where)
            numbers[_TYPES[member.name]] = _u32(btf.size(pointer.ref), where)
            layouts[member.name] = read_layout(btf, pointer.ref)
            shapes[member.name] = read_btf_shape(btf, pointer.ref)
        elif member.name == "values":
            if inner:
                raise ObjectError(f"{where}: tables nest only once")
            slots = _slots(btf, member.type, name)
    table_type = numbers.get("type", 0)
    if table_type == 0:
        raise ObjectError(f"table {name} has no type", remedy="add __uint(type, BPF_MAP_TYPE_…)")
    row = TABLE_ROWS[table_type] if table_type < len(TABLE_ROWS) else None
    key_size, value_size = (row and row.implied) or (0, 0)
    return TableSpec(
        name=name,
        type=table_type,
        key_size=numbers.get("key_size", key_size),
        value_size=numbers.get("value_size", value_size),
        entries=numbers.get("entries", 0),
        flags=numbers.get("flags", 0),
        inner=slots,
        key_layout=layouts.get("key"),
        value_layout=layouts.get("value"),
        key_shape=shapes.get("key"),
        value_shape=shapes.get("value"),
    )


def _slots(btf: Btf, type_id: int, name: str) -> TableSpec | None:
    """The inner table of `__array(values, …)`; None for an array of programs."""
    array = _expect(btf, type_id, Kind.ARRAY, f"table {name}, member values")
    pointer = _expect(btf, array.words[0], Kind.PTR, f"table {name}, member values")
    target = btf.resolve(pointer.ref)
    if target.kind is not Kind.STRUCT:
        return None
    return _table(btf, f"{name}.inner", target, inner=True)


def _number(btf: Btf, type_id: int, where: str) -> int:
    pointer = _expect(btf, type_id, Kind.PTR, where)
    return _expect(btf, pointer.ref, Kind.ARRAY, where).words[2]


def _u32(size: int, where: str) -> int:
    if size > _U32_MAX:
        raise ObjectError(f"{where}: {size} bytes are more than a table can have")
    return size


def _expect(btf: Btf, type_id: int, kind: Kind, where: str) -> BtfType:
    found = btf.resolve(type_id)
    if found.kind is not kind:
        raise ObjectError(f"{where}: expected {kind.name}, found {found.kind.name}")
    return found
