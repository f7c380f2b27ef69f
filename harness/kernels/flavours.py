"""The flavours of one's own kernel: which fragments of kconfigs/ make up each of them."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from harness.values.errors import UnknownNameError

KCONFIGS = Path(__file__).resolve().parents[2] / "kconfigs"


class Base(Enum):
    """What the fragments are put on; the value is the target of make that fills in the rest."""

    VIRTME = "alldefconfig"
    """virtme-ng's configuration for the architecture; Kconfig's own defaults for the rest."""

    TINY = "allnoconfig"
    """The tree's own tinyconfig; all else is off."""


@dataclass(frozen=True, slots=True)
class Flavour:
    """One row: a kernel for a purpose."""

    name: str
    base: Base
    fragments: tuple[str, ...]
    """Files of kconfigs/ after trim, base and before that of the architecture."""

    purpose: str


DEFAULT_FLAVOUR = Flavour(
    "default", Base.VIRTME, ("default",), "interpreter, JIT, BTF and every kind of event"
)

FLAVOURS = (
    DEFAULT_FLAVOUR,
    Flavour(
        "debug",
        Base.VIRTME,
        ("default", "debug"),
        "KASAN, lockdep and the other detectors of the kernel; boots and runs slowly",
    ),
    Flavour(
        "jit-only", Base.VIRTME, ("default", "jit-only"), "no interpreter, as hardened systems"
    ),
    Flavour(
        "tiny", Base.TINY, ("tiny",), "the least that runs verifier and compute cases; builds fast"
    ),
)


def find_flavour(name: str) -> Flavour:
    """The row of that name; raises UnknownNameError.

    >>> find_flavour("tiny").base
    <Base.TINY: 'allnoconfig'>
    """
    for flavour in FLAVOURS:
        if flavour.name == name:
            return flavour
    names = " ".join(flavour.name for flavour in FLAVOURS)
    raise UnknownNameError(f"unknown flavour {name!r}", remedy=f"use one of: {names}")
