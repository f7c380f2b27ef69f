"""The verifier's log, on logs of real kernels from 6.1 to 7.2.

Each recorded log was printed for a small filter of our own, and begins with what must be read out
of it. They were taken with log_level 0 (a log of refusals only), 2 or 7.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.formats.verifier_log import (
    SourceLine,
    VerifierStats,
    parse_stats,
    source_line,
    telling_line,
)
from tests.recorded_files import RECORDED

_LOGS = sorted((RECORDED / "verifier_log").glob("*.log"))


@dataclass(frozen=True, slots=True)
class _Recorded:
    expected: dict[str, str]
    log: str


def _read(path: Path) -> _Recorded:
    header, _, log = path.read_text().partition("\n\n")
    pairs = (line.partition(": ") for line in header.splitlines())
    return _Recorded({key: value for key, _, value in pairs}, log)


def _each_log() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", _LOGS, ids=lambda path: path.stem)


def test_there_are_logs_of_old_and_new_kernels() -> None:
    """Refusals and acceptances; the form of source lines changed in 6.8."""
    kernels = {_read(path).expected["kernel"].split(".")[0:2][1] for path in _LOGS}
    verdicts = {_read(path).expected["errno"] for path in _LOGS}

    assert len(_LOGS) > 20
    assert {"1", "12", "2"} == kernels
    assert {"0", "13", "22"} == verdicts


@_each_log()
def test_the_telling_line_is_found(path: Path) -> None:
    """Neither progress nor state nor statistics; none at all in the log of an acceptance."""
    recorded = _read(path)

    assert (telling_line(recorded.log) or "-") == recorded.expected["telling"]


@_each_log()
def test_the_line_of_c_is_found(path: Path) -> None:
    """With file and line where the kernel gives them."""
    recorded = _read(path)

    assert str(source_line(recorded.log) or "-") == recorded.expected["source"]


@_each_log()
def test_the_statistics_are_read(path: Path) -> None:
    """Time and stack are there only at log levels with bit 4."""
    recorded = _read(path)
    insns, limit, *states = (int(word) for word in recorded.expected["stats"].split())
    most, total, peak, mark_read = states
    time, stack = recorded.expected["time"], recorded.expected["stack"]

    assert parse_stats(recorded.log) == VerifierStats(
        *(insns, limit, most, total, peak, mark_read),
        time_us=None if time == "-" else int(time),
        stack_depths=() if stack == "-" else tuple(int(word) for word in stack.split()),
    )


def test_the_line_of_c_can_be_asked_for_in_one_file() -> None:
    """The fault may lie in a header that was inlined; the user's own line says more."""
    log = "; if (f(x)) @ mail.c:7\n0: (b7) r0 = 0\n; return *a; @ filter.h:90\n1: (95) exit\n"

    assert source_line(log) == SourceLine("return *a;", "filter.h", 90)
    assert source_line(log, "mail.c") == SourceLine("if (f(x))", "mail.c", 7)
    assert source_line(log, "other.c") is None


def test_a_statement_with_an_at_sign_of_its_own_is_left_whole() -> None:
    """Only the last ` @ file:line` is the kernel's."""
    log = '; print("me @ home:1"); @ f.c:3\n'

    assert source_line(log) == SourceLine('print("me @ home:1");', "f.c", 3)


@pytest.mark.parametrize("log", ["", "\n\n", "processed 3 insns (limit 1000000)\n", "0: (95) exit"])
def test_a_log_that_tells_nothing_gives_none(log: str) -> None:
    """Log level 0 and an acceptance, or a log cut short."""
    assert telling_line(log) is None
    assert source_line(log) is None


def test_older_statistics_have_fewer_fields() -> None:
    """What is not there is None, not 0."""
    assert parse_stats("processed 3 insns (limit 131072)\n") == VerifierStats(3, 131072)
    assert parse_stats("0: (95) exit\n") is None


def test_stack_depths_of_several_functions() -> None:
    """Joined with a plus sign, the main program first."""
    log = "stack depth 8+0+32\nprocessed 5 insns (limit 1000000)\n"
    stats = parse_stats(log)

    assert stats is not None
    assert stats.stack_depths == (8, 0, 32)


def test_libbpfs_word_on_a_field_that_is_missing_is_telling() -> None:
    """libbpf replaces the kernel's `invalid func` by what it knows."""
    log = (
        "0: <invalid CO-RE relocation>\n"
        "failed to resolve CO-RE relocation <byte_off> [6] struct sk_buff.dev (0:1 @ offset 16)\n"
        "processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0\n"
    )

    assert (telling_line(log) or "").startswith("failed to resolve CO-RE relocation <byte_off>")


def test_a_log_of_two_mebibytes_is_read_from_its_end() -> None:
    """The longest log there is; reading it must not cost seconds."""
    log = "; x = 1; @ f.c:2\n" + "1: (b7) r0 = 0\n" * 140_000 + "R1 !read_ok\n"

    assert telling_line(log) == "R1 !read_ok"
    assert source_line(log) == SourceLine("x = 1;", "f.c", 2)


def test_a_log_of_garbage_is_survived() -> None:
    """The guest may send anything."""
    garbage = (
        f"processed {'9' * 5000} insns (limit 1)\n; x @ f.c:{'9' * 5000}\n"
        + "\0\x1b[31m\ufffd; @ :\n: () @ x:99999999999999999999\r\n" * 50
    )

    assert telling_line(garbage) is not None
    assert parse_stats(garbage) is None
    assert source_line(garbage) is None or str(source_line(garbage))
