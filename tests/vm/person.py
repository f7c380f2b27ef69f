"""A person in front of `bpf-harness shell`, on a terminal of 33 rows and 101 columns."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pexpect

PROMPT = "# "
CTRL_C, CTRL_RIGHT_BRACKET = "\x03", "\x1d"

# Until an answer comes; a test that waits for a reboot says so.
_ANSWER_S = 60


@contextmanager
def typed(
    folder: Path, environment: Mapping[str, str], *arguments: str
) -> "Iterator[pexpect.spawn[str]]":
    """The terminal of python with these arguments; nobody has waited for the first prompt."""
    child: pexpect.spawn[str] = pexpect.spawn(
        sys.executable,
        list(arguments),
        cwd=str(folder),
        env=dict(environment),
        timeout=_ANSWER_S,
        dimensions=(33, 101),
        encoding="utf-8",
    )
    try:
        yield child
    finally:
        child.close(force=True)


def type_and_expect(child: "pexpect.spawn[str]", line: str, answer: str) -> None:
    """A line, its answer, and the prompt after it."""
    child.sendline(line)
    child.expect(answer)
    child.expect(PROMPT)
