"""The guest's initramfs as a file, and the name of its content."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Image:
    """An initramfs with the agent as /init."""

    path: Path
    digest: str
    """SHA-256 of what is in it, in hex: the key of caches that depend on it."""

    agent_build: str
    """What the agent in it must answer to hello."""
