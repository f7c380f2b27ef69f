"""A case: a filter with an expectation written above it, or a Python scenario.

Knows how a case is named and selected; not how it is compiled or run.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CaseId:
    """Names one case the same way on every machine: `cases/verifier/oob.bpf.c:oob_value`."""

    path: str
    """As the user gave it or relative to the folder the run started in; POSIX slashes."""

    program: str
    privileged: bool = True
    """False for the same program loaded without CAP_BPF and friends."""

    def __str__(self) -> str:
        suffix = "" if self.privileged else " @unpriv"
        return f"{self.path}:{self.program}{suffix}"

    @property
    def group(self) -> str:
        """The folder of the case: what summaries are grouped by."""
        return Path(self.path).parent.name or "."
