"""What a boot protocol puts into kernel images that are not ELF, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReleasePointer:
    """Where a header keeps the place of the release's text."""

    offset: int
    size: int
    base: int = 0
    """Added to the number there, which has the byte order of the kernel."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What the boot protocol puts into a kernel image that is not ELF; offsets from its start."""

    offset: int
    magic: bytes
    """The bytes there, which a boot loader checks."""

    release: ReleasePointer | None = None
    """None where the header does not lead to the release."""

    flags_64_bit: tuple[int, int] | None = None
    """Byte and bit that are set in 64-bit kernels only; None if there are no others."""
