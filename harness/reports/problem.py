"""How the evidence of a trial that did not pass is shown in a summary: as much as helps."""

from collections.abc import Iterator

from harness.reports.text import verbatim_line
from harness.values.verdict import Outcome, Verdict

_EVIDENCE = 6
"""Lines of evidence shown under a trial."""


def shown_evidence(verdict: Verdict) -> Iterator[str]:
    """The beginning of a crash; of anything else the end, where the verifier gives its reason."""
    lines = [verbatim_line(line, 160) for line in verdict.evidence]
    more = len(lines) - _EVIDENCE
    if more <= 0:
        yield from lines
        return
    note = f"… {more} more {'line' if more == 1 else 'lines'} in results.jsonl"
    if verdict.outcome is Outcome.CRASHED:
        yield from (*lines[:_EVIDENCE], note)
    else:
        yield from (note, *lines[-_EVIDENCE:])
