"""Requested kernel options: text of fragments in, one merged request out, and what came of it.

Does not know why an option did not stick: that is in the tree's own Kconfig files.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.formats.kconfig import Kconfig
from harness.values.errors import KernelError

_SET = re.compile(r"(?:CONFIG_)?(\w+)=(.+)")
_NOT_SET = re.compile(r"# CONFIG_(\w+) is not set")


@dataclass(frozen=True, slots=True)
class Fragment:
    """Options by name without CONFIG_, as they are written (`n` for what is not to be set)."""

    options: Mapping[str, str]

    @property
    def text(self) -> str:
        """The same in the form of a .config."""
        return "".join(_line(option, value) for option, value in self.options.items())


@dataclass(frozen=True, slots=True)
class Lost:
    """An option that came out otherwise than it was requested."""

    option: str
    wanted: str
    got: str

    def __str__(self) -> str:
        return f"{self.option}={self.got} (wanted {self.wanted})"


def parse_fragment(text: str, *, name: str) -> Fragment:
    """The options of a fragment; raises KernelError for a line that is none and no comment.

    >>> parse_fragment("# CONFIG_NET is not set\\nCONFIG_LSM=\\"bpf\\"\\n", name="x").options
    {'NET': 'n', 'LSM': '"bpf"'}
    """
    options: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        word = line.strip()
        if found := _SET.fullmatch(word):
            options[found[1]] = found[2]
        elif found := _NOT_SET.fullmatch(word):
            options[found[1]] = "n"
        elif word and not word.startswith("#"):
            raise KernelError(f"{name}:{number}: not a kernel option: {word}")
    return Fragment(options)


def merge_fragments(*fragments: Fragment) -> Fragment:
    """All of them as one, each option once: the last that speaks of it decides."""
    merged: dict[str, str] = {}
    for fragment in fragments:
        merged |= fragment.options
    return Fragment(merged)


def lost_options(wanted: Fragment, config: Kconfig) -> tuple[Lost, ...]:
    """What is otherwise in `config`; an option that is absent there is `n`."""
    return tuple(
        Lost(option, value, config.value(option))
        for option, value in wanted.options.items()
        if config.value(option) != value.strip('"')
    )


def _line(option: str, value: str) -> str:
    return f"# CONFIG_{option} is not set\n" if value == "n" else f"CONFIG_{option}={value}\n"
