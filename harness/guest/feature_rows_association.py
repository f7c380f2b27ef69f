"""Features that associations of filters with events need, with the commit that says since when."""

from harness.guest.feature_rows_events import TRAMPOLINES
from harness.values.arch import PPC64LE, RISCV64
from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.feature import AttachProbe, Feature, ShellProbe
from harness.values.insn import Insn

# linux/bpf.h: enum bpf_prog_type, enum bpf_attach_type
_TRACING, _FENTRY = 26, 24

_RETURN_0 = (Insn(0xB7), Insn(0x95))

ASSOCIATION_FEATURES: tuple[Feature, ...] = (
    # A filter of a trampoline that was detached is attached again, ENOENT before: commit
    # f3a95075549e ("bpf: Allow trampoline re-attach for tracing and lsm programs") in v5.13.
    Feature(
        "fentry-again",
        AttachProbe(
            _RETURN_0,
            _TRACING,
            Event(EventKind.TRACE, "a function"),
            _FENTRY,
            "bpf_fentry_test1",
            again=True,
        ),
        (5, 13),
        ("DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "BPF_JIT", "DEBUG_INFO_BTF"),
        elsewhere=TRAMPOLINES,
    ),
    # On ppc64le 7.2.13 1 or 2 of 2000 calls, in 3 of 8 runs of the four cases that need it, while
    # filters came and went 16 times; on riscv64 6.12.107 2 of 2000. Neither x86_64 (5.10, 6.12
    # and 7.2) nor arm64 and riscv64 (7.2) lost any. A run may well pass, so that the probe goes
    # by the machine.
    Feature(
        "steady-trampolines",
        ShellProbe("case $(uname -m)-$(uname -r) in ppc64le-*|riscv64-6.*) false ;; esac"),
        (5, 5),
        elsewhere=((PPC64LE, None), (RISCV64, (7, 2))),
        bug="a filter of fentry or fexit misses calls while others are attached to the same "
        "function or detached from it",
    ),
)
