"""The CPU models of the table, booted: the JIT does on each what its row says."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.guest.guest import Guest
from harness.toolchain.disassembler import disassembler, instructions
from harness.values.accel import Accel
from harness.values.arch import ARM64, RISCV64, X86_64, Arch
from harness.values.deadline import Deadline
from harness.values.mode import Mode
from tests.vm.conftest import BOOT_S, compiler_in, plan_in, target_of
from tests.vm.test_cli import run

# Shifts by a register, 32-bit arithmetic, swapped bytes and an atomic.
SOURCE = """\
#include <case.h>

SEC("socket")
int all_sorts(struct __sk_buff *skb)
{
	__u64 by = skb->len & 63, atom = 1;
	__u32 word = skb->len;

	__sync_fetch_and_add(&atom, by);
	word = __builtin_bswap32(word + 1);
	return (atom << by) + (atom >> 1) + word;
}

char _license[] SEC("license") = "GPL";
"""
# For a packet of 50 bytes behind its Ethernet header.
RETVAL = ((51 << 50) + (51 >> 1) + 0x33000000) & 0xFFFFFFFF

SHIFTS = """\
#include <case.h>

SEC("socket")
int shifts(struct __sk_buff *skb)
{
	return 1ull << (skb->len & 63);
}

SEC("socket")
int adds(struct __sk_buff *skb)
{
	return skb->len + 1;
}

char _license[] SEC("license") = "GPL";
"""

# A model of each row for each feature that these kernels have.
MODELS = (
    *((X86_64, model.qemu) for model in X86_64.cpu_models),
    *((ARM64, model.qemu) for model in ARM64.cpu_models[:2]),
    (RISCV64, RISCV64.cpu_models[0].qemu),
    (RISCV64, RISCV64.cpu_models[-1].qemu),
)


@pytest.mark.parametrize(("arch", "model"), MODELS, ids=lambda value: str(value))
def test_code_shows_the_features_of_its_cpu_and_gives_the_same(
    arch: Arch, model: str, tmp_path: Path
) -> None:
    """No two models of a row have the same features, so their code differs."""
    row = next(row for row in arch.cpu_models if row.qemu == model)
    target = target_of(arch.name)
    # Another accelerator would have the host's CPU.
    hardware = replace(target.hardware, accel=Accel.TCG, cpu_model=model)
    plan = plan_in(tmp_path, replace(target, hardware=hardware))

    with Guest.start(plan, Deadline.after(2 * BOOT_S)) as guest:
        guest.set_mode(Mode.JIT)
        loaded = guest.load(compiler_in(tmp_path, arch)(SOURCE)).filters["all_sorts"]
        code = loaded.code().jited
        run = loaded.run(bytes(64))

    shown = arch.code.features_in(instructions(disassembler(arch).lines(code)))
    assert (shown, run.retval) == (tuple(feature.name for feature in row.features), RETVAL)


def test_check_tells_for_how_many_filters_the_code_differs(tmp_path: Path) -> None:
    """Of two filters on two models, the one that shifts."""
    (tmp_path / "shifts.bpf.c").write_text(SHIFTS)
    models = (model.qemu for model in X86_64.cpu_models[:2])
    arguments = [word for model in models for word in ("--cpu", model)]

    status, stdout, stderr = run(
        tmp_path, "-m", "harness", "check", ".", "--mode", "jit", "-j", "1", *arguments
    )

    assert status == 0, stderr
    assert "against max,-cx16: 1 of 2 differ (bmi2 gone from 1)\n" in stdout


def test_a_command_in_the_shell_sees_the_cpu_that_was_named(tmp_path: Path) -> None:
    command = "grep -q bmi2 /proc/cpuinfo"

    without = run(tmp_path, "-m", "harness", "shell", "--cpu", "max,-cx16,-bmi2", "-c", command)

    assert without[0] == 1, without


def test_a_model_that_qemu_does_not_have_ends_each_command_with_2(tmp_path: Path) -> None:
    """At once: no guest is started."""
    (tmp_path / "shifts.bpf.c").write_text(SHIFTS)

    for command in ("run shifts.bpf.c", "shell -c true", "check shifts.bpf.c"):
        status, _, stderr = run(tmp_path, "-m", "harness", *command.split(), "--cpu", "nonsense")

        assert status == 2, stderr
        assert "QEMU makes no CPU 'nonsense' on x86_64: unable to find CPU model" in stderr
