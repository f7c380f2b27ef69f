"""A tree's Kconfig files: which options they define, and on what those depend.

Reads no conditions of enclosing menus and evaluates nothing: it is for telling people.
"""

import re
from collections.abc import Iterable, Iterator

_DEFINITION = re.compile(r"(?:menu)?config\s+(\w+)")
_DEPENDS = re.compile(r"depends\s+on\s+(.*)")
_HELP = re.compile(r"(?:---)?help(?:---)?")
# Any other entry ends a definition; its conditions are not those of the option before it.
_ENTRY = re.compile(r"(?:main|end)?(?:menu|choice|if|source|comment)\b.*")
_LIST_ENTRY = re.compile(r"\t(\S+) \\")
_LIST_START = "deps_config :="


def parse_definitions(text: str) -> dict[str, tuple[str, ...]]:
    """The options that a Kconfig file defines, each with the text of its dependencies.

    >>> parse_definitions("config A\\n\\tbool\\n\\tdepends on B && !C\\n")
    {'A': ('B && !C',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    option: str | None = None
    for line in _without_help(text.replace("\\\n", " ").splitlines()):
        if definition := _DEFINITION.fullmatch(line):
            option = definition[1]
            found.setdefault(option, ())
        elif _ENTRY.fullmatch(line):
            option = None
        elif option is not None and (depends := _DEPENDS.fullmatch(line)):
            found[option] += (" ".join(depends[1].split()),)
    return found


def _without_help(lines: Iterable[str]) -> Iterator[str]:
    """The lines without their indentation; a help text ends where the indentation gets less."""
    least: int | None = None
    in_help = False
    for line in lines:
        word = line.strip()
        if not word:
            continue
        indent = len(line.expandtabs()) - len(line.expandtabs().lstrip())
        if in_help and least is None:
            least = indent
        if in_help and least is not None and indent >= least:
            continue
        in_help, least = _HELP.fullmatch(word) is not None, None
        yield word


def merge_definitions(
    files: Iterable[dict[str, tuple[str, ...]]],
) -> dict[str, tuple[str, ...]]:
    """The definitions of several files; an option may be defined in many places."""
    merged: dict[str, tuple[str, ...]] = {}
    for definitions in files:
        for option, depends in definitions.items():
            merged[option] = merged.get(option, ()) + depends
    return merged


def parse_kconfig_list(text: str) -> tuple[str, ...]:
    """Names of the Kconfig files, from include/config/auto.conf.cmd of a build folder.

    >>> parse_kconfig_list("deps_config := \\\\\\n\\tKconfig \\\\\\n\\tmm/Kconfig \\\\\\n\\n")
    ('Kconfig', 'mm/Kconfig')
    """
    names: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith(_LIST_START):
            inside = True
        elif inside and (entry := _LIST_ENTRY.fullmatch(line)):
            names.append(entry[1])
        elif inside:
            break
    return tuple(names)
