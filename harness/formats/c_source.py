"""What the text of a C file says about how it wants to be compiled. Reads; never compiles.

Knows the one comment we understand, and whether the file brings its own headers.
"""

import re
from dataclasses import dataclass
from enum import Enum

from harness.values.errors import UsageError

# Files are small; an option further down than this would be overlooked by a reader as well.
_OPTION_LINES = 20
_OPTION = re.compile(r"\s*//\s*bpf-harness:\s*(.*?)\s*$")
_CPUS = ("v1", "v2", "v3", "v4")
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"][^>\"\n]+[>\"])", re.MULTILINE)
_FILTER_H = ("<filter.h>", '"filter.h"')
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|(\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')", re.DOTALL)
_LICENSE = re.compile(r"\bSEC\s*\(\s*\"license\"\s*\)|section\s*\(\s*\"license\"\s*\)")


class SourceStyle(Enum):
    """Which headers a C file is written against."""

    PLAIN = "plain"
    """It includes nothing, as the mail of 2014 does: filter.h is put in front of it."""

    FILTER = "filter.h"
    """It includes filter.h."""

    FULL = "full"
    """It includes what it needs: case.h, the selftests' headers, libbpf's."""


@dataclass(frozen=True, slots=True)
class CSource:
    """What is to be known of a C file before it is compiled."""

    style: SourceStyle
    cpu: str = "v3"
    """clang's -mcpu: the version of the instruction set."""

    has_license: bool = False
    """Whether it names a license; filter.h names the GPL for a file that does not."""


def parse_c_source(text: str) -> CSource:
    """Reads the text of a C file; raises UsageError for an option that nobody knows.

    The only option is `// bpf-harness: cpu=v4`, on a line of its own near the top.
    """
    code = _COMMENT.sub(lambda match: match[1] or " ", text)
    included = _INCLUDE.findall(code)
    if not included:
        style = SourceStyle.PLAIN
    elif any(name in _FILTER_H for name in included):
        style = SourceStyle.FILTER
    else:
        style = SourceStyle.FULL
    return CSource(style, _cpu(text), bool(_LICENSE.search(code)))


def _cpu(text: str) -> str:
    cpu = "v3"
    for line in text.splitlines()[:_OPTION_LINES]:
        match = _OPTION.match(line)
        if match is None:
            continue
        key, _, cpu = match[1].partition("=")
        if key != "cpu" or cpu not in _CPUS:
            raise UsageError(
                f"unknown option in {line.strip()!r}",
                remedy=f"write // bpf-harness: cpu=VERSION with one of {' '.join(_CPUS)}",
            )
    return cpu
