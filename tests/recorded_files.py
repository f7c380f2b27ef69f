"""Where recorded data lies."""

from pathlib import Path

RECORDED = Path(__file__).parent / "recorded"
OBJECTS = RECORDED / "objects"


def recorded_registers(name: str) -> str:
    """QEMU's answer to `info registers -a`; lines beginning with # say what is in it."""
    return (RECORDED / "registers" / f"{name}.txt").read_text()


def recorded_object(name: str) -> bytes:
    """The bytes of an object committed under tests/recorded/objects."""
    return (OBJECTS / name).read_bytes()
