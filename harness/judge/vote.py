"""Whether trials of one case on different machines gave the same: a vote of implementations.

Six JITs and six interpreters have a voice each, however many kernels and modes they ran in. Pure:
ballots in, dissent out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.values.ballot import Ballot, Voter

Cast = Mapping[Ballot, Sequence[Voter]]
"""The voters of one case by what they gave."""

_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Dissent:
    """A fact on which voters differ."""

    fact: str
    groups: tuple[tuple[str, tuple[Voter, ...]], ...]
    """Every value with those who gave it, the most implementations first."""

    decided: bool
    """The first value has more implementations than all others together."""

    @property
    def dissenters(self) -> tuple[Voter, ...]:
        """Those who are not with the majority; none if there is no majority."""
        if not self.decided:
            return ()
        return tuple(voter for _, voters in self.groups[1:] for voter in voters)

    @property
    def reason(self) -> str:
        """One line that names the values, and who gave the minority's."""
        (most, majority), *others = self.groups
        value, rest = others[0]
        common, other = first_difference(most, value)
        given = f"{self.fact} {other} by {_who(rest, majority)}"
        if len(others) > 1:
            given += f", and {len(others) - 1} more values"
        if self.decided:
            return f"{given}; the majority has {common}: {_who(majority, rest)}"
        return f"no majority: {given}; {common} by {_who(majority, rest)}"

    @property
    def evidence(self) -> tuple[str, ...]:
        """Every value, and every trial that gave it."""
        return tuple(line for value, voters in self.groups for line in _tell(value, voters))


def count_votes(cast: Cast) -> Dissent | None:
    """The first fact on which the voters of one case differ; None if they agree."""
    names = dict.fromkeys(fact.name for ballot in cast for fact in ballot)
    for name in names:
        by_value: dict[str, list[Voter]] = {}
        for ballot, voters in cast.items():
            for fact in ballot:
                if fact.name == name:
                    by_value.setdefault(fact.value, []).extend(voters)
        if len(by_value) > 1:
            return _dissent(name, by_value)
    return None


def first_difference(one: str, other: str) -> tuple[str, str]:
    """The parts of two values that differ first: of tables the entry, of anything else all.

    >>> first_difference("0=1; 1=2; 2=3", "0=1; 1=5; 2=3")
    ('1=2', '1=5')
    """
    if "=" not in one or "=" not in other:
        return _cut(one), _cut(other)
    ones, others = one.split("; "), other.split("; ")
    pairs = zip(ones, others, strict=False)
    found = next(((a, b) for a, b in pairs if a != b), None)
    if found is None:
        return f"{len(ones)} entries", f"{len(others)} entries"
    return _cut(found[0]), _cut(found[1])


def _dissent(name: str, by_value: dict[str, list[Voter]]) -> Dissent:
    voices = {
        value: {voter.implementation for voter in voters} for value, voters in by_value.items()
    }
    ranked = sorted(by_value, key=lambda value: (-len(voices[value]), value))
    most, rest = voices[ranked[0]], [voices[value] for value in ranked[1:]]
    return Dissent(
        name,
        tuple((value, tuple(by_value[value])) for value in ranked),
        decided=len(most) > sum(map(len, rest)),
    )


def _who(voters: Sequence[Voter], against: Sequence[Voter]) -> str:
    """The trial if it is one, else implementations; kernels where one is on both sides."""
    if len(voters) == 1:
        return str(voters[0])
    torn = {voter.implementation for voter in against}
    names = (
        " ".join(word for word in voter.target if word)
        if voter.implementation in torn
        else voter.implementation
        for voter in voters
    )
    return ", ".join(dict.fromkeys(names))


def _tell(value: str, voters: Sequence[Voter]) -> Iterator[str]:
    modes: dict[tuple[str, str, str], list[str]] = {}
    for voter in voters:
        modes.setdefault(voter.target, []).append(voter.mode.value)
    yield f"{_cut(value)}:"
    for target, names in modes.items():
        yield f"  {' '.join(word for word in target if word)}: {' '.join(names)}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
