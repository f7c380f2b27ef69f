"""`bpf-harness bisect` over the recorded archive, with kernels whose verdict goes by their name."""

import argparse
from pathlib import Path

import pytest

from harness.cli import bisect, bisect_step
from harness.cli.bisect import _step_command
from tests.check_command import Ended
from tests.step_command import start

# Passes up to some release, or from it on.
CASE = """\
import os
from harness.host.debian_version import DebianVersion
from harness.scenario import Bench, scenario


@scenario(modes="interp")
def only(bench: Bench) -> None:
    kernel = DebianVersion(os.environ["KERNEL_UNDER_TEST"].removeprefix("debian:"))
    assert kernel {comparison}
"""


def case(folder: Path, comparison: str) -> str:
    path = folder / "scenario_only.py"
    path.write_text(CASE.format(comparison=comparison))
    return path.name


def search(folder: Path, *arguments: str, gone: str = "") -> Ended:
    words = ("bisect", *arguments, "-j", "1", "--report-dir", "reports")
    with start(folder, "serve", *words, gone=gone) as command:
        return command.end()


def ends(good: str, bad: str) -> tuple[str, ...]:
    return ("--good", f"debian:{good}", "--bad", f"debian:{bad}")


def test_the_release_that_broke_it_is_on_the_only_line(tmp_path: Path) -> None:
    name = case(tmp_path, '< DebianVersion("6.12.90-2")')

    ended = search(tmp_path, *ends("6.12.43", "6.12.107"), name)

    assert ended.status == 0, ended.stderr
    assert ended.stdout.startswith("first bad: debian:6.12.90-2 (FAILED scenario_only.py:only")
    assert ended.stdout.endswith("; last good: debian:6.12.88-1~bpo12+1 (1 passed)\n")
    assert ended.stdout.count("\n") == 1
    assert "step 1 of about 6: debian:6.12.43-1~bpo12+1 is good: 1 passed" in ended.stderr
    assert (tmp_path / "reports" / "6.12.90-2" / "results.jsonl").exists()


def test_the_release_that_mended_it_is_found_by_exchanging_the_ends(tmp_path: Path) -> None:
    name = case(tmp_path, '>= DebianVersion("6.12.74")')

    ended = search(tmp_path, *ends("6.12.107", "6.12.43"), name)

    assert ended.status == 0, ended.stderr
    assert ended.stdout.startswith("first fixed: debian:6.12.74-2~bpo12+1 (1 passed); last bad: ")


def test_a_release_that_is_gone_is_between(tmp_path: Path) -> None:
    """Nobody is blamed, and the exit code says that the answer is a range."""
    name = case(tmp_path, '< DebianVersion("6.12.86")')

    ended = search(tmp_path, *ends("6.12.74", "6.12.88"), name, gone="debian:6.12.86-1~bpo12+1")

    assert ended.status == 3, ended.stderr
    assert "first bad: between debian:6.12.85-1~bpo12+1 (1 passed), good, and " in ended.stdout
    assert "not testable: debian:6.12.86-1~bpo12+1 (404 Not Found" in ended.stdout


def test_ends_that_agree_are_2_and_say_both_verdicts(tmp_path: Path) -> None:
    ended = search(tmp_path, *ends("6.12.43", "6.12.107"), case(tmp_path, "is not None"))

    assert (ended.status, ended.stdout) == (2, "")
    assert "the ends agree" in ended.stderr
    assert "debian:6.12.43-1~bpo12+1 is good: 1 passed" in ended.stderr
    assert "debian:6.12.107-1 is good: 1 passed" in ended.stderr


def test_an_end_that_cannot_be_had_is_3(tmp_path: Path) -> None:
    name = case(tmp_path, "is not None")

    ended = search(tmp_path, *ends("6.12.43", "6.12.107"), name, gone="debian:6.12.107-1")

    assert (ended.status, ended.stdout) == (3, "")
    assert "an end of the search cannot be tested" in ended.stderr


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("debian:6.12.43", "debian:6.12.43", "is both the good and the bad kernel"),
        ("debian:6.12.43", "debian:6.12.44", "unknown kernel 'debian:6.12.44'"),
        ("debian:6.12.43", "scenario_only.py", "is not a packaged release"),
        ("debian:6.12.43", "absent", "unknown kernel 'absent'"),
    ],
)
def test_ends_that_are_no_two_releases_are_2(
    tmp_path: Path, good: str, bad: str, said: str
) -> None:
    ended = search(tmp_path, "--good", good, "--bad", bad, case(tmp_path, "is not None"))

    assert (ended.status, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert not (tmp_path / "reports").exists()


def test_a_search_across_series_says_what_that_means(tmp_path: Path) -> None:
    name = case(tmp_path, '< DebianVersion("7")')

    ended = search(tmp_path, *ends("6.12.107", "7.3~rc7"), name)

    assert ended.status == 0, ended.stderr
    assert "releases of 3 series lie between (6.12 7.2 7.3): the verdict may change more" in (
        ended.stderr
    )


def test_a_flavour_is_for_trees(tmp_path: Path) -> None:
    name = case(tmp_path, "is not None")

    ended = search(tmp_path, *ends("6.12.43", "6.12.107"), name, "--flavor", "tiny")

    assert ended.status == 2
    assert "give the kernel tree with --tree" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--tree", "absent"), "absent is not a folder"),
        (("--tree", "."), "is not in a git tree"),
        (("--tree", ".", "--flavor", "sweet"), "sweet"),
    ],
)
def test_a_tree_that_is_none_is_2(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    name = case(tmp_path, "is not None")

    ended = search(tmp_path, "--good", "v1", "--bad", "v2", *arguments, name)

    assert (ended.status, ended.stdout) == (2, "")
    assert said in ended.stderr


def test_a_step_in_a_tree_is_asked_what_the_user_asked(tmp_path: Path) -> None:
    """Every option reaches it; paths are found from the top of another tree."""
    source = tmp_path / "one.bpf.c"
    source.touch()
    words = [
        *("--good", "v1", "--bad", "v2", "--tree", "linux", "--flavor", "tiny"),
        *("--arch", "s390x", "--accel", "tcg", "--cpu", "z14", "--mode", "jit", "--mode", "interp"),
        *("-k", "one and not two", "-j", "3", "--timeout", "600", "--boot-timeout", "120"),
        *(str(source), f"{source}:only"),
    ]
    asking, asked = argparse.ArgumentParser(), argparse.ArgumentParser()
    bisect.add_arguments(asking)
    bisect_step.add_arguments(asked)
    args = asking.parse_args(words)

    step = _step_command(args, tmp_path / "reports")
    heard = asked.parse_args(step.looks_for_break[5:])

    shared = set(vars(args)) & set(vars(heard)) - {"tree", "paths", "report_dir"}
    assert {name: vars(heard)[name] for name in shared} == {
        name: vars(args)[name] for name in shared
    }
    assert len(shared) == 9
    assert heard.paths == [str(source), f"{source}:only"]
    assert (heard.tree, heard.report_parent) == (".", tmp_path / "reports")
    assert not heard.find_fix
    assert asked.parse_args(step.looks_for_fix[5:]).find_fix
