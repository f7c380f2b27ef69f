"""What an accepted filter did: machine code, test run, tables, trace lines."""

from harness.judge.difference import Difference, compare_bytes, show_bytes, show_retval
from harness.judge.trigger import judge_trigger
from harness.values.arch import ByteOrder
from harness.values.errnos import errno_name
from harness.values.expectation import Expectation, LoadExpectation, Pattern, Retval, TableEntry
from harness.values.mode import Mode
from harness.values.observation import Fired, Observation, RunObservation, TableContents
from harness.values.table_spec import is_per_cpu

_EVIDENCE_LINES = 20


def judge_execution(
    whole: Expectation, load: LoadExpectation, mode: Mode, byte_order: ByteOrder, seen: Observation
) -> Difference | None:
    """The first difference, in the order code, run, output, triggers, tables, trace, lines read."""
    assert seen.load is not None
    if mode.jits and not seen.load.jited:
        return Difference(f"was not JITed, in mode {mode}")
    if not mode.jits and seen.load.jited:
        return Difference(f"was JITed, in mode {mode}")
    difference = None
    if whole.test_runs:
        difference = _judge_run(whole, load.retval, byte_order, seen.run)
    return (
        difference
        or _judge_triggers(seen.fired, byte_order)
        or _judge_tables(whole, byte_order, seen.tables)
        or _judge_lines("trace line", whole.trace, seen.trace)
        or _judge_lines("line", whole.reads, seen.lines)
    )


def _judge_run(
    whole: Expectation, retval: Retval | None, byte_order: ByteOrder, run: RunObservation | None
) -> Difference | None:
    if run is None:
        return Difference("was not run")
    if run.errno:
        return Difference(f"the test run was refused with {errno_name(run.errno)}")
    if retval is not None and not retval.matches(run.retval):
        return Difference(_word_retval(run.retval, retval))
    if whole.data_out is None:
        return None
    return compare_bytes("data out", whole.data_out.pack(byte_order), run.data_out)


def _word_retval(seen: int, expected: Retval) -> str:
    """`retval 5, expected 4 (0x5 != 0x4)`."""
    signed = expected.value < 1 << 31
    shown = show_retval(seen, signed=signed)
    return f"retval {shown}, expected {expected} ({seen:#x} != {expected.value % (1 << 32):#x})"


def _judge_triggers(fired: tuple[Fired, ...], byte_order: ByteOrder) -> Difference | None:
    differences = (judge_trigger(each.trigger, each.result, byte_order) for each in fired)
    return next((difference for difference in differences if difference is not None), None)


def _judge_tables(
    whole: Expectation, byte_order: ByteOrder, tables: tuple[TableContents, ...]
) -> Difference | None:
    seen = {table.name: table for table in tables}
    differences = (
        *(_judge_entry(entry, seen.get(entry.table), byte_order) for entry in whole.entries),
        *(_judge_count(c.table, c.entries, seen.get(c.table)) for c in whole.counts),
    )
    return next((difference for difference in differences if difference is not None), None)


def _judge_count(name: str, wanted: int, table: TableContents | None) -> Difference | None:
    if table is None:
        return _unread(name)
    if table.truncated:
        return Difference(f"table {name} has more than {len(table.entries)} entries")
    if len(table.entries) == wanted:
        return None
    reason = f"table {name} has {len(table.entries)} entries, expected {wanted}"
    return Difference(reason, _show_entries(table))


def _judge_entry(
    entry: TableEntry, table: TableContents | None, byte_order: ByteOrder
) -> Difference | None:
    if table is None:
        return _unread(entry.table)
    key, wanted = entry.key.pack(byte_order), entry.value.pack(byte_order)
    seen = next((value for known, value in table.entries if known == key), None)
    if seen is None:
        cut = f" among the first {len(table.entries)}" if table.truncated else ""
        reason = f"table {entry.table} has no key {entry.key.text}{cut}"
        return Difference(reason, _show_entries(table))
    if wanted in _values(seen, len(wanted), per_cpu=is_per_cpu(table.type)):
        return None
    return Difference(
        f"table {entry.table}[{entry.key.text}] is {show_bytes(seen)}, "
        f"expected {show_bytes(wanted)}",
        _show_entries(table),
    )


def _unread(name: str) -> Difference:
    return Difference(f"table {name} cannot be read")


def _values(seen: bytes, size: int, *, per_cpu: bool) -> tuple[bytes, ...]:
    """The values of an entry: of a per-CPU table one for each CPU, rounded up to 8 bytes."""
    if not per_cpu:
        return (seen,)
    step = max(8, (size + 7) // 8 * 8)
    return tuple(seen[start : start + size] for start in range(0, len(seen), step))


def _show_entries(table: TableContents) -> tuple[str, ...]:
    shown = table.entries[:_EVIDENCE_LINES]
    lines = [f"{show_bytes(key)} = {show_bytes(value)}" for key, value in shown]
    if len(table.entries) > len(shown):
        lines.append(f"… {len(table.entries) - len(shown)} more")
    return (f"table {table.name}:", *(lines or ["no entries"]))


def _judge_lines(
    noun: str, patterns: tuple[Pattern, ...], lines: tuple[str, ...]
) -> Difference | None:
    """Every pattern must match a line of its own, after that of the pattern before."""
    rest = iter(lines)
    after = ""
    for number, pattern in enumerate(patterns, 1):
        if not any(pattern.search(line) is not None for line in rest):
            reason = f"{noun} {number} of {len(patterns)} not found{after}: {pattern.text!r}"
            return Difference(reason, lines[-_EVIDENCE_LINES:] or (f"no {noun} was printed",))
        after = f" after {pattern.text!r}"
    return None
