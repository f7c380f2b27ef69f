"""One trial of one filter in one guest: all its operations in one exchange, then what was seen.

Observes and never judges. Losing the guest is an exception that the caller turns into evidence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from harness.guest.filters import Filter, LoadedObject, LoadOptions
from harness.guest.guest import Guest
from harness.guest.later import Later
from harness.guest.links import Link
from harness.guest.replies import Code
from harness.guest.tables import Ref, Table
from harness.guest.trace import TraceStream
from harness.runner.loadable import Loadable
from harness.values.errors import CaseError, ProtocolError
from harness.values.event import Event
from harness.values.observation import (
    Fired,
    LoadObservation,
    Observation,
    RunObservation,
    TableContents,
)
from harness.values.run_input import RunInput, run_input
from harness.values.table_spec import TableOrigin, TableSpec
from harness.values.trigger import Trigger, TriggerResult

# Taken away for the unprivileged load, as test_loader.c does; numbers of linux/capability.h.
_CAP_NET_ADMIN, _CAP_SYS_ADMIN, _CAP_PERFMON, _CAP_BPF = 12, 21, 38, 39
_UNPRIVILEGED = 1 << _CAP_NET_ADMIN | 1 << _CAP_SYS_ADMIN | 1 << _CAP_PERFMON | 1 << _CAP_BPF

# What test_loader.c gives a filter as a packet, and the offset of data_end in struct __sk_buff.
_PACKET = bytes(64)
_SK_BUFF_SIZE = 192
_SK_BUFF_DATA_END = 80

# More entries than any case puts into a table on purpose.
_MAX_ENTRIES = 4096

# Table types whose entries are kernel objects or gone once read: nothing to compare.
_OPAQUE_TYPES = frozenset(
    {
        "prog_array",
        "perf_event_array",
        "cgroup_array",
        "array_of_maps",
        "hash_of_maps",
        "stack_trace",
        "queue",
        "stack",
        "ringbuf",
        "user_ringbuf",
        "bloom_filter",
        "struct_ops",
        "arena",
    }
)


@dataclass(frozen=True, slots=True)
class _Requests:
    """What was asked for and not yet answered."""

    load: Later[LoadedObject]
    preparations: tuple[Later[int], ...]
    run: Later[RunObservation] | None
    tables: tuple[Later[TableContents], ...]
    code: Later[Code] | None


class FilterTrial:
    """Runs one case in one guest. The guest is in the right mode already."""

    def __init__(self, guest: Guest, case: Loadable, *, reads_code: bool = False) -> None:
        """`reads_code`: also ask for the machine code, which is up to 4 MiB."""
        self._guest = guest
        self._case = case
        self._reads_code = reads_code
        self._order = case.obj.byte_order

    def start(self) -> Callable[[], Observation]:
        """Ask for all of a test run at once; what waits for the answers, and raises as `observe`.

        For a filter that is neither attached nor traced.
        """
        requests = self._submit()
        return lambda: self._collect(requests)

    def observe(self) -> Observation:
        """Load, prepare, run, look.

        Raises ChannelError if the guest is lost on the way, AgentError if the agent is alive
        but could not do its part.
        """
        expectation = self._case.expectation
        trace = self._guest.trace() if expectation.trace else None
        observation = self._observe_attached() if expectation.attaches else self.start()()
        if trace is None:
            return observation
        return _with_trace(observation, trace)

    def _collect(self, requests: _Requests) -> Observation:
        load, accepted = self._verdict(requests.load.result())
        if not accepted:
            return Observation(load)
        self._require_prepared(requests.preparations)
        run = requests.run.result() if requests.run is not None else None
        tables = tuple(table.result() for table in requests.tables)
        return Observation(load, run, tables, machine_code=_machine_code(requests.code))

    def _submit(self) -> _Requests:
        handle, load = self._guest.submit_load(self._case.data, self._options())
        tables = self._tables(handle)
        preparations = self._prepare(handle, tables)
        run = self._run(handle) if self._case.expectation.test_runs else None
        code = self._filter(handle).submit_code() if self._reads_code else None
        return _Requests(load, preparations, run, self._look(tables), code)

    def _observe_attached(self) -> Observation:
        """Attach, fire the triggers, detach; each step needs the one before it."""
        loaded = self._guest.submit_load(self._case.data, self._options())[1].result()
        load, accepted = self._verdict(loaded)
        if not accepted:
            return Observation(load)
        tables = self._tables(loaded.handle)
        self._require_prepared(self._prepare(loaded.handle, tables))
        code = self._filter(loaded.handle).submit_code() if self._reads_code else None
        own = loaded.filters[self._case.spec.name]
        links = [own.attach(event) for event in self._events()]
        fired = tuple(self._fire(trigger) for trigger in self._case.expectation.triggers)
        lines = self._read(links)
        for link in links:
            link.detach()
        contents = tuple(later.result() for later in self._look(tables))
        return Observation(
            load,
            None,
            contents,
            fired=tuple(each for each in fired if each.trigger.kind is not None),
            lines=lines,
            machine_code=_machine_code(code),
        )

    def _fire(self, trigger: Trigger) -> Fired:
        """A shell command that fails did not pull, whatever the kernel did."""
        if trigger.kind is not None:
            return Fired(trigger, self._guest.fire(trigger, self._order).wait())
        shell = self._guest.shell(trigger.text)
        status = shell.wait()
        self._guest.connection.note(Fired(trigger, TriggerResult(status)))
        if status:
            raise CaseError(
                f"{self._case.id}: the trigger ended with status {status}: {shell.output.strip()}"
            )
        return Fired(trigger, TriggerResult())

    def _read(self, links: Sequence[Link]) -> tuple[str, ...]:
        if not self._case.expectation.reads:
            return ()
        return tuple(line for link in links for line in link.read().splitlines())

    def _events(self) -> tuple[Event, ...]:
        """What the annotations say, else the section; one of them does."""
        own = self._case.spec.event
        return self._case.expectation.events or (() if own is None else (own,))

    def _options(self) -> LoadOptions:
        expectation = self._case.expectation
        drop = 0 if self._case.id.privileged else _UNPRIVILEGED & ~expectation.caps_unpriv
        return LoadOptions(
            filters=(self._case.spec.name, *self._case.companions),
            flags_set=expectation.flags_set,
            flags_clear=expectation.flags_clear,
            log_level=expectation.log_level,
            drop_caps=drop,
        )

    def _verdict(self, loaded: LoadedObject) -> tuple[LoadObservation, bool]:
        """What the kernel said to the filter itself, and whether the object is loaded."""
        own = loaded.filters.get(self._case.spec.name)
        if own is not None and (loaded.loaded or not own.accepted):
            return own.verdict, loaded.loaded
        if loaded.loaded:
            raise ProtocolError(f"the agent loaded an object without {self._case.spec.name}")
        refused = [entry for entry in loaded.filters.values() if not entry.accepted]
        if refused:
            raise CaseError(
                f"{self._case.id}: {refused[0].name}, which is loaded with it, was refused: "
                f"errno {refused[0].verdict.errno}"
            )
        # Refused before the verifier: libbpf could not open it, or a table could not be made.
        return LoadObservation(loaded.errno, loaded.message), False

    def _tables(self, handle: int) -> dict[str, Table]:
        connection = self._guest.connection
        return {
            spec.name: Table(connection, Ref(handle, spec.name), spec)
            for spec in self._case.obj.tables
        }

    def _prepare(self, handle: int, tables: dict[str, Table]) -> tuple[Later[int], ...]:
        expectation = self._case.expectation
        puts = [
            tables[put.table].submit_add(put.key.pack(self._order), put.value.pack(self._order))
            for put in expectation.puts
        ]
        slots = [
            tables[slot.table].submit_add_filter(
                slot.index.to_bytes(4, self._order.value), Ref(handle, slot.filter)
            )
            for slot in expectation.tails
        ]
        return (*puts, *slots)

    def _require_prepared(self, preparations: tuple[Later[int], ...]) -> None:
        for later in preparations:
            if errno := later.result():
                raise CaseError(
                    f"{self._case.id}: a table could not be filled before the run: errno {errno}"
                )

    def _run(self, handle: int) -> Later[RunObservation]:
        spec, expectation = self._case.spec, self._case.expectation
        own = self._filter(handle)
        kind = run_input(spec.section)
        data = expectation.data.pack(self._order) if expectation.data else None
        if kind is RunInput.PACKET and data is None:
            data = _PACKET
        repeat = expectation.repeat if kind is RunInput.PACKET else 0
        return own.submit_run(data, ctx=self._context(), repeat=repeat)

    def _filter(self, handle: int) -> Filter:
        """The case's own filter, which may still turn out to be refused."""
        spec = self._case.spec
        return Filter(
            self._guest.connection, Ref(handle, spec.name), spec.section, LoadObservation(0, "")
        )

    def _context(self) -> bytes | None:
        expectation = self._case.expectation
        if expectation.ctx is not None:
            return expectation.ctx.pack(self._order)
        if not expectation.linear_size:
            return None
        context = bytearray(_SK_BUFF_SIZE)
        end = expectation.linear_size.to_bytes(4, self._order.value)
        context[_SK_BUFF_DATA_END : _SK_BUFF_DATA_END + 4] = end
        return bytes(context)

    def _look(self, tables: dict[str, Table]) -> tuple[Later[TableContents], ...]:
        expectation = self._case.expectation
        if not expectation.test_runs and not expectation.attaches:
            return ()
        return tuple(
            table.submit_dump(_MAX_ENTRIES) for table in tables.values() if _comparable(table.spec)
        )


def _comparable(spec: TableSpec) -> bool:
    return spec.origin is not TableOrigin.RODATA and spec.type_name not in _OPAQUE_TYPES


def _with_trace(observation: Observation, trace: TraceStream) -> Observation:
    lines = tuple(line.message for line in trace.stop())
    return replace(observation, trace=lines)


def _machine_code(code: Later[Code] | None) -> bytes | None:
    return None if code is None else code.result().jited
