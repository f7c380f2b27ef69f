"""What an object file says about a filter (a BPF program); nothing of it is loaded yet."""

from dataclasses import dataclass

from harness.values.event import Event


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """One filter as the object file describes it."""

    name: str
    """The C function."""

    section: str
    """As written in SEC("…"), without the `?` that means "not loaded unless named"."""

    insns: int
    """Instructions of the function itself, 8 bytes each, without the functions it calls."""

    license: str
    """The object's license; decides whether GPL-only helpers may be called."""

    event: Event | None = None
    """What the section says to attach to; None where it says only the type, or nothing we know."""

    tags: tuple[str, ...] = ()
    """Declaration tags on the function, raw, in the order of their BTF ids."""

    autoload: bool = True
    """False for a section that began with `?`."""

    returns_value: bool = True
    """False for a `void` function: the kernel refuses it unless something sets R0."""

    tables: tuple[str, ...] = ()
    """Names of the object's tables that it can reach, in the object's order."""
