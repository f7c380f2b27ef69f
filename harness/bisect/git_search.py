"""Lets `git bisect` find a commit for the user, in both directions, and puts the tree back.

Git is the engine: which commit comes next, what is skipped and what is found is its doing.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from harness.bisect.answer import Answer, Mark
from harness.bisect.child import Ended, run_child
from harness.bisect.finding import Finding, Tested, parse_tested, require_ends
from harness.bisect.git_tree import GitTree
from harness.values.errors import InfrastructureError, UsageError

# What `git bisect run` ends with when only skipped commits are left.
_ONLY_SKIPPED = 2

# git's word for each half of the history, the older one first.
_BREAK = ("good", "bad")
_FIX = ("broken", "fixed")

# git repeats the command of every step.
_NOISE = "running "


@dataclass(frozen=True, slots=True)
class StepCommand:
    """How a step is run: it prints a line of Tested and ends as `git bisect run` wants it."""

    looks_for_break: Sequence[str]
    looks_for_fix: Sequence[str]
    environment: Mapping[str, str]


@dataclass
class GitSearch:
    """One search in one tree. `tell` takes the lines of progress."""

    tree: GitTree
    step: StepCommand
    tell: Callable[[str], None]
    _tested: dict[str, Tested] = field(default_factory=dict)

    def run(self, good: str, bad: str) -> Finding:
        """Search between two revisions, of which either may be the newer.

        Whatever happens the tree is left on the branch it was on. Raises UsageError for
        revisions that are no ends, InfrastructureError if git gives up.
        """
        self.tree.require_idle()
        good, bad = self.tree.commit(good), self.tree.commit(bad)
        broke = self._is_broken(good, bad)
        home = self.tree.head()
        try:
            require_ends(self._test_end(good), self._test_end(bad))
            self.tree.ask("checkout", "--quiet", home)
            return self._bisect(good, bad) if broke else self._bisect(bad, good)
        finally:
            # Each may have nothing to do, and neither must hide what went wrong before.
            with suppress(InfrastructureError):
                self.tree.ask("bisect", "reset")
            with suppress(InfrastructureError):
                self.tree.ask("checkout", "--quiet", home)

    def _is_broken(self, good: str, bad: str) -> bool:
        """Whether the bad one is the newer; raises UsageError if neither is."""
        if good == bad:
            raise UsageError(
                f"{self.tree.short(good)} is both the good and the bad commit",
                remedy="give two commits, one of them an ancestor of the other",
            )
        if self.tree.is_ancestor(good, bad):
            return True
        if self.tree.is_ancestor(bad, good):
            return False
        raise UsageError(
            f"neither of {self.tree.short(good)} and {self.tree.short(bad)} is an ancestor of "
            "the other",
            remedy="give commits of one line of history; `git merge-base` finds a common one",
        )

    def _test_end(self, commit: str) -> Tested:
        self.tree.ask("checkout", "--quiet", "--detach", commit)
        self._run(self.step.looks_for_break)
        tested = self._tested.get(self.tree.short(commit))
        if tested is None:
            tested = Tested(self.tree.short(commit), Answer(Mark.SKIP, "the step said nothing"))
        return tested

    def _bisect(self, older: str, newer: str) -> Finding:
        broke = self._tested[self.tree.short(newer)].answer.mark is Mark.BAD
        step = self.step.looks_for_break if broke else self.step.looks_for_fix
        old, new = terms = _BREAK if broke else _FIX
        words = (f"--term-old={old}", f"--term-new={new}")
        self.tell(self.tree.ask("bisect", "start", *words, newer, older))
        ended = self._run(("git", "bisect", "run", *step))
        if ended.status not in (0, _ONLY_SKIPPED):
            said = "\n".join(f"    {line}" for line in ended.lines[-8:])
            raise InfrastructureError(
                f"`git bisect run` in {self.tree.top} ended with status {ended.status}\n{said}"
            )
        return self._finding(terms, exact=ended.status == 0)

    def _run(self, command: Sequence[str]) -> Ended:
        return run_child(command, self.tree.top, self.step.environment, self._take)

    def _take(self, line: str) -> None:
        tested = parse_tested(line)
        if tested is None:
            if not line.startswith(_NOISE):
                self.tell(line)
            return
        self._tested[tested.name] = tested
        self.tell(f"step {len(self._tested)}: {line}")

    def _finding(self, terms: tuple[str, str], *, exact: bool) -> Finding:
        """What git noted in its references."""
        old, new = terms
        first = self.tree.ask("rev-parse", f"refs/bisect/{new}")
        if exact:
            return Finding(self._neighbour(self.tree.parents(first)), self._named(first))
        walk = self.tree.ask(
            "rev-list", "--boundary", first, "--not", f"--glob=refs/bisect/{old}-*"
        ).split()
        between = [commit for commit in walk if commit[0] != "-" and commit != first]
        outside = [commit[1:] for commit in walk if commit[0] == "-"]
        untestable = tuple(self._named(commit) for commit in reversed(between))
        return Finding(self._neighbour(outside), self._named(first), untestable)

    def _neighbour(self, commits: Sequence[str]) -> Tested:
        """The one that was tested; a merge may have parents that git left out for a reason."""
        known = [commit for commit in commits if self.tree.short(commit) in self._tested]
        return self._named((known or list(commits))[0])

    def _named(self, commit: str) -> Tested:
        tested = self._tested.get(self.tree.short(commit))
        answer = tested.answer if tested else Answer(Mark.SKIP, "not tested itself")
        return Tested(self.tree.title(commit), answer)
