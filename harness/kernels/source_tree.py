"""A kernel source tree on this machine: what it is, and whether it can be built out of tree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.formats.kconfig_source import merge_definitions, parse_definitions
from harness.host.commands import Runner
from harness.values.errors import KernelError, MissingToolError

_VERSION = re.compile(r"(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)\s*=\s*(\S*)")

# What a build inside the tree leaves there, and what kbuild then refuses to build around.
_REMAINS = (".config", "include/config")


@dataclass(frozen=True, slots=True)
class SourceTree:
    """Where it lies and which release its Makefile says it is."""

    path: Path
    release: str

    def definitions(self, files: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The options that these Kconfig files of the tree define, with their dependencies."""
        present = (path for name in files if (path := self.path / name).is_file())
        return merge_definitions(
            parse_definitions(path.read_text(errors="replace")) for path in present
        )

    def commit(self, runner: Runner) -> str | None:
        """`a1b2c3d4e5f6`, with `-dirty` if files differ from it; None if git does not say."""
        describe = ("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
        try:
            done = runner(("git", "--no-optional-locks", "-C", str(self.path), *describe))
        except MissingToolError:
            return None
        # A tree unpacked inside some other repository is none of that repository's commits.
        tracked = (self.path / ".git").exists()
        return done.stdout.strip() if done.ok and tracked else None


def is_source_tree(path: Path) -> bool:
    """Whether it is the top of a kernel source tree, rather than any other folder."""
    return (path / "Kconfig").is_file() and (path / "Makefile").is_file()


def read_source_tree(path: Path) -> SourceTree:
    """The tree at `path`; raises KernelError if it is none, or was built in place."""
    path = path.resolve()
    if not is_source_tree(path):
        raise KernelError(
            f"{path} is not a kernel source tree: it has no Kconfig and Makefile at its top",
            remedy="give the top folder of the tree",
        )
    tree = SourceTree(path, parse_release((path / "Makefile").read_text(errors="replace"), path))
    _require_clean(tree)
    return tree


def parse_release(makefile: str, path: Path) -> str:
    """`6.12.117-rc1` from the head of the top Makefile; raises KernelError."""
    parts: dict[str, str] = {}
    for line in makefile.splitlines()[:20]:
        if found := _VERSION.fullmatch(line.strip()):
            parts.setdefault(found[1], found[2])
    if not parts.get("VERSION") or not parts.get("PATCHLEVEL"):
        raise KernelError(f"{path}/Makefile says no kernel version, so this is no kernel tree")
    numbers = [parts["VERSION"], parts["PATCHLEVEL"], parts.get("SUBLEVEL") or "0"]
    return ".".join(numbers) + parts.get("EXTRAVERSION", "")


def _require_clean(tree: SourceTree) -> None:
    remains = [name for name in _REMAINS if (tree.path / name).exists()]
    if remains:
        raise KernelError(
            f"{tree.path} was built in place ({remains[0]} is there), "
            "and kbuild refuses to build such a tree anywhere else",
            remedy=f"make -C {tree.path} mrproper, or give --kernel the image that was built there",
        )
