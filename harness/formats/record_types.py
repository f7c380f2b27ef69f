"""What the records of rings and perf buffers are made of, where the object says so.

    struct event *ring_record SEC(".records");

says it of the table `ring`: the variable is called as the table with `_record` behind it, and
points to the type. Nobody loads that section: libbpf makes a table of none but .data, .rodata, .bss
and the like. A definition in `.maps` cannot say it: kernels refuse a ring with a value_size, and a
perf buffer's values are 4 bytes.
"""

from collections.abc import Sequence
from dataclasses import replace

from harness.formats.btf import Btf, Kind, Member
from harness.formats.shapes import read_btf_shape
from harness.values.errors import ObjectError
from harness.values.table_spec import TableSpec

_SECTION = ".records"
_SUFFIX = "_record"
_OF_TYPES = ("ringbuf", "user_ringbuf", "perf_event_array")
_WORDS = {Kind.STRUCT: "struct ", Kind.UNION: "union ", Kind.ENUM: "enum ", Kind.ENUM64: "enum "}


def with_record_types(btf: Btf, tables: Sequence[TableSpec]) -> tuple[TableSpec, ...]:
    """The tables with the types of their records, if any; raises ObjectError for one of no table.

    Several variables may not speak of the same table: C has one variable of a name.
    """
    named = {spec.name: spec for spec in tables}
    for variable in btf.variables(_SECTION):
        table = variable.name.removesuffix(_SUFFIX)
        if table == variable.name or table not in named:
            raise ObjectError(
                f"variable {variable.name} of section {_SECTION}: the object has no table of"
                " that name",
                remedy=f'for the table ring: struct event *ring{_SUFFIX} SEC("{_SECTION}");',
            )
        named[table] = _typed(btf, named[table], variable)
    return tuple(named.values())


def _typed(btf: Btf, spec: TableSpec, variable: Member) -> TableSpec:
    where = f"variable {variable.name} of section {_SECTION}"
    if spec.type_name not in _OF_TYPES:
        raise ObjectError(
            f"{where}: table {spec.name} is of type {spec.type_name}, which has no records",
            remedy=f"records are those of: {' '.join(_OF_TYPES)}",
        )
    pointer = btf.resolve(variable.type)
    if pointer.kind is not Kind.PTR:
        raise ObjectError(f"{where} is no pointer to the type of a record")
    shape = read_btf_shape(btf, pointer.ref)
    if shape is None:
        raise ObjectError(f"{where} points to a type that has no size")
    return replace(spec, record_shape=shape, record_type=_type_name(btf, pointer.ref))


def _type_name(btf: Btf, type_id: int) -> str:
    """`struct event`, `event_t`, `__u32`; `their type` for one without a name."""
    found = btf.type(type_id)
    if not found.name:
        found = btf.resolve(type_id)
    return f"{_WORDS.get(found.kind, '')}{found.name}" if found.name else "their type"
