"""The annotations above a filter: declaration tags in, an Expectation out.

The vocabulary is the kernel selftests' own (bpf_misc.h, read by test_loader.c), in all three
encodings, and ours, whose keys begin with `bh_` (case.h). Nothing here compiles, loads or judges.
"""

from collections.abc import Sequence

from harness.formats.annotation_draft import Draft
from harness.formats.annotation_keys import apply
from harness.formats.decl_tags import Generation, Tag, detect_generation, read_tags
from harness.formats.object_file import ObjectFile
from harness.values.errors import AnnotationError, UnknownNameError
from harness.values.event import Event, misfit
from harness.values.expectation import Expectation, TableEntry
from harness.values.filter_spec import FilterSpec
from harness.values.table_spec import TableSpec

_PROG_ARRAY = "prog_array"


def read_expectations(obj: ObjectFile) -> dict[str, Expectation]:
    """The expectation of every filter of the object, by its name.

    Raises AnnotationError, naming filter, annotation and remedy, if one cannot be read, contradicts
    itself, or speaks of a table or filter that the object does not have.
    """
    generation = detect_generation(tag for spec in obj.filters for tag in spec.tags)
    expectations = {}
    for spec in obj.filters:
        expectation = read_expectation(spec, generation)
        _check_tables(spec, expectation, obj)
        _check_events(spec, expectation)
        expectations[spec.name] = expectation
    return expectations


def read_expectation(spec: FilterSpec, generation: Generation) -> Expectation:
    """The expectation of one filter; raises AnnotationError."""
    tags = read_tags(spec.tags, generation)
    draft = Draft()
    for tag in tags:
        try:
            apply(draft, tag)
        except ValueError as error:
            raise _refuse(spec, tag, error) from None
    try:
        return draft.finish()
    except ValueError as error:
        raise AnnotationError(f"filter {spec.name}: {error}", remedy=_remedy(tags)) from None


def _refuse(spec: FilterSpec, tag: Tag, error: ValueError) -> AnnotationError:
    return AnnotationError(
        f"filter {spec.name}, annotation {tag.raw!r}: {error}",
        remedy="docs/writing-cases.md lists the annotations and what they take",
    )


def _remedy(tags: Sequence[Tag]) -> str:
    return "take one of these away: " + ", ".join(tag.key for tag in tags)


def _check_tables(spec: FilterSpec, expectation: Expectation, obj: ObjectFile) -> None:
    try:
        for entry in expectation.puts + expectation.entries:
            _check_entry(entry, obj.table(entry.table))
        for count in expectation.counts:
            obj.table(count.table)
        for name in expectation.varying:
            obj.table(name)
        for slot in expectation.tails:
            _check_slot(slot.index, obj.table(slot.table))
            obj.filter(slot.filter)
    except ValueError as error:
        raise AnnotationError(
            f"filter {spec.name}: {error}", remedy="u8: u16: u32: u64: give numbers of that width"
        ) from None
    except UnknownNameError as error:
        raise AnnotationError(
            f"filter {spec.name}: its annotations name what is not there: {error.message}",
            remedy=error.remedy,
        ) from None


def _check_events(spec: FilterSpec, expectation: Expectation) -> None:
    if expectation.attaches and not expectation.events and spec.event is None:
        raise AnnotationError(
            f'filter {spec.name}: SEC("{spec.section}") does not say what to attach it to',
            remedy='add __event("…"): docs/events.md lists them',
        )
    if expectation.reads and not all(event.row.reads for event in _events(spec, expectation)):
        raise AnnotationError(
            f"filter {spec.name}: __read is for iterators",
            remedy="__trace finds what a filter prints with bpf_printk",
        )
    for event in expectation.events:
        if wrong := misfit(spec.section, event):
            raise AnnotationError(f"filter {spec.name} cannot be attached to {event}", remedy=wrong)


def _events(spec: FilterSpec, expectation: Expectation) -> tuple[Event, ...]:
    own = () if spec.event is None else (spec.event,)
    return expectation.events or own


def _check_entry(entry: TableEntry, table: TableSpec) -> None:
    for what, template, size in (
        ("key", entry.key, table.key_size),
        ("value", entry.value, table.value_size),
    ):
        if template.size != size:
            raise ValueError(
                f"the {what} {template.text!r} has {template.size} bytes,"
                f" table {table.name} takes {size}"
            )


def _check_slot(index: int, table: TableSpec) -> None:
    if table.type_name != _PROG_ARRAY:
        raise ValueError(f"__tail: table {table.name} is a {table.type_name}, not a {_PROG_ARRAY}")
    if index >= table.entries:
        raise ValueError(f"__tail: table {table.name} has {table.entries} slots, not slot {index}")
