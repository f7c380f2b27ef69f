"""A search over packaged releases: the ends first, then the middle, told step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field

from harness.bisect.answer import Answer, Mark
from harness.bisect.finding import Finding, Tested, require_ends
from harness.bisect.releases import Release, kernel_name
from harness.bisect.search import Search, Step, search
from harness.kernels.debian import DebianKernel
from harness.values.errors import HarnessError

Ask = Callable[[DebianKernel], Answer]
"""Tests one kernel. Raises HarnessError for one that cannot be had or booted."""


@dataclass
class PackageSearch:
    """One search. `ask` does the work, `tell` takes the lines of progress."""

    releases: tuple[Release, ...]
    ask: Ask
    tell: Callable[[str], None]
    good_is_older: bool
    _tested: dict[int, Tested] = field(default_factory=dict)

    def run(self) -> Finding:
        """Search to the end; raises UsageError or InfrastructureError for ends that are none."""
        found = search(self._ends(), self._answer)
        return Finding(
            self._tested[found.before.index],
            self._tested[found.after.index],
            tuple(self._tested[step.index] for step in found.untestable),
        )

    def _ends(self) -> Search:
        """Nothing between them is booted before they are known to differ."""
        last = len(self.releases) - 1
        between = (last - 1).bit_length()
        steps = (
            Step(0, self._answer(0, between + 2)),
            Step(last, self._answer(last, between + 1)),
        )
        older, newer = self._tested[0], self._tested[last]
        require_ends(*((older, newer) if self.good_is_older else (newer, older)))
        return Search(*steps)

    def _answer(self, index: int, left: int) -> Answer:
        tested = self._test(self.releases[index])
        self._tested[index] = tested
        done = len(self._tested)
        self.tell(f"step {done} of about {done + left - 1}: {tested.line()}")
        return tested.answer

    def _test(self, release: Release) -> Tested:
        """The first kernel of the release that can be had and booted, or the last one's excuse."""
        excuse: Tested | None = None
        for kernel in release.kernels:
            try:
                return Tested(kernel_name(kernel), self.ask(kernel))
            except HarnessError as error:
                reason = " ".join(str(error).split())
                excuse = Tested(kernel_name(kernel), Answer(Mark.SKIP, reason))
        assert excuse is not None, "a release has a kernel"
        return excuse
