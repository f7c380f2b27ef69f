"""What a trial left behind in its guest: objects, memory, settings.

A leak accuses the kernel or the case; a guest that is merely short of memory is replaced.
"""

from collections.abc import Sequence

from harness.values.observation import Health, Objects, SettingChange, Survival
from harness.values.verdict import Outcome, Verdict

# Of Objects: what there must not be anew after a trial, and its noun.
_NAMED_BY_ID = (
    ("programs", "program"),
    ("tables", "table"),
    ("links", "link"),
    ("btfs", "BTF"),
)

# Of Health: what there must not be more of.
_COUNTED = (
    ("handles", "handle"),
    ("perf_events", "perf event"),
    ("probes", "probe"),
    ("processes", "process"),
)

# KiB of memory that a guest may have lost and be used again, and that one trial may cost without
# an accusation. What all cases cost is in docs/isolation.md.
MAX_NOISE_KB = 32 * 1024
MAX_LOSS_KB = 64 * 1024

# Changed settings that a reason names, and that the evidence does.
_NAMED = 3
_LISTED = 40

# Of a setting's value, in a message.
_SHOWN = 60


def judge_leaks(survival: Survival) -> Verdict | None:
    """None if the trial left nothing behind; a guest that was lost has left nothing."""
    before, after = survival.before, survival.after
    if before is None or after is None:
        return None
    leaks, loss_kb = _leaks(before, after), _loss_kb(before, after)
    changes = tuple(_change(change) for change in survival.settings)
    said = []
    if leaks:
        said.append(_left_behind(leaks))
    if changes:
        said.append(f"left settings changed: {_some(changes)}")
    if loss_kb > MAX_LOSS_KB:
        said.append(f"{loss_kb // 1024} MiB of memory were not given back")
    if not said:
        return None
    evidence = changes[:_LISTED] if len(changes) > _NAMED else ()
    return Verdict(Outcome.FAILED, "; ".join(said), evidence)


def judge_kept(objects: Objects) -> Verdict:
    """On objects that were made in a trial, closed, and have not gone away."""
    return Verdict(Outcome.FAILED, _left_behind(_kept(objects)))


def has_grown(before: Health, after: Health) -> bool:
    """Whether there is anything new or more of anything, as there is while the kernel frees."""
    return bool(after.objects - before.objects) or holds_more(before, after)


def holds_more(before: Health, after: Health) -> bool:
    """The same but for objects, which are known by their ids and can be looked for later."""
    return bool(_counted(before, after)) or _loss_kb(before, after) > MAX_NOISE_KB


def worn_out(fresh: Health, now: Health) -> bool:
    """Whether all its trials together cost the guest more memory than the next may find gone."""
    return _loss_kb(fresh, now) > MAX_NOISE_KB


def _leaks(before: Health, after: Health) -> list[str]:
    return [*_kept(after.objects - before.objects), *_counted(before, after)]


def _kept(objects: Objects) -> list[str]:
    found = ((len(getattr(objects, field)), noun) for field, noun in _NAMED_BY_ID)
    return [_count(number, noun) for number, noun in found if number]


def _counted(before: Health, after: Health) -> list[str]:
    grown = ((getattr(after, field) - getattr(before, field), noun) for field, noun in _COUNTED)
    return [_count(number, noun) for number, noun in grown if number > 0]


def _left_behind(leaks: Sequence[str]) -> str:
    return f"left behind after everything was closed: {', '.join(leaks)}"


def _loss_kb(before: Health, after: Health) -> int:
    """What the agent holds, objects and buffers for the next load, is not lost."""
    return (before.available_kb + before.resident_kb) - (after.available_kb + after.resident_kb)


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun}{'es' if noun.endswith('s') else 's'}"


def _some(changes: Sequence[str]) -> str:
    more = f" and {len(changes) - _NAMED} more" if len(changes) > _NAMED else ""
    return f"{', '.join(changes[:_NAMED])}{more}"


def _change(change: SettingChange) -> str:
    return f"{change.name} {_shown(change.before)} → {_shown(change.after)}"


def _shown(value: str | None) -> str:
    if value is None:
        return "(absent)"
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
