"""Rules of the summary: everything that did not pass, worst first, and counts that add up."""

import io
from dataclasses import replace
from pathlib import Path

from harness.reports.summary import SummaryReport
from harness.values.record import Record
from harness.values.verdict import Outcome
from tests.records import SUMMARY, make_record


def _print(*records: Record, path: Path | None = None) -> str:
    stream = io.StringIO()
    report = SummaryReport(stream, path)
    for record in records:
        report.add(record)
    report.close(SUMMARY)
    return stream.getvalue()


def test_the_summary_reads_like_this() -> None:
    """The whole of it, as a stranger sees it."""
    text = _print(
        make_record(Outcome.UNSUPPORTED, "no fentry before 5.5", program="fentry", mode="interp"),
        make_record(mode="interp"),
        make_record(),
        make_record(
            Outcome.FAILED,
            "retval 5, expected 4 (0x5 != 0x4)",
            program="add",
            evidence=("0: (b7) r0 = 5", "1: (95) exit"),
        ),
        make_record(Outcome.CRASHED, "kernel BUG at kernel/bpf/core.c:1!", program="bug"),
    )

    assert text == (
        "CRASHED cases/verifier/oob.bpf.c:bug [jit; x86_64]\n"
        "  kernel BUG at kernel/bpf/core.c:1!\n"
        "  guest: guests/x86_64-1\n"
        "  reproduce: bpf-harness check cases/verifier/oob.bpf.c:oob_value --mode jit\n"
        "\n"
        "FAILED cases/verifier/oob.bpf.c:add [jit; x86_64]\n"
        "  retval 5, expected 4 (0x5 != 0x4)\n"
        "  | 0: (b7) r0 = 5\n"
        "  | 1: (95) exit\n"
        "  guest: guests/x86_64-1\n"
        "  reproduce: bpf-harness check cases/verifier/oob.bpf.c:oob_value --mode jit\n"
        "\n"
        "UNSUPPORTED cases/verifier/oob.bpf.c:fentry [interp; x86_64]\n"
        "  no fentry before 5.5\n"
        "\n"
        "group     mode    crashed  failed  unsupported  passed\n"
        "verifier  jit           1       1            -       1\n"
        "verifier  interp        -       -            1       1\n"
        "total                   1       1            1       2\n"
        "kernel 6.12.107-cloud-amd64 on x86_64\n"
        "83.2 s, 3 guests, tcg (/dev/kvm cannot run a guest)\n"
    )


def test_several_kernels_get_columns_of_their_own() -> None:
    """With one kernel they would only be in the way."""
    text = _print(make_record(), replace(make_record(), kernel="5.10.223"))

    assert "group     mode  arch    kernel                passed\n" in text
    assert "verifier  jit   x86_64  5.10.223                   1\n" in text


def test_a_retried_attempt_is_mentioned_and_not_counted() -> None:
    """The final attempt is the verdict."""
    text = _print(make_record(Outcome.BROKEN, "x", final=False), make_record())

    assert "broken" not in text
    assert "1 attempts retried" in text


def test_a_run_without_trials_says_so() -> None:
    """An empty table would look like success."""
    assert _print().startswith("no trial was run\n")


def test_an_interrupted_run_says_so() -> None:
    """What is missing has no verdict."""
    stream = io.StringIO()
    report = SummaryReport(stream)
    report.close(replace(SUMMARY, interrupted=True, guests=1, notes=("a note",)))

    assert "1 guest, " in stream.getvalue()
    assert stream.getvalue().endswith(
        "a note\ninterrupted: the trials that had not ended have no verdict\n"
    )


def test_modes_that_say_the_same_are_told_once() -> None:
    """A wrong expectation would otherwise be read three times."""
    text = _print(
        make_record(Outcome.FAILED, "no", mode="interp"),
        make_record(Outcome.FAILED, "no"),
        make_record(Outcome.FAILED, "not at all", mode="jit-harden"),
    )

    assert "FAILED cases/verifier/oob.bpf.c:oob_value [interp, jit; x86_64]\n  no\n" in text
    assert "FAILED cases/verifier/oob.bpf.c:oob_value [jit-harden; x86_64]\n" in text
    assert text.count("  guest: guests/x86_64-1\n") == 2


def test_of_long_evidence_the_telling_end_is_shown() -> None:
    """A crash tells at its beginning, a verifier log at its end; columns stay columns."""
    evidence = tuple(f"{number}:   x" for number in range(8))
    crash = _print(make_record(Outcome.CRASHED, "BUG", evidence=evidence))
    log = _print(make_record(Outcome.FAILED, "no", evidence=evidence[:7]))

    assert "  BUG\n  | 0:   x\n" in crash
    assert "  | 5:   x\n  | … 2 more lines in results.jsonl\n" in crash
    assert "  no\n  | … 1 more line in results.jsonl\n  | 1:   x\n" in log
    assert "  | 6:   x\n" in log


def test_long_lists_are_cut_and_say_so() -> None:
    """Two thousand failures must not scroll the table away."""
    records = [make_record(Outcome.FAILED, "no", program=str(number)) for number in range(300)]
    text = _print(*records)

    assert text.count("FAILED cases") == 200
    assert "… and 100 more FAILED in results.jsonl\n" in text
    assert "total              300\n" in text


def test_text_from_the_guest_cannot_move_the_cursor() -> None:
    """Nor begin a line of its own."""
    text = _print(make_record(Outcome.FAILED, "a\x1b[2J", evidence=("b\nTOTAL\r" + "x" * 500,)))

    assert not set(text) & set("\x1b\r")
    assert "  | b TOTAL xxx" in text
    assert max(map(len, text.splitlines())) < 200


def test_the_summary_is_kept_in_the_report(tmp_path: Path) -> None:
    """The terminal is gone by the time somebody asks."""
    path = tmp_path / "summary.txt"

    assert _print(make_record(), path=path) == path.read_text()


def test_trials_are_counted_by_what_they_were_about() -> None:
    """By the kinds of event and the types of table; what did not pass is said."""
    seen = make_record(mode="interp")
    failed = make_record(Outcome.FAILED, "no")
    text = _print(
        replace(seen, events=("fentry", "kprobe"), tables=("hash",)),
        replace(seen, events=("kprobe",)),
        replace(failed, events=("kprobe",), tables=("array", "hash")),
        replace(seen, events=("tp_btf",), final=False),
    )

    assert "\nevents: fentry 1, kprobe 3 (1 failed)\n" in text
    assert "\ntables: array 1 (1 failed), hash 2 (1 failed)\n" in text


def test_what_no_trial_was_about_is_not_listed() -> None:
    text = _print(make_record())

    assert "events" not in text
    assert "tables" not in text


def test_a_long_list_is_folded() -> None:
    text = _print(replace(make_record(), tables=tuple(f"type_{number:02}" for number in range(40))))

    lines = [line for line in text.splitlines() if "type_" in line]
    assert len(lines) > 1
    assert max(len(line) for line in lines) <= 100
    assert ", ".join(line.strip() for line in lines).count("type_") == 40


def test_cases_that_miss_the_same_are_told_together() -> None:
    """With the modes that any of them was tried in, and the first names."""
    reason = "feature bpf_loop is absent"
    text = _print(
        *(
            replace(make_record(Outcome.UNSUPPORTED, reason, mode=mode), case=f"a.bpf.c:{name}")
            for name in "abcde"
            for mode in ("interp", "jit")
        ),
        replace(make_record(Outcome.UNSUPPORTED, reason), case="a.bpf.c:a", arch="arm"),
    )

    assert text.startswith(
        "UNSUPPORTED 5 cases [interp, jit; x86_64]\n"
        "  feature bpf_loop is absent\n"
        "    a.bpf.c:a\n"
        "    a.bpf.c:b\n"
        "    a.bpf.c:c\n"
        "    … and 2 more\n"
        "\n"
        "UNSUPPORTED a.bpf.c:a [jit; arm]\n"
        "  feature bpf_loop is absent\n"
        "\n"
    )
