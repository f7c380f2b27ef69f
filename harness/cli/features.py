"""`bpf-harness kernels features`: what one kernel has of all that a case may need."""

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from harness.cli.columns import format_table
from harness.cli.options import add_cold, add_target, saved_states
from harness.guest.feature_rows import FEATURES
from harness.guest.guest import Guest
from harness.runner.known_features import KnownFeatures, build_id
from harness.runner.pool import BOOT_TIMEOUT_S
from harness.runner.target import Target, prepare_target
from harness.values.accel import AccelChoice
from harness.values.arch import parse_arch
from harness.values.deadline import Deadline
from harness.values.errors import RefusedError
from harness.values.feature import Feature
from harness.values.mode import Mode

_NO_MODE, _YES, _NO, _DUE, _BUG = "-", "yes", "no", "MISSING", "bug"


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    add_target(parser)
    add_cold(parser)


def run(args: Namespace) -> int:
    """Boot, probe in every mode, print; the exit code is 1 if something is absent that is due."""
    choice = AccelChoice.parse(args.accel)
    target = prepare_target(parse_arch(args.arch), args.kernel, choice, cpu_model=args.cpu)
    with tempfile.TemporaryDirectory(prefix="bpf-harness-") as folder:
        plan = target.plan(Path(folder))
        with Guest.start(plan, Deadline.after(BOOT_TIMEOUT_S), saved_states(args)) as guest:
            rows = _probe(guest, target)
            named = build_id(guest, target.kernel)
    sys.stdout.write(f"{target.kernel} on {target.arch}, build id {named}\n\n")
    header = ("FEATURE", *(mode.value for mode in Mode), "SINCE", "OPTIONS")
    sys.stdout.writelines(f"{line}\n" for line in format_table([header, *rows]))
    for feature in FEATURES:
        if feature.bug and any(row[0] == feature.name and _BUG in row for row in rows):
            sys.stdout.write(f"\nbug: {feature.name}: {feature.bug}\n")
    return 1 if any(_DUE in row for row in rows) else 0


def _probe(guest: Guest, target: Target) -> list[tuple[str, ...]]:
    known = KnownFeatures(target.kernel, target.hardware)
    answers: dict[str, list[str]] = {feature.name: [] for feature in FEATURES}
    for mode in Mode:
        for feature, answer in _in_mode(guest, target, known, mode):
            answers[feature.name].append(answer)
    return [
        (feature.name, *answers[feature.name], _since(feature, target), " ".join(feature.options))
        for feature in FEATURES
    ]


def _in_mode(
    guest: Guest, target: Target, known: KnownFeatures, mode: Mode
) -> Iterator[tuple[Feature, str]]:
    try:
        guest.set_mode(mode)
    except RefusedError:
        yield from ((feature, _NO_MODE) for feature in FEATURES)
        return
    for feature in FEATURES:
        has = known.has(guest, feature)
        yield feature, _YES if has else _absent(feature, target, mode)


def _absent(feature: Feature, target: Target, mode: Mode) -> str:
    if target.owes(feature, mode):
        return _DUE
    return _BUG if feature.bug else _NO


def _since(feature: Feature, target: Target) -> str:
    """Of the interpreter, and after a slash of the JIT where that came later."""
    ends = [feature.first_release(target.arch, jits=jits) for jits in (False, True)]
    texts = ["none yet" if end is None else ".".join(map(str, end)) for end in ends]
    return texts[0] if texts[0] == texts[1] else f"{texts[0]} / {texts[1]}"
