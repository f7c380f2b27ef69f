"""What is to be booted: files and facts about one kernel, wherever it came from."""

from dataclasses import dataclass
from pathlib import Path

from harness.values.arch import Arch


@dataclass(frozen=True, slots=True)
class Kernel:
    """One kernel, ready to be booted.

    `digest` names the content of the image and is the key of every cache that depends on it.
    """

    arch: Arch
    release: str
    """`uname -r`, as read from the image itself."""

    image: Path
    """The file for QEMU's -kernel."""

    modules: Path | None
    """lib/modules/RELEASE with modules.dep in it, or None where all is built in."""

    config: Path | None
    """The .config it was built with, or None where nobody knows."""

    source: str
    """How the user named it: debian:6.12, a path."""

    origin: str
    """Where it came from exactly: package and version, or the path."""

    digest: str
    """SHA-256 of the image, in hex."""

    def __str__(self) -> str:
        return f"{self.release} ({self.source})"


@dataclass(frozen=True, slots=True)
class RunningKernel:
    """One kernel that runs on a machine that is not ours to boot."""

    arch: Arch
    release: str
    """`uname -r`"""

    version: str
    """`uname -v`"""

    source: str
    """How the user named the machine: ssh://root@testbox."""

    origin: str
    """What is known of where it came from."""

    digest: str
    """SHA-256 of what it says of itself: its image cannot be had."""

    def __str__(self) -> str:
        return f"{self.release} ({self.source})"
