"""From what happened in one attempt to its record."""

import shlex
from dataclasses import dataclass

from harness.formats.verifier_log import parse_stats
from harness.judge.trigger import show_result
from harness.runner.tested import Tested
from harness.toolchain.disassembler import disassembler, instructions
from harness.values.arch import Arch
from harness.values.ballot import Ballot
from harness.values.case import CaseId
from harness.values.errnos import errno_name
from harness.values.mode import Mode
from harness.values.observation import Fired, LoadObservation, Observation
from harness.values.record import Record, TriggerRecord
from harness.values.touched import NOTHING, Touched
from harness.values.verdict import Verdict

# A log of 2 MiB stays out of results.jsonl: its end says why a filter was refused.
_MAX_LOG = 64 * 1024

# A filter of ten thousand instructions; disassembling more takes a tenth of a second and longer.
_MAX_CODE = 64 * 1024

# Of one trigger: characters of its text and result, bytes that came back.
_MAX_TEXT = 512
_MAX_DATA = 256


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one trial: where, which, how long, and what it came to."""

    case: CaseId
    mode: Mode
    number: int
    guest: str
    verdict: Verdict
    duration_s: float
    observation: Observation | None = None
    ballot: Ballot = ()
    touched: Touched = NOTHING
    reproducible: bool | None = None
    """Of a crash: whether it came again when the trial was run alone; None if it was not tried."""


def make_record(target: Tested, attempt: Attempt, *, final: bool) -> Record:
    """The record of an attempt; `final` unless another attempt follows."""
    observation = attempt.observation
    load = observation.load if observation is not None else None
    run = observation.run if observation is not None else None
    return Record(
        case=str(attempt.case),
        program=attempt.case.program,
        group=attempt.case.group,
        arch=target.arch.name,
        kernel=target.kernel.release,
        kernel_source=f"{target.kernel.source} ({target.kernel.origin})",
        mode=attempt.mode.value,
        verdict=attempt.verdict,
        duration_s=round(attempt.duration_s, 6),
        attempt=attempt.number,
        guest=attempt.guest,
        accel=target.accel_name,
        qemu=target.qemu_version,
        cpu=target.hardware.cpu_model or "",
        jited=load.jited if load is not None and load.accepted else None,
        errno=load.errno if load is not None else None,
        verifier_log=load.log[-_MAX_LOG:] if load is not None else "",
        insns_processed=_insns(load),
        retval=run.retval if run is not None else None,
        jit_features=_jit_features(target.arch, observation),
        final=final,
        reproducible=attempt.reproducible,
        reproduce=reproduce_line(target, attempt.case, attempt.mode),
        ballot=attempt.ballot,
        events=attempt.touched.events,
        tables=attempt.touched.tables,
        triggers=tuple(_trigger(each) for each in attempt.touched.fired),
    )


def reproduce_line(target: Tested, case: CaseId, mode: Mode) -> str:
    """The command that runs this one trial again."""
    path = f"{case.path}:{case.program}"
    return shlex.join(("bpf-harness", "check", path, *target.words, "--mode", mode.value))


def _jit_features(arch: Arch, observation: Observation | None) -> tuple[str, ...] | None:
    """What the machine code shows of its CPU; None where there is none that was looked at."""
    code = observation.machine_code if observation is not None else None
    if not code or len(code) > _MAX_CODE:
        return None
    return arch.code.features_in(instructions(disassembler(arch).lines(code)))


def _trigger(fired: Fired) -> TriggerRecord:
    """What a guest said of it is cut."""
    seen = fired.result
    return TriggerRecord(
        fired.trigger.text[:_MAX_TEXT],
        show_result(fired.trigger, seen)[:_MAX_TEXT],
        errno_name(seen.errno) if seen.errno and not seen.timed_out else None,
        seen.data[:_MAX_DATA].hex(),
    )


def _insns(load: LoadObservation | None) -> int | None:
    """Instructions the verifier walked through; the log of an accepted filter may be empty."""
    if load is None:
        return None
    stats = parse_stats(load.log)
    return stats.insns if stats is not None else load.verified_insns
