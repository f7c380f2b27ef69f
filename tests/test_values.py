"""harness.values: names that people type, outcomes and exit codes."""

import math

import pytest

from harness.values.arch import ARCHES, parse_arch
from harness.values.deadline import Deadline
from harness.values.errors import (
    CompileError,
    HarnessError,
    InfrastructureError,
    ProtocolError,
    RefusedError,
    UnknownNameError,
    UsageError,
)
from harness.values.event import Event, parse_event
from harness.values.event_kind import EventKind
from harness.values.mode import Mode
from harness.values.run_input import RunInput, run_input
from harness.values.verdict import Outcome, Verdict, exit_code, worst


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("amd64", "x86_64"),
        ("aarch64", "arm64"),
        ("riscv", "riscv64"),
        ("s390", "s390x"),
        ("powerpc", "ppc64le"),
        ("ppc64el", "ppc64le"),
        ("armhf", "arm"),
        ("armv7l", "arm"),
    ],
)
def test_an_architecture_has_many_spellings_and_one_name(typed: str, printed: str) -> None:
    assert parse_arch(typed).name == printed


def test_no_spelling_means_two_architectures() -> None:
    spellings = [word for arch in ARCHES for word in {arch.name, *arch.spellings}]

    assert len(spellings) == len(set(spellings))


def test_an_unknown_architecture_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="x86_64 arm64 riscv64 s390x ppc64le arm"):
        parse_arch("sparc")


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("kprobe/do_exit", Event(EventKind.KPROBE, "do_exit")),
        ("kretprobe/do_exit", Event(EventKind.KRETPROBE, "do_exit")),
        ("tp/sched/sched_switch", Event(EventKind.TRACEPOINT, "sched/sched_switch")),
        ("?raw_tp/sys_enter", Event(EventKind.RAW_TRACEPOINT, "sys_enter")),
        ("fentry/do_exit", Event(EventKind.TRACE, "fentry/do_exit")),
        ("socket/lo", Event(EventKind.SOCKET, "lo")),
    ],
)
def test_an_event_is_read_as_libbpf_reads_section_names(text: str, event: Event) -> None:
    assert parse_event(text) == event


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "write one of: kprobe/FUNCTION"),
        ("nothing/x", "write one of: kprobe/FUNCTION"),
        ("kretprob/x", "near it: kretprobe"),
        ("kprobe", "write kprobe/FUNCTION"),
        ("kprobe/", "write kprobe/FUNCTION"),
        ("kprobe/f+x", "write kprobe/FUNCTION"),
        ("tp/sched", "write tracepoint/CATEGORY/NAME"),
        ("tp/a/b/c", "write tracepoint/CATEGORY/NAME"),
        ("fentry/", "write fentry/FUNCTION"),
        ("raw_tp/a/b", "write raw_tp/NAME"),
    ],
)
def test_a_malformed_event_is_answered_with_what_to_write(text: str, remedy: str) -> None:
    with pytest.raises(UnknownNameError) as refused:
        parse_event(text)

    assert (refused.value.remedy or "").startswith(remedy)


def test_an_event_is_printed_as_people_write_it() -> None:
    assert str(parse_event("tp_btf/netif_receive_skb")) == "tp_btf/netif_receive_skb"
    assert str(parse_event("kprobe/do_exit")) == "kprobe/do_exit"


def test_hardening_blinds_constants_for_the_privileged_too() -> None:
    """bpf_jit_harden=1 would blind only for those without CAP_BPF; the harness has it."""
    settings = {mode.value: (mode.sysctls.enable, mode.sysctls.harden, mode.jits) for mode in Mode}

    assert settings == {
        "interp": (0, 0, False),
        "jit": (1, 0, True),
        "jit-harden": (1, 2, True),
    }


@pytest.mark.parametrize(
    ("section", "kind"),
    [
        ("socket", RunInput.PACKET),
        ("xdp", RunInput.PACKET),
        ("cgroup_skb/ingress", RunInput.PACKET),
        ("?raw_tp/sys_enter", RunInput.CONTEXT),
        ("syscall", RunInput.CONTEXT),
        ("fentry/bpf_fentry_test1", RunInput.NOTHING),
        ("kprobe/do_exit", RunInput.NOTHING),
    ],
)
def test_the_section_says_what_a_test_run_takes(section: str, kind: RunInput) -> None:
    assert run_input(section) is kind


def test_a_verdict_needs_a_reason_of_one_line() -> None:
    for reason in ("", "two\nlines"):
        with pytest.raises(ValueError, match="one-line reason"):
            Verdict(Outcome.PASSED, reason)


def test_the_worst_verdict_wins_and_none_is_broken() -> None:
    verdicts = tuple(Verdict(outcome, "x") for outcome in reversed(Outcome))

    assert worst(verdicts).outcome is Outcome.CRASHED
    assert worst(()).outcome is Outcome.BROKEN


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((), 4),
        ((Outcome.UNSUPPORTED,), 4),
        ((Outcome.PASSED, Outcome.UNSUPPORTED), 0),
        ((Outcome.PASSED, Outcome.BROKEN), 3),
        ((Outcome.BROKEN, Outcome.FAILED), 1),
        ((Outcome.PASSED, Outcome.CRASHED), 1),
    ],
)
def test_exit_codes_tell_a_bad_kernel_from_bad_infrastructure(
    outcomes: tuple[Outcome, ...], code: int
) -> None:
    assert exit_code(outcomes) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (CompileError("x"), 2),
        (InfrastructureError("x"), 3),
        (ProtocolError("x"), 3),
        (RefusedError("x", 13), 3),
    ],
)
def test_every_error_knows_the_exit_code_of_its_branch(error: HarnessError, code: int) -> None:
    assert error.exit_code == code


def test_a_message_ends_with_the_remedy() -> None:
    assert str(UsageError("no such file", remedy="give one")) == "no such file\n  remedy: give one"


def test_a_deadline_never_has_less_than_nothing_left() -> None:
    past = Deadline.after(-1)

    assert (past.left_s(), past.expired) == (0.0, True)
    assert Deadline.never().left_s() == math.inf
    assert Deadline.never().sooner(0).expired
