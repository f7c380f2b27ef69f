"""What one run of a filter gave, in a form that is the same on every machine: a ballot.

The case says how its bytes are to be read, in the annotations that fill and expect them or by the
C types of its tables. Bytes of which nobody says it are only compared with machines of the same
byte order.
"""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from harness.judge.equivalence import is_comparable
from harness.values.arch import ByteOrder
from harness.values.ballot import Ballot, Fact
from harness.values.byte_template import ByteTemplate
from harness.values.expectation import Expectation, Retval
from harness.values.layout import Layout
from harness.values.observation import Observation, RunObservation, TableContents
from harness.values.table_spec import TableSpec, is_per_cpu

# Of a longer text only the beginning and a digest are kept: ballots wait for each other in memory.
_LIMIT = 2048


def cast_ballot(
    case: Expectation,
    tables: tuple[TableSpec, ...],
    byte_order: ByteOrder,
    seen: Observation,
    *,
    release: str,
    privileged: bool,
) -> Ballot:
    """The facts of a test run that must be the same everywhere; none if there was no run.

    `release` is that of the kernel: where the case expects another return value of others, only
    those of which it expects the same are compared.
    """
    if seen.run is None or seen.run.errno:
        return ()
    reader = _Reader(case, byte_order)
    facts = [
        *(
            []
            if _any_retval(case.on_release(release), privileged=privileged)
            else [Fact("retval", str(seen.run.retval))]
        ),
        reader.data_out(seen.run),
        *reader.context_out(seen.run),
    ]
    specs = {spec.name: spec for spec in tables}
    for table in seen.tables:
        if table.name not in case.varying and is_comparable(table) and not table.truncated:
            facts.append(reader.table(table, specs.get(table.name)))
    among = _voters_alike(case, release, privileged=privileged)
    return tuple(replace(fact, name=f"{fact.name}{among}") for fact in facts)


def _voters_alike(case: Expectation, release: str, *, privileged: bool) -> str:
    """What tells the facts of kernels apart of which the case expects something else."""
    releases = (case, *(overlay.apply(case) for overlay in case.overlays))
    if len({_expected_retval(one, privileged=privileged) for one in releases}) == 1:
        return ""
    here = _expected_retval(case.on_release(release), privileged=privileged)
    return f" (where retval {here} is expected)"


def _any_retval(case: Expectation, *, privileged: bool) -> bool:
    expected = _expected_retval(case, privileged=privileged)
    return expected is not None and expected.any_value


def _expected_retval(case: Expectation, *, privileged: bool) -> Retval | None:
    load = case.privileged if privileged else case.unprivileged
    return None if load is None else load.retval


class _Reader:
    """Reads bytes as the case says, for a machine of one byte order."""

    def __init__(self, case: Expectation, byte_order: ByteOrder) -> None:
        self._case = case
        self._order = byte_order
        self._entries = (*case.entries, *case.puts)

    def data_out(self, run: RunObservation) -> Fact:
        """A packet; its bytes are the same everywhere, but for numbers that the case speaks of."""
        templates = [t for t in (self._case.data_out, self._case.data) if t is not None]
        return Fact("data out", _short(self._read(run.data_out, templates) or run.data_out.hex()))

    def context_out(self, run: RunObservation) -> Iterator[Fact]:
        if not run.ctx_out:
            return
        templates = [] if self._case.ctx is None else [self._case.ctx]
        read = self._read(run.ctx_out, templates)
        yield self._fact("context out", read, run.ctx_out.hex())

    def table(self, table: TableContents, spec: TableSpec | None) -> Fact:
        """All entries in the order of their keys."""
        known = True
        lines = []
        for key, value in table.entries:
            name, key_known = self._key(table, spec, key)
            text, value_known = self._value(table, spec, key, value)
            lines.append((len(name), f"{name}={text}"))
            known = known and key_known and value_known
        text = "; ".join(line for _, line in sorted(lines)) or "empty"
        return self._fact(f"table {table.name}", text if known else None, text)

    def _key(self, table: TableContents, spec: TableSpec | None, key: bytes) -> tuple[str, bool]:
        templates = [entry.key for entry in self._entries if entry.table == table.name]
        layout = None if spec is None else spec.key_layout
        read = self._read(key, templates) or self._laid_out(layout, key)
        return (key.hex(), False) if read is None else (read, True)

    def _value(
        self, table: TableContents, spec: TableSpec | None, key: bytes, value: bytes
    ) -> tuple[str, bool]:
        own = [e for e in self._entries if e.table == table.name]
        templates = [e.value for e in own if e.key.pack(self._order) == key]
        layout = None if spec is None else spec.value_layout
        if is_per_cpu(table.type) and spec is not None:
            return self._per_cpu(spec, templates, value)
        read = self._read(value, templates) or self._laid_out(layout, value)
        return (value.hex(), False) if read is None else (read, True)

    def _per_cpu(
        self, spec: TableSpec, templates: list[ByteTemplate], value: bytes
    ) -> tuple[str, bool]:
        """Which CPU ran the filter does not matter, nor how many others never touched it."""
        step = max(8, (spec.value_size + 7) // 8 * 8)
        parts = [value[at : at + spec.value_size] for at in range(0, len(value), step)]
        touched = [part for part in parts if any(part)]
        read = [
            self._read(part, templates) or self._laid_out(spec.value_layout, part)
            for part in touched
        ]
        words = sorted(text for text in read if text is not None)
        if len(words) < len(touched):
            return " | ".join(sorted(part.hex() for part in touched)), False
        return " | ".join(words), True

    def _read(self, data: bytes, templates: list[ByteTemplate]) -> str | None:
        fitting = (t for t in templates if t.size == len(data) and data)
        return next((t.read(data, self._order) for t in fitting), None)

    def _laid_out(self, layout: Layout | None, data: bytes) -> str | None:
        if layout is None or layout.size != len(data):
            return None
        return layout.read(data, self._order)

    def _fact(self, name: str, read: str | None, raw: str) -> Fact:
        if read is not None:
            return Fact(name, _short(read))
        return Fact(f"{name} ({self._order.value}-endian)", _short(raw))


def _short(text: str) -> str:
    if len(text) <= _LIMIT:
        return text
    return f"{text[:_LIMIT]} … {len(text)} characters, {sha256(text.encode()).hexdigest()[:16]}"
