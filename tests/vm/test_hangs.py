"""A filter that keeps its CPU for hours, as the verifier lets it: the verdict says where."""

import re
from pathlib import Path

import pytest

from harness.runner.batch import BatchRunner
from harness.runner.collect import Chosen, Collector
from harness.runner.pool import GuestPool
from harness.runner.target import Target
from harness.toolchain.case_compiler import case_compiler
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome
from tests.vm.conftest import BOOT_S

# Each loop may go round 1 << 23 times (BPF_MAX_LOOPS); inside one another there is no limit.
CALLBACKS = """
#include <case.h>

static long inner(__u32 i, void *ctx)
{
	return 0;
}

static long outer(__u32 i, void *ctx)
{
	bpf_loop(1 << 23, inner, ctx, 0);
	return 0;
}

SEC("socket")
__success __retval(0)
int endless(struct __sk_buff *skb)
{
	bpf_loop(1 << 23, outer, (void *)0, 0);
	return 0;
}
"""

# Callbacks want a JIT. A may_goto loop goes round as often, and so does one in what it calls.
CALLS = """
#include <case.h>

#define UNTIL(out) asm volatile goto("may_goto %l[" #out "]" :::: out)

static __attribute__((noinline)) int inner(__u32 seed)
{
	for (;;)
		UNTIL(out);
out:
	return seed;
}

SEC("socket")
__success __retval(0)
int endless(struct __sk_buff *skb)
{
	for (;;) {
		UNTIL(out);
		inner(skb->len);
	}
out:
	return 0;
}
"""

FINE = """
SEC("socket")
__success __retval(3)
int sound(struct __sk_buff *skb)
{
	return 3;
}

char _license[] SEC("license") = "GPL";
"""


@pytest.mark.parametrize(
    ("mode", "text", "place"),
    [
        (Mode.JIT, CALLBACKS, r"bpf_prog_[0-9a-f]{16}_endless\[\d\]\+0x[0-9a-f]+"),
        (Mode.INTERP, CALLS, r"___bpf_prog_run\+0x[0-9a-f]+"),
    ],
)
def test_a_filter_that_never_ends_is_found_and_the_rest_goes_on(
    tmp_path: Path,
    target: Target,
    monkeypatch: pytest.MonkeyPatch,
    mode: Mode,
    text: str,
    place: str,
) -> None:
    """The CPU and the function, the kernel's own backtrace, its memory; then a fresh guest."""
    monkeypatch.setattr("harness.guest.guest.patience_s", lambda spin_ns: 5.0)
    source = tmp_path / "hang.bpf.c"
    source.write_text(text + FINE)
    collector = Collector(target.arch, case_compiler(target.arch))
    cases = collector.collect((Chosen(source, None),), lambda name: True)
    records: list[Record] = []

    def folder(name: str) -> Path:
        path = tmp_path / name
        path.mkdir()
        return path

    pool = GuestPool(target, folder, boot_timeout_s=BOOT_S, dump_memory=True)
    BatchRunner(target, pool, records.append).run(cases, (mode,))
    pool.close()

    hung, again, sound = records
    verdict = hung.verdict
    assert verdict.outcome is Outcome.CRASHED
    assert (again.verdict.outcome, again.reproducible) == (Outcome.CRASHED, True)
    assert re.fullmatch(
        r"guest hung: CPU (\d) in \S+ \(\d of 8 samples\)(, \S+ \(\d\))?, CPU (?!\1)\d idle",
        verdict.reason,
    )
    # The interpreter may be met more often in the thunk through which it jumps.
    assert any(re.match(rf"CPU \d in .*{place} ", line) for line in verdict.evidence)
    assert any("bpf_test_run+0x" in line for line in verdict.evidence)
    memory = tmp_path / "guest-1" / "memory.elf"
    assert f"the guest's memory is in {memory}" in verdict.evidence
    assert memory.stat().st_size > target.arch.memory_mib << 20
    assert memory.read_bytes()[:4] == b"\x7fELF"
    for dumped in tmp_path.glob("*/memory.elf"):
        dumped.unlink()
    assert (sound.verdict.outcome, sound.guest) == (Outcome.PASSED, "guest-3")
