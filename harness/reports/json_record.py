"""One line of results.jsonl: a Record as JSON and back. docs/results.md is its description.

Unknown keys are ignored when reading, so that a newer file can be read by an older program.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from harness.values.record import Record, TriggerRecord
from harness.values.verdict import Outcome, Verdict

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class LogReference:
    """A verifier log that is kept in a file of its own, and its end, kept in the line."""

    path: str
    """Relative to the report directory."""

    tail: str


def write_record(record: Record, log: LogReference | None = None) -> str:
    """The JSON object of a record, on one line."""
    fields: dict[str, object] = {
        "schema": SCHEMA,
        "case": record.case,
        "program": record.program,
        "group": record.group,
        "arch": record.arch,
        "kernel": record.kernel,
        "kernel_source": record.kernel_source,
        "mode": record.mode,
        "jited": record.jited,
        "outcome": record.verdict.outcome.value,
        "reason": record.verdict.reason,
        "evidence": list(record.verdict.evidence),
        "duration_s": round(record.duration_s, 6),
        "errno": record.errno,
        "verifier_log": record.verifier_log if log is None else log.tail,
        "verifier_log_file": None if log is None else log.path,
        "insns_processed": record.insns_processed,
        "retval": record.retval,
        "jit_features": None if record.jit_features is None else list(record.jit_features),
        "events": list(record.events),
        "tables": list(record.tables),
        **_written_triggers(record.triggers),
        "accel": record.accel,
        "qemu": record.qemu,
        "cpu": record.cpu,
        "guest": record.guest,
        "attempt": record.attempt,
        "final": record.final,
        "reproducible": record.reproducible,
        "reproduce": record.reproduce,
        "extra": dict(record.extra),
    }
    return json.dumps(fields, ensure_ascii=False)


def parse_record(line: str) -> Record:
    """The record of one line; raises ValueError, naming the field, if it is not one."""
    try:
        fields = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")
    if fields.get("schema") != SCHEMA:
        raise ValueError(f"schema is {fields.get('schema')!r}, this program reads {SCHEMA}")
    return Record(
        case=_text(fields, "case"),
        program=_text(fields, "program"),
        group=_text(fields, "group"),
        arch=_text(fields, "arch"),
        kernel=_text(fields, "kernel"),
        kernel_source=_text(fields, "kernel_source"),
        mode=_text(fields, "mode"),
        guest=_text(fields, "guest"),
        accel=_text(fields, "accel"),
        qemu=_text(fields, "qemu"),
        cpu=_text({"cpu": "", **fields}, "cpu"),
        reproduce=_text(fields, "reproduce"),
        verdict=_verdict(fields),
        duration_s=_number(fields, "duration_s"),
        attempt=_count(fields, "attempt"),
        jited=_maybe_bool(fields, "jited"),
        errno=_integer(fields, "errno"),
        verifier_log=_text(fields, "verifier_log"),
        insns_processed=_integer(fields, "insns_processed"),
        retval=_integer(fields, "retval"),
        jit_features=_maybe_words(fields, "jit_features"),
        events=_maybe_words(fields, "events") or (),
        tables=_maybe_words(fields, "tables") or (),
        triggers=_triggers(fields),
        final=_maybe_bool(fields, "final") is not False,
        reproducible=_maybe_bool(fields, "reproducible"),
        extra=_texts_of(fields, "extra"),
    )


def _written_triggers(triggers: tuple[TriggerRecord, ...]) -> dict[str, object]:
    """The field is there only where a trigger was fired."""
    return {"triggers": [asdict(each) for each in triggers]} if triggers else {}


def _triggers(fields: Mapping[str, object]) -> tuple[TriggerRecord, ...]:
    found = fields.get("triggers", [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("triggers is not a list of objects")
    return tuple(
        TriggerRecord(
            _text(each, "trigger"),
            _text(each, "result"),
            None if each.get("errno") is None else _text(each, "errno"),
            _text(each, "data"),
        )
        for each in found
    )


def _verdict(fields: Mapping[str, object]) -> Verdict:
    evidence = fields.get("evidence", [])
    if not isinstance(evidence, list) or not all(isinstance(line, str) for line in evidence):
        raise ValueError("evidence is not a list of strings")
    name = _text(fields, "outcome")
    outcome = next((outcome for outcome in Outcome if outcome.value == name), None)
    if outcome is None:
        raise ValueError(f"outcome {name!r} is none of ours")
    return Verdict(outcome, _text(fields, "reason"), tuple(evidence))


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}, not a string")
    return value


def _number(fields: Mapping[str, object], name: str) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is {value!r}, not a number")
    return float(value)


def _integer(fields: Mapping[str, object], name: str) -> int | None:
    value = fields.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise ValueError(f"{name} is {value!r}, not an integer")
    return value


def _count(fields: Mapping[str, object], name: str) -> int:
    value = _integer(fields, name)
    if value is None or value < 1:
        raise ValueError(f"{name} is {value!r}, not 1 or more")
    return value


def _maybe_bool(fields: Mapping[str, object], name: str) -> bool | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}, neither true nor false")
    return value


def _maybe_words(fields: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError(f"{name} is {value!r}, not a list of strings")
    return tuple(value)


def _texts_of(fields: Mapping[str, object], name: str) -> dict[str, str]:
    value = fields.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError(f"{name} is not an object of strings")
    return value
