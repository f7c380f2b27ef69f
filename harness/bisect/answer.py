"""What a test says of one kernel of a search: good, bad, or that nobody can tell."""

from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """The three answers, in the words of `git bisect`."""

    GOOD = "good"
    BAD = "bad"
    SKIP = "cannot tell"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Answer:
    """A mark and why, on one line."""

    mark: Mark
    reason: str

    def __post_init__(self) -> None:
        if not self.reason or "\n" in self.reason:
            raise ValueError(f"an answer needs a one-line reason, not {self.reason!r}")

    def __str__(self) -> str:
        return f"{self.mark}: {self.reason}"
