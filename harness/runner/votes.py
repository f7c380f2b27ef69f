"""Gathers the ballots of a run over many targets, and makes records of what the vote comes to."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from harness.judge.vote import Dissent, count_votes
from harness.values.ballot import Ballot, Voter
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome, Verdict

ALL = "all"
"""What the record of a vote has in place of an architecture and a kernel."""

VOTE = "vote"
"""What it has in place of a mode."""


@dataclass(slots=True)
class _Box:
    """The ballots of one case, and the record of the first that was cast, without its log."""

    first: Record
    cast: dict[Ballot, list[tuple[Voter, str]]] = field(default_factory=dict)
    """Equal ballots are kept once, with the voters and their guests."""


class Votes:
    """One box a case; equal ballots take no more memory than one."""

    def __init__(self) -> None:
        self._boxes: dict[str, _Box] = {}
        self._sources: dict[tuple[str, str, str], str] = {}

    def add(self, record: Record) -> None:
        """Take the ballot of a trial that has ended; some have none."""
        crashed = record.verdict.outcome in (Outcome.CRASHED, Outcome.BROKEN)
        if not record.final or not record.ballot or crashed:
            return
        voter = Voter(record.arch, record.kernel, record.cpu, Mode.parse(record.mode))
        self._sources[voter.target] = record.kernel_source.partition(" (")[0]
        box = self._boxes.get(record.case)
        if box is None:
            box = self._boxes[record.case] = _Box(replace(record, verifier_log="", ballot=()))
        box.cast.setdefault(record.ballot, []).append((voter, record.guest))

    def records(self) -> Iterator[Record]:
        """For each case with voters on several targets the outcome, and for each dissenter one.

        Where there is no majority, the case has FAILED and nobody is accused.
        """
        for case, box in self._boxes.items():
            # Trials end in any order; what is told of them is the same every time.
            for given in box.cast.values():
                given.sort(key=str)
            voters = sorted((v for given in box.cast.values() for v, _ in given), key=str)
            if len({voter.target for voter in voters}) > 1:
                yield from self._outcome(case, box, voters)

    def _outcome(self, case: str, box: _Box, voters: list[Voter]) -> Iterator[Record]:
        cast = {ballot: [voter for voter, _ in given] for ballot, given in box.cast.items()}
        dissent = count_votes(cast)
        reproduce = self._reproduce(case, voters)
        if dissent is None:
            voices = len({voter.implementation for voter in voters})
            reason = f"{len(voters)} trials of {voices} implementations agree"
            yield _record(box.first, Verdict(Outcome.PASSED, reason), reproduce)
            return
        verdict = Verdict(Outcome.FAILED, dissent.reason, dissent.evidence)
        yield _record(box.first, verdict, reproduce)
        yield from self._accuse(box, dissent, reproduce)

    def _accuse(self, box: _Box, dissent: Dissent, reproduce: str) -> Iterator[Record]:
        guests = {voter: guest for cast in box.cast.values() for voter, guest in cast}
        for voter in dissent.dissenters:
            verdict = Verdict(Outcome.FAILED, dissent.reason, dissent.evidence)
            yield _record(
                box.first, verdict, reproduce, voter, guests[voter], self._sources[voter.target]
            )

    def _reproduce(self, case: str, voters: list[Voter]) -> str:
        """The command that runs the whole vote again."""
        path = case.partition(" @")[0]
        options = {
            "--arch": [voter.arch for voter in voters],
            "--kernel": [self._sources[voter.target] for voter in voters],
            "--cpu": [voter.cpu for voter in voters if voter.cpu],
            "--mode": [mode.value for mode in Mode if any(v.mode is mode for v in voters)],
        }
        words = [
            word
            for option, values in options.items()
            for value in dict.fromkeys(values)
            for word in (option, value)
        ]
        return shlex.join(("bpf-harness", "check", path, *words))


def _record(
    first: Record,
    verdict: Verdict,
    reproduce: str,
    voter: Voter | None = None,
    guest: str = "",
    source: str = ALL,
) -> Record:
    """`CASE @vote`, of the whole run or of the trial that dissents."""
    return Record(
        case=f"{first.case} @vote",
        program=first.program,
        group=first.group,
        arch=voter.arch if voter else ALL,
        kernel=voter.kernel if voter else ALL,
        kernel_source=source,
        mode=voter.mode.value if voter else VOTE,
        verdict=verdict,
        duration_s=0.0,
        attempt=1,
        guest=guest,
        accel="",
        qemu=first.qemu,
        cpu=voter.cpu if voter else "",
        reproduce=reproduce,
    )
