"""The QEMU command line of a guest that is reached over SSH, as a pure function.

A machine as others have it: it reboots when it wants to, and has a network card. The network is
QEMU's own and leads nowhere; one port of the host's loopback leads to the guest's SSH server.
"""

from dataclasses import dataclass
from pathlib import Path

from harness.boot.command import BARE, SANDBOX, Hardware, console_arguments, machine_arguments
from harness.values.arch import Arch
from harness.values.kernel import Kernel


@dataclass(frozen=True, slots=True)
class SshEnds:
    """Where such a guest touches the host."""

    port: int
    """Of 127.0.0.1."""

    console: Path
    """What QEMU adds the console's text to."""


def ssh_argv(kernel: Kernel, image: Path, hardware: Hardware, ends: SshEnds) -> tuple[str, ...]:
    """The whole command, QEMU's binary first."""
    arch = kernel.arch
    words = (f"console={arch.console}", "panic=1", "oops=panic", "sysrq_always_enabled")
    forward = f"hostfwd=tcp:127.0.0.1:{ends.port}-:22"
    return (
        arch.qemu,
        *machine_arguments(arch, hardware),
        *BARE,
        *("-sandbox", SANDBOX),
        *console_arguments(ends.console),
        *("-netdev", f"user,id=net,restrict=on,{forward}"),
        *("-device", f"{_network_card(arch)},netdev=net"),
        *("-kernel", str(kernel.image), "-initrd", str(image)),
        *("-append", " ".join((*words, *arch.kernel_arguments, *hardware.arguments))),
    )


def _network_card(arch: Arch) -> str:
    """On the bus of its serial device; without a ROM to boot from, where it may have one."""
    device = arch.virtio_serial.replace("serial", "net")
    return f"{device},romfile=" if device.endswith("-pci") else device
