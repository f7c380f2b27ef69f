"""harness.boot.command: the QEMU command line as a pure function."""

from pathlib import Path

import pytest

from harness.boot.command import (
    Ends,
    Hardware,
    Transport,
    emulated_faithfully,
    kernel_command_line,
    qemu_argv,
)
from harness.values.accel import Accel
from harness.values.arch import ARCHES, ARM64, RISCV64, X86_64, Arch
from harness.values.image import Image
from harness.values.kernel import Kernel

ENDS = Ends(agent_fd=7, qmp_fd=8, console=Path("/reports/a,b/console.log"))
IMAGE = Image(Path("/cache/initramfs.cpio"), "d" * 64, "build")


def kernel(arch: Arch) -> Kernel:
    return Kernel(arch, "6.12", Path("/k/vmlinuz"), None, None, "debian:6.12", "x", "0" * 64)


def argv(arch: Arch, hardware: Hardware) -> tuple[str, ...]:
    return qemu_argv(kernel(arch), IMAGE, hardware, ENDS)


def after(words: tuple[str, ...], option: str) -> list[str]:
    """The values of every occurrence of an option."""
    return [words[i + 1] for i, word in enumerate(words) if word == option]


@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_every_guest_is_shut_in(arch: Arch) -> None:
    """No network, nothing of the host, no device QEMU adds by itself, an exit for a reboot."""
    words = argv(arch, Hardware(Accel.TCG))

    assert after(words, "-nic") == ["none"]
    assert {"-nodefaults", "-no-user-config", "-no-reboot"} <= set(words)
    assert after(words, "-sandbox")[0].startswith("on,")
    assert not [word for word in words if "fsdev" in word or "virtfs" in word or "drive" in word]


@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_an_oops_ends_the_guest(arch: Arch) -> None:
    words = kernel_command_line(arch, Transport.VIRTIO_SERIAL).split()

    assert {"panic=-1", "oops=panic", f"console={arch.console}"} <= set(words)
    assert set(arch.kernel_arguments) <= set(words)


def test_the_channel_is_a_named_virtio_port_or_a_second_uart() -> None:
    """The agent looks for the port by name; without virtio the command line names its tty."""
    virtio = argv(X86_64, Hardware(Accel.TCG))
    uart = argv(ARM64, Hardware(Accel.TCG, Transport.UART))

    assert "virtserialport,chardev=agent,name=bpf-harness" in virtio
    assert "pci-serial,chardev=agent" in uart
    assert "bpf_harness.uart=ttyS0" in after(uart, "-append")[0]
    assert not [word for word in uart if "virtserialport" in word]


def test_a_comma_in_the_console_path_is_doubled() -> None:
    """QEMU ends an option's value at a single comma."""
    words = argv(X86_64, Hardware(Accel.TCG))

    assert "stdio,id=console,signal=off,logappend=on,logfile=/reports/a,,b/console.log" in words


def test_kvm_takes_the_hosts_cpu_unless_a_model_is_named() -> None:
    assert after(argv(X86_64, Hardware(Accel.KVM)), "-cpu") == ["host"]
    assert after(argv(X86_64, Hardware(Accel.TCG)), "-cpu") == [X86_64.tcg_cpu]
    assert after(argv(X86_64, Hardware(Accel.KVM, cpu_model="qemu64")), "-cpu") == ["qemu64"]


@pytest.mark.parametrize(
    ("arch", "version", "cpus", "accel"),
    [
        (X86_64, "7.2.22", 2, "tcg,thread=single"),
        (X86_64, "8.0.5", 2, "tcg,thread=single"),
        (X86_64, "8.1.0", 2, "tcg"),
        (X86_64, "a build of one's own", 2, "tcg"),
        (RISCV64, "7.2.22", 1, "tcg"),
        (RISCV64, "8.1.0", 2, "tcg"),
    ],
)
def test_a_qemu_that_runs_stale_code_gets_one_cpu_at_a_time(
    arch: Arch, version: str, cpus: int, accel: str
) -> None:
    """CPUs of riscv64 would wait for each other a whole time slice."""
    words = argv(arch, emulated_faithfully(Hardware(Accel.TCG), arch, version))

    assert after(words, "-smp") == [str(cpus)]
    assert after(words, "-accel") == [accel]


def test_kvm_knows_nothing_of_stale_code() -> None:
    hardware = Hardware(Accel.KVM)

    assert emulated_faithfully(hardware, RISCV64, "7.2.22") == hardware


@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_the_table_agrees_with_virtme_ng(arch: Arch) -> None:
    """Where virtme-ng knows an architecture, its console and QEMU binary are ours."""
    from virtme import architectures

    names = {"ppc64le": "ppc64", "arm64": "aarch64"}
    known = architectures.get(names.get(arch.name, arch.name))

    assert arch.qemu == f"qemu-system-{known.qemuname}"
    assert arch.console in known.serial_console_args()[0] or arch.name == "s390x"
