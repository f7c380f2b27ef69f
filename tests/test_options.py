"""From options to targets: what may be repeated, what is left out, what is refused."""

import argparse

import pytest

from harness.cli.options import add_targets, parse_arches, parse_modes, parse_targets
from harness.kernels.resolve import DEFAULT_KERNEL
from harness.values.arch import ARCHES, ARM64, X86_64
from harness.values.errors import UnknownNameError
from harness.values.mode import Mode


def targets(*words: str) -> list[str]:
    parser = argparse.ArgumentParser()
    add_targets(parser)
    return [str(name) for name in parse_targets(parser.parse_args(words))]


def test_without_options_there_is_one_target() -> None:
    """As it was before there could be many."""
    assert targets() == [f"x86_64 × {DEFAULT_KERNEL}"]


def test_architectures_are_crossed_with_kernels_and_models() -> None:
    """One architecture after the other: what they share is made once, and its guests end early."""
    assert targets(
        *("--arch", "aarch64", "--arch", "x86_64"),
        *("--kernel", "debian:6.1", "--kernel", "debian:7.2", "--cpu", "max"),
    ) == [
        "arm64 × debian:6.1 × max",
        "arm64 × debian:7.2 × max",
        "x86_64 × debian:6.1 × max",
        "x86_64 × debian:7.2 × max",
    ]


def test_what_is_said_twice_counts_once() -> None:
    assert targets("--arch", "arm64", "--arch", "aarch64", "--kernel", "debian:6.1") == [
        "arm64 × debian:6.1"
    ]
    assert len(targets("--kernel", "debian:6.1", "--kernel", "debian:6.1")) == 1


@pytest.mark.parametrize("words", [["x86_64 arm64"], ["x86_64,arm64"], ["x86_64", "amd64 arm64"]])
def test_a_word_may_hold_several_architectures(words: list[str]) -> None:
    assert parse_arches(words) == (X86_64, ARM64)


def test_all_is_every_row_of_the_table() -> None:
    assert parse_arches(["arm64", "all"]) == ARCHES


@pytest.mark.parametrize(
    "words",
    [
        ("--arch", "vax"),
        ("--arch", "all vax"),
        ("--kernel", "debian:nowhere"),
        ("--kernel", "no/such/file"),
    ],
)
def test_a_name_that_can_be_none_is_refused(words: tuple[str, str]) -> None:
    """Before anything is downloaded for the others."""
    with pytest.raises(UnknownNameError):
        targets("--kernel", "debian:6.1", *words)


def test_all_modes_are_the_default() -> None:
    assert parse_modes(None) == tuple(Mode)
    assert parse_modes(["jit interp", "jit"]) == (Mode.JIT, Mode.INTERP)
