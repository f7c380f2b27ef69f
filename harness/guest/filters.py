"""Filters (BPF programs) of a guest: loading, running and attaching them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.channels.fields import Fields
from harness.guest.later import Connection, Later
from harness.guest.links import AttachError, Link
from harness.guest.replies import (
    Code,
    read_places,
    read_run,
    read_spec,
    read_verdict,
    submit_code,
)
from harness.guest.tables import Ref, Table
from harness.values.errors import UsageError
from harness.values.event import Event, misfit, parse_event
from harness.values.observation import LoadObservation, RunObservation
from harness.values.run_input import RunInput, run_input

# libbpf's and the selftests' buffer for one filter's verifier log.
LOG_SIZE = 2 * 1024 * 1024

# BPF_F_TEST_RUN_ON_CPU of linux/bpf.h.
_TEST_RUN_ON_CPU = 1

# BPF_PROG_TEST_RUN copies the packet and what the filter did to it back in here.
_DATA_OUT = 4096


@dataclass(frozen=True, slots=True)
class FilterType:
    """A type for a filter whose section name does not give one: linux/bpf.h numbers."""

    program_type: int
    attach_type: int = 0
    attach_to: str = ""
    """Kernel function or tracepoint, for types that are bound to their target at load."""

    attach_program: Ref | None = None
    """The filter whose function `attach_to` is, for an extension."""

    def packed(self) -> dict[str, object]:
        program = self.attach_program
        return {
            "type": self.program_type,
            "attach_type": self.attach_type,
            "attach_to": self.attach_to,
            "attach_program": None if program is None else program.packed(),
        }


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How an object is loaded. The defaults are libbpf's."""

    filters: tuple[str, ...] | None = None
    """Load only these; None loads all, also those whose section begins with `?`."""

    keep_going: bool = False
    """Go on without the filters that are refused, instead of refusing the whole object."""

    flags_set: int = 0
    flags_clear: int = 0
    """BPF_F_* program flags to add to and take from what the section name says."""

    log_level: int = 0
    """Bits of the verifier's log level; 0 gives a log for refused filters only."""

    log_size: int = LOG_SIZE
    drop_caps: int = 0
    """Mask of capabilities that are not in effect while the object is loaded."""

    types: Mapping[str, FilterType] = field(default_factory=dict)
    reuse: Mapping[str, Ref] = field(default_factory=dict)
    """Tables that exist already and are to be used instead of the object's own, by name."""

    def packed(self) -> dict[str, object]:
        return {
            "programs": None if self.filters is None else list(self.filters),
            "keep_going": self.keep_going,
            "flags_set": self.flags_set,
            "flags_clear": self.flags_clear,
            "log_level": self.log_level,
            "log_size": self.log_size,
            "drop_caps": self.drop_caps,
            "types": {name: kind.packed() for name, kind in self.types.items()},
            "reuse": {name: ref.packed() for name, ref in self.reuse.items()},
        }


class Filter:
    """A filter that was presented to the kernel: loaded, or refused with a log that says why."""

    def __init__(
        self, connection: Connection, ref: Ref, section: str, verdict: LoadObservation
    ) -> None:
        self._connection = connection
        self.ref = ref
        self.section = section
        self.verdict = verdict
        """The kernel's answer: errno, verifier log, sizes."""

        self.links: list[Link] = []

    @property
    def name(self) -> str:
        return self.ref.name

    @property
    def accepted(self) -> bool:
        return self.verdict.accepted

    @property
    def jited(self) -> bool:
        return self.verdict.jited

    def run(
        self,
        data: bytes | None = None,
        *,
        ctx: bytes | None = None,
        repeat: int | None = None,
        cpu: int | None = None,
    ) -> RunObservation:
        """Run it on made-up input, once or `repeat` times: bpf(2) BPF_PROG_TEST_RUN.

        `data` is the packet (at least 14 bytes for types that see packets), `ctx` the context
        struct; types that take no packet (raw_tracepoint, syscall) are refused a repeat count,
        even 1. A refusal to run is in the result's errno (EINVAL for wrong input, ENOTSUPP=524
        for types that cannot be run). A raw_tracepoint can be run on a certain `cpu`.
        """
        return self.submit_run(data, ctx=ctx, repeat=repeat, cpu=cpu).result()

    def submit_run(
        self,
        data: bytes | None = None,
        *,
        ctx: bytes | None = None,
        repeat: int | None = None,
        cpu: int | None = None,
    ) -> Later[RunObservation]:
        """Like `run`, without waiting for the result."""
        kind = run_input(self.section)
        if repeat is None:
            repeat = 1 if kind is RunInput.PACKET else 0
        # Filters of a context only get it back in place, or not at all; a buffer is refused.
        ctx_out = len(ctx) if ctx is not None and kind is not RunInput.CONTEXT else 0
        arguments: dict[str, object] = {
            "program": self.ref.packed(),
            "data_in": data,
            "ctx_in": ctx,
            "data_out_size": _DATA_OUT if data is not None else 0,
            "ctx_out_size": ctx_out,
            "repeat": repeat,
            "cpu": cpu,
            "flags": 0 if cpu is None else _TEST_RUN_ON_CPU,
        }
        return self._connection.submit("run", read_run, arguments)

    def attach(self, event: Event | str | None = None, *, owned: bool = False) -> Link:
        """Associate it with an event, by default the one its section names.

        One filter may be attached to many events, and many filters to one. `owned`: a process of
        its own holds the association, and `detach` kills it. Raises AttachError
        with the kernel's errno, UsageError if it was refused or no event is known.
        """
        if not self.accepted:
            raise UsageError(f"{self.name} was refused by the verifier: it cannot be attached")
        target = parse_event(self.section) if event is None else event
        if isinstance(target, str):
            target = parse_event(target)
        if target.row.fixed and (wrong := misfit(self.section, target)):
            # The kernel would attach it to what it was loaded for.
            raise UsageError(f"{self.name} cannot be attached to {target}", remedy=wrong)
        try:
            link = Link.attach(self._connection, self.ref, target, owned=owned)
        except AttachError as error:
            raise error.explain(self._connection) from None
        self.links.append(link)
        return link

    def detach(self) -> None:
        """End all associations of this filter."""
        while self.links:
            self.links.pop().detach()

    def code(self) -> Code:
        """Its instructions, translated and as machine code (each cut at 4 MiB)."""
        return self.submit_code().result()

    def submit_code(self) -> Later[Code]:
        """Like `code`, without waiting for the result."""
        return submit_code(self._connection, self.ref)


class LoadedObject:
    """An object file in a guest: its filters and tables, by name."""

    def __init__(self, connection: Connection, handle: int, reply: Fields) -> None:
        self._connection = connection
        self.handle = handle
        self.errno = reply.errno()
        """0 if the object is loaded, maybe without the filters that were refused."""

        self.message = reply.text("message")
        """What libbpf said on the way."""

        self.filters = {
            entry.ref.name: entry for entry in self._read_filters(reply.all_maps("programs"))
        }
        self.tables = {entry.name: entry for entry in self._read_tables(reply.all_maps("tables"))}
        connection.tables.update(table.spec.type_name for table in self.tables.values())

    @property
    def loaded(self) -> bool:
        return self.errno == 0

    def detach(self) -> None:
        """End all associations of all its filters."""
        for entry in self.filters.values():
            entry.detach()

    def close(self) -> None:
        """Detach and unload all of it. A refused object is not in the guest any more."""
        self.detach()
        if self.loaded:
            self.submit_close().result()

    def submit_close(self) -> Later[None]:
        return self._connection.submit("close", lambda reply: None, {"handle": self.handle})

    def _read_filters(self, programs: tuple[Fields, ...]) -> list[Filter]:
        found = []
        for program in programs:
            if program.integer_or_none("errno") is None:
                continue
            ref = Ref(self.handle, program.text("name"))
            verdict = read_verdict(program)
            self._connection.code.extend(read_places(program))
            found.append(Filter(self._connection, ref, program.text("section"), verdict))
        return found

    def _read_tables(self, tables: tuple[Fields, ...]) -> list[Table]:
        return [
            Table(self._connection, Ref(self.handle, table.text("name")), read_spec(table))
            for table in tables
            if table.boolean("created")
        ]


def submit_load(
    connection: Connection, blob: str, options: LoadOptions
) -> tuple[int, Later[LoadedObject]]:
    """Ask for an object that the agent keeps under the name `blob` to be loaded.

    The handle is known before the reply, so that requests on the filters can follow at once.
    """
    handle = connection.new_handle()
    arguments = {"as": handle, "blob": blob, **options.packed()}
    later = connection.submit(
        "load", lambda reply: LoadedObject(connection, handle, reply), arguments
    )
    return handle, later
