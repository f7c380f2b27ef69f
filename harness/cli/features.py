"""`bpf-harness kernels features`: what one kernel has of all that a case may need."""

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from harness.cli.columns import format_table
from harness.cli.one_guest import one_target, start_guest
from harness.cli.options import add_cold, add_target, saved_states
from harness.cli.remote_options import add_remote
from harness.guest.feature_rows import FEATURES
from harness.guest.guest import Guest
from harness.runner.known_features import KnownFeatures, build_id
from harness.runner.tested import Tested
from harness.values.errors import RefusedError
from harness.values.feature import Feature
from harness.values.mode import Mode

_NO_MODE, _YES, _NO, _DUE, _BUG = "-", "yes", "no", "MISSING", "bug"


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    add_target(parser)
    add_cold(parser)
    add_remote(parser)


def run(args: Namespace) -> int:
    """Boot, probe in every mode, print; the exit code is 1 if something is absent that is due."""
    with (
        one_target(args) as target,
        tempfile.TemporaryDirectory(prefix="bpf-harness-") as folder,
        start_guest(target, Path(folder), saved_states(args)) as guest,
    ):
        rows = _probe(guest, target)
        named = build_id(guest, target.kernel)
    sys.stdout.write(f"{target.kernel} on {target.arch}, build id {named}\n\n")
    header = ("FEATURE", *(mode.value for mode in Mode), "SINCE", "OPTIONS")
    sys.stdout.writelines(f"{line}\n" for line in format_table([header, *rows]))
    for feature in FEATURES:
        if feature.bug and any(row[0] == feature.name and _BUG in row for row in rows):
            sys.stdout.write(f"\nbug: {feature.name}: {feature.bug}\n")
    return 1 if any(_DUE in row for row in rows) else 0


def _probe(guest: Guest, target: Tested) -> list[tuple[str, ...]]:
    known = target.known_features()
    answers: dict[str, list[str]] = {feature.name: [] for feature in FEATURES}
    for mode in Mode:
        for feature, answer in _in_mode(guest, target, known, mode):
            answers[feature.name].append(answer)
    return [
        (feature.name, *answers[feature.name], _since(feature, target), " ".join(feature.options))
        for feature in FEATURES
    ]


def _in_mode(
    guest: Guest, target: Tested, known: KnownFeatures, mode: Mode
) -> Iterator[tuple[Feature, str]]:
    try:
        guest.set_mode(mode)
    except RefusedError:
        yield from ((feature, _NO_MODE) for feature in FEATURES)
        return
    for feature in FEATURES:
        has = known.has(guest, feature)
        yield feature, _YES if has else _absent(feature, target, mode)


def _absent(feature: Feature, target: Tested, mode: Mode) -> str:
    if target.owes(feature, mode):
        return _DUE
    return _BUG if feature.bug else _NO


def _since(feature: Feature, target: Tested) -> str:
    """Of the interpreter, and after a slash of the JIT where that came later."""
    ends = [feature.first_release(target.arch, jits=jits) for jits in (False, True)]
    texts = ["none yet" if end is None else ".".join(map(str, end)) for end in ends]
    return texts[0] if texts[0] == texts[1] else f"{texts[0]} / {texts[1]}"
