"""C files as people type them at a kernel: functions without SEC() become filters of an event.

Compiles with FilterStore, twice where entries have to be added; loads and attaches nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.formats.loose_functions import read_loose_functions
from harness.formats.object_file import ObjectFile, read_object
from harness.toolchain.entries import Entry, plan_entries, wrap_source
from harness.toolchain.filter_source import CompiledFilter, FilterBuild, FilterStore
from harness.values.errors import UnknownNameError, UsageError
from harness.values.event import Event, misfit


@dataclass(frozen=True, slots=True)
class PlainFilters:
    """An object whose filters all have sections, and what to attach them to."""

    compiled: CompiledFilter
    object: ObjectFile
    entries: tuple[Entry, ...]
    """The filters that were made of functions without SEC()."""

    events: Mapping[str, tuple[Event, ...]]
    """For each filter of the object: the events asked for, else the one its section names."""


def compile_plain_filters(
    store: FilterStore, build: FilterBuild, events: Mapping[str, Sequence[Event]]
) -> PlainFilters:
    """Compiles a C file of any style; `events` are the user's, by the name of the function.

    Raises CompileError, ObjectError, or UsageError where a function and its event do not fit.
    """
    compiled = store.get(build)
    entries = plan_entries(read_loose_functions(compiled.data), events)
    if entries:
        wrapped = store.get(replace(build, wrapper=wrap_source(build.source, entries)))
        compiled = replace(wrapped, warnings=compiled.warnings)
    found = read_object(compiled.data)
    _check_names(found, entries, events)
    return PlainFilters(compiled, found, entries, _events(found, entries, events))


def _check_names(
    found: ObjectFile, entries: Sequence[Entry], events: Mapping[str, Sequence[Event]]
) -> None:
    known = {entry.function.name for entry in entries}
    known.update(spec.name for spec in found.filters if spec.name not in _made(entries))
    for name in events:
        if name not in known:
            raise UnknownNameError(
                f"--event names {name!r}, and the file has no such function",
                remedy=f"it has: {' '.join(sorted(known))}",
            )


def _made(entries: Sequence[Entry]) -> set[str]:
    return {entry.name for entry in entries}


def _events(
    found: ObjectFile, entries: Sequence[Entry], events: Mapping[str, Sequence[Event]]
) -> dict[str, tuple[Event, ...]]:
    wanted: dict[str, tuple[Event, ...]] = {}
    for spec in found.filters:
        own = () if spec.event is None or not spec.autoload else (spec.event,)
        wanted[spec.name] = tuple(events.get(spec.name, own))
    chosen = wanted | {entry.name: entry.events for entry in entries}
    for spec in found.filters:
        for event in chosen[spec.name]:
            if wrong := misfit(spec.section, event):
                raise UsageError(f"{spec.name} cannot be attached to {event}", remedy=wrong)
    return chosen
