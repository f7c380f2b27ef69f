"""For how many filters the JIT made other code on one CPU model than on another.

Codes are compared by the features that they show, which is all that two loads have in common.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.runner.tested import Tested
from harness.values.record import Record

# By case and mode.
_Trial = tuple[str, str]


@dataclass(slots=True)
class _Kernel:
    """One kernel on one architecture, on several CPUs."""

    features: dict[str, dict[_Trial, tuple[str, ...]]] = field(default_factory=dict)
    """By CPU model, the first one first."""


class CodeDifferences:
    """Collects what records say of machine code; not safe from many threads at once."""

    def __init__(self) -> None:
        self._kernels: dict[tuple[str, str], _Kernel] = {}

    def expect(self, target: Tested) -> None:
        """A target will be run. Of those that differ in the CPU only, the first is the measure."""
        self._of(target.arch.name, target.kernel.release, target.hardware.cpu_model or "")

    def add(self, record: Record) -> None:
        """Only final records count, and of these only those whose code was looked at."""
        if record.final and record.jit_features is not None:
            found = self._of(record.arch, record.kernel, record.cpu)
            found[(record.case, record.mode)] = record.jit_features

    def lines(self) -> Iterator[str]:
        """One for each model but the first of a kernel; none where a kernel has a single one."""
        for (arch, release), kernel in self._kernels.items():
            (first, reference), *others = kernel.features.items()
            for model, found in others:
                models = f"{_name(model)} against {_name(first)}"
                yield f"JITed code on {arch} {release}, {models}: {_compared(reference, found)}"

    def _of(self, arch: str, release: str, cpu: str) -> dict[_Trial, tuple[str, ...]]:
        kernel = self._kernels.setdefault((arch, release), _Kernel())
        return kernel.features.setdefault(cpu, {})


def _compared(
    reference: dict[_Trial, tuple[str, ...]], found: dict[_Trial, tuple[str, ...]]
) -> str:
    """`12 of 253 differ (bmi2 gone from 12)`; only trials that both have."""
    both = [trial for trial in reference if trial in found]
    if not both:
        return "none to compare"
    changes: Counter[str] = Counter()
    differing = 0
    for trial in both:
        before, after = set(reference[trial]), set(found[trial])
        differing += before != after
        changes.update(f"{name} gone from" for name in before - after)
        changes.update(f"{name} new in" for name in after - before)
    told = ", ".join(f"{change} {count}" for change, count in sorted(changes.items()))
    return f"{differing} of {len(both)} differ" + (f" ({told})" if told else "")


def _name(model: str) -> str:
    return model or "the default CPU"
