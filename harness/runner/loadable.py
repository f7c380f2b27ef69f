"""A filter with its expectation and the object it comes from: what a trial is made of."""

from dataclasses import dataclass, field

from harness.formats.object_file import ObjectFile
from harness.values.case import CaseId
from harness.values.expectation import Expectation
from harness.values.filter_spec import FilterSpec


@dataclass(frozen=True, slots=True)
class Loadable:
    """One filter of an object file, ready to be sent to a guest."""

    id: CaseId
    data: bytes = field(repr=False)
    """The object file."""

    obj: ObjectFile = field(repr=False)
    spec: FilterSpec
    expectation: Expectation
    companions: tuple[str, ...] = ()
    """Filters to be loaded with it: auxiliaries, and those its tail calls go to."""


def companions_of(
    spec: FilterSpec, expectations: dict[str, Expectation], *, privileged: bool
) -> tuple[str, ...]:
    """The filters that are loaded together with one: auxiliaries and tail-call targets."""
    own = expectations[spec.name]
    names = [
        name
        for name, other in expectations.items()
        if (other.auxiliary if privileged else other.auxiliary_unpriv)
    ]
    names += [slot.filter for slot in own.tails]
    return tuple(dict.fromkeys(name for name in names if name != spec.name))
