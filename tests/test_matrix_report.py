"""Rules of the summary of many targets: one table, each problem once, what is absent by name."""

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from harness.reports.matrix import MatrixReport
from harness.reports.matrix_table import Block, Column, format_block, format_cell
from harness.values.record import Record
from harness.values.verdict import Outcome
from tests.records import SUMMARY, make_record


def _print(*records: Record, path: Path | None = None) -> str:
    stream = io.StringIO()
    report = MatrixReport(stream, path)
    for record in records:
        report.add(record)
    report.close(SUMMARY)
    return stream.getvalue()


def on(record: Record, arch: str, kernel: str = "debian:7.2", *, group: str = "verifier") -> Record:
    return replace(
        record,
        arch=arch,
        kernel=f"{kernel.removeprefix('debian:')}.13-{arch}",
        kernel_source=f"{kernel} (a package)",
        group=group,
    )


def unsupported(feature: str, mode: str = "jit") -> Record:
    record = make_record(Outcome.UNSUPPORTED, f"feature {feature} is absent", mode=mode)
    return replace(record, verdict=replace(record.verdict, feature=feature))


def test_the_summary_reads_like_this() -> None:
    """The whole of it, as a stranger sees it."""
    failed = make_record(Outcome.FAILED, "retval 5, expected 4", evidence=("0: (b7) r0 = 5",))
    text = _print(
        on(make_record(mode="interp"), "x86_64", "debian:6.12", group="compute"),
        on(make_record(mode="jit"), "x86_64", "debian:6.12", group="compute"),
        on(make_record(mode="interp"), "x86_64"),
        on(failed, "x86_64"),
        on(replace(failed, mode="interp"), "arm"),
        on(failed, "arm"),
        on(unsupported("fentry", "interp"), "arm"),
        on(unsupported("fentry"), "arm"),
        on(unsupported("fentry"), "arm", "debian:6.12"),
        on(unsupported("atomics"), "arm"),
    )

    assert text == (
        "FAILED cases/verifier/oob.bpf.c:oob_value"
        " [x86_64 debian:7.2 jit; arm debian:7.2 interp jit]\n"
        "  retval 5, expected 4\n"
        "  | 0: (b7) r0 = 5\n"
        "  guest: guests/x86_64-1\n"
        "  reproduce: bpf-harness check cases/verifier/oob.bpf.c:oob_value --mode jit\n"
        "\n"
        "x86_64     debian:6.12   debian:7.2\n"
        "           interp  jit   interp  jit\n"
        "compute         1    1        -    -\n"
        "verifier        -    -        1   1F\n"
        "all             1    1        1   1F\n"
        "\n"
        "arm        debian:6.12   debian:7.2\n"
        "           jit           interp    jit\n"
        "compute      -                -      -\n"
        "verifier    1U            1F+1U  1F+2U\n"
        "all         1U            1F+1U  1F+2U\n"
        "\n"
        "F failed, U unsupported, - nothing to run\n"
        "debian:6.12 is x86_64 6.12.13-x86_64, arm 6.12.13-arm\n"
        "debian:7.2 is x86_64 7.2.13-x86_64, arm 7.2.13-arm\n"
        "\n"
        "unsupported, by what the kernel lacks:\n"
        "  fentry: 3\n"
        "    arm debian:6.12 1, arm debian:7.2 2\n"
        "  atomics: 1\n"
        "    arm debian:7.2 1\n"
        "\n"
        "10 trials: 3 failed, 4 unsupported, 3 passed\n"
        "83.2 s, 3 guests, tcg (/dev/kvm cannot run a guest)\n"
    )


def test_the_order_is_that_of_the_tables_and_not_of_the_guests() -> None:
    """Whichever ends first; and 6.12 comes after 6.1, arm after x86_64."""
    records = [
        on(replace(record, mode=mode), arch, f"debian:{series}")
        for record in (make_record(), unsupported("fentry"))
        for arch in ("arm", "s390x", "x86_64")
        for series in ("6.12", "6.1", "5.10")
        for mode in ("jit", "interp")
    ]

    text = _print(*records)

    assert text == _print(*reversed(records))
    assert [
        line.split() for line in text.splitlines() if line.startswith(("arm ", "s39", "x86"))
    ] == [[arch, "debian:5.10", "debian:6.1", "debian:6.12"] for arch in ("x86_64", "s390x", "arm")]
    assert "    x86_64 debian:5.10 2, x86_64 debian:6.1 2, x86_64 debian:6.12 2, s390x" in text


@pytest.mark.parametrize(
    ("counts", "cell"),
    [
        ({}, "-"),
        ({Outcome.PASSED: 1200}, "1200"),
        ({Outcome.UNSUPPORTED: 3}, "3U"),
        ({Outcome.PASSED: 1198, Outcome.UNSUPPORTED: 1, Outcome.FAILED: 2}, "1198+2F+1U"),
        ({Outcome.BROKEN: 4, Outcome.CRASHED: 1}, "1C+4B"),
    ],
)
def test_a_cell_shows_what_passed_and_all_that_did_not(
    counts: dict[Outcome, int], cell: str
) -> None:
    """A crash among a thousand that passed must be seen."""
    assert format_cell(Counter(counts)) == cell


def test_four_kernels_in_three_modes_stay_within_the_width() -> None:
    """What does not fit beside goes below, and every line says what it is about."""
    modes = ("interp", "jit", "jit-harden")
    cell = Counter({Outcome.PASSED: 380, Outcome.FAILED: 2, Outcome.UNSUPPORTED: 10})
    columns = tuple(Column(f"debian:6.{n}", modes) for n in range(7))
    counts = {("verifier", column.title, mode): cell for column in columns for mode in modes}

    lines = list(format_block(Block("x86_64", columns, counts), ["verifier"]))
    four = list(format_block(Block("x86_64", columns[:4], counts), ["verifier"]))

    assert max(map(len, lines)) <= 160
    assert [line.split()[0] for line in lines if line.startswith("x86_64")] == ["x86_64"] * 2
    assert sum(line.count("380+2F+10U") for line in lines if line.startswith("verifier")) == 21
    assert len(four) == 5
    assert len(lines) == 10


def test_a_target_that_cannot_be_run_is_one_problem() -> None:
    """Not a thousand with the same reason."""
    broken = make_record(Outcome.BROKEN, "arm × debian:6.1 cannot be run: no answer")
    records = [
        replace(
            on(replace(broken, case=f"cases/a.bpf.c:c{n}", guest="", reproduce=""), "arm"),
            kernel="debian:7.2",
        )
        for n in range(50)
    ]

    text = _print(*records)

    assert "BROKEN 50 cases, cases/a.bpf.c:c0 first [arm debian:7.2 jit]\n" in text
    assert text.count("no answer") == 1
    assert "debian:7.2 is" not in text


def test_cases_that_fail_in_different_places_are_told_apart() -> None:
    failed = make_record(Outcome.FAILED, "no")
    records = [on(replace(failed, case=f"c:{n}"), f"arch{n}") for n in range(6)]

    assert _print(*records).count("FAILED c:") == 6


def test_the_worst_is_told_first_and_long_lists_are_cut() -> None:
    records = [make_record(Outcome.FAILED, f"no {n}", program=str(n)) for n in range(300)]
    text = _print(*records, make_record(Outcome.CRASHED, "BUG"))

    assert text.startswith("CRASHED ")
    assert "… and 100 more FAILED in results.jsonl\n" in text


def test_a_long_name_of_a_kernel_gives_way_to_its_release() -> None:
    """A path would fill the line."""
    record = replace(make_record(), kernel_source="/home/somebody/linux/arch/x86/boot/bzImage (x)")

    assert "verifier" in _print(record)
    assert "6.12.107-cloud-amd64\n" in _print(record)


def test_cpu_models_have_columns_of_their_own() -> None:
    record = on(make_record(), "x86_64")

    assert "debian:7.2   debian:7.2 Nehalem\n" in _print(record, replace(record, cpu="Nehalem"))


def test_many_names_go_on_the_next_line() -> None:
    """A kernel has a release for each architecture, and a feature may be absent on all targets."""
    arches = ("x86_64", "arm64", "riscv64", "s390x", "ppc64le", "arm")
    kernels = [f"debian:6.{n}" for n in range(6)]
    text = _print(*(on(unsupported("fentry"), a, k) for a in arches for k in kernels))

    lines = text.splitlines()
    assert max(map(len, lines)) <= 140
    start = lines.index("  fentry: 36")
    assert " ".join(line.strip() for line in lines[start + 1 : start + 8]).count("debian:6.") == 36


def test_votes_are_a_block_and_no_kernel() -> None:
    whole = replace(make_record(mode="vote"), arch="all", kernel="all", kernel_source="all")
    text = _print(on(make_record(), "arm"), whole)

    assert "all        all\n           vote\nverifier      1\n" in text
    assert "all is" not in text


def test_a_retried_attempt_is_mentioned_and_not_counted() -> None:
    text = _print(make_record(Outcome.BROKEN, "x", final=False), make_record())

    assert "1 trials: 1 passed" in text
    assert "1 attempts retried" in text


def test_a_run_without_trials_and_an_interrupted_one_say_so(tmp_path: Path) -> None:
    stream = io.StringIO()
    report = MatrixReport(stream, tmp_path / "summary.txt")
    report.close(replace(SUMMARY, interrupted=True, notes=("riscv64 × debian:6.1: no package",)))

    assert stream.getvalue().startswith("no trial was run\n")
    assert "riscv64 × debian:6.1: no package\n" in stream.getvalue()
    assert stream.getvalue().endswith(
        "interrupted: the trials that had not ended have no verdict\n"
    )
    assert (tmp_path / "summary.txt").read_text() == stream.getvalue()


def test_text_from_the_guest_cannot_move_the_cursor() -> None:
    text = _print(make_record(Outcome.FAILED, "a\x1b[2J", evidence=("b\nTOTAL\r" + "x" * 500,)))

    assert not set(text) & set("\x1b\r")
