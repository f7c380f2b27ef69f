"""The QEMU command line of a guest, as a pure function of Arch, Kernel, Image and hardware.

Nothing is started here. No network device, no host folder, no device that QEMU adds by itself.
"""

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from harness.values.accel import Accel
from harness.values.arch import Arch
from harness.values.image import Image
from harness.values.kernel import Kernel
from harness.values.release import read_version

PORT_NAME = "bpf-harness"

CONSOLE = "console"
"""QEMU's name of the console: what comes in at its standard input is typed there."""

BARE = ("-nodefaults", "-no-user-config", "-display", "none")
"""No device, setting or window that is not asked for."""

# What a QEMU that a hostile guest has taken over may still ask of the host: nothing new.
SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"

# Before deba78709ae8 ("accel/tcg: Always lock pages before translation") one emulated CPU may
# translate code while another rewrites it, and keep what it translated. Storms of attaching and
# of direct tail calls went wrong on x86_64 ("Oops: int3", 9 of 12), arm64 (a filter that was
# attached did not run, 2 of 7) and riscv64 (3 of 14); on one thread none of 12, 42 and 42 did.
# There each wait for another CPU lasts a time slice of QEMU, 100 ms, unless the kernel waits with
# an instruction that ends it: on riscv64 a filter then takes 4 s instead of 0.05 s, and arm does
# not boot in 90 s. The others cost the same on one thread as on two.
_FAITHFUL_THREADS_SINCE = (8, 1)


class Transport(Enum):
    """The device that carries the channel."""

    VIRTIO_SERIAL = "virtio-serial"
    UART = "uart"


@dataclass(frozen=True, slots=True)
class Hardware:
    """What the guest's machine is made of, apart from what its Arch row says."""

    accel: Accel
    transport: Transport = Transport.VIRTIO_SERIAL
    cpus: int = 2
    """Two by default: freeing a filter while it runs takes a second one."""

    memory_mib: int | None = None
    """None takes the arch row's."""

    cpu_model: str | None = None
    """None takes the arch row's, or the host's under KVM."""

    one_thread: bool = False
    """Emulated CPUs take turns on one thread of the host; for TCG only."""

    arguments: tuple[str, ...] = ()
    """What this kernel needs on its command line, beside what all do."""


@dataclass(frozen=True, slots=True)
class Ends:
    """QEMU's ends of what connects it to us: inherited descriptors and the console's file."""

    agent_fd: int
    qmp_fd: int
    console: Path
    """What QEMU adds the console's text to; its standard output has the same."""

    state_fd: int | None = None
    """The saved state to go on from; None boots."""


def kernel_command_line(arch: Arch, transport: Transport, arguments: tuple[str, ...] = ()) -> str:
    """What the kernel under test is told.

    A panic or an oops ends the guest at once (-no-reboot turns the reboot into an exit).
    loglevel=5 lets a WARN during boot reach the console; the agent opens the level to 8 when
    it is ready. printk.devkmsg=on keeps /dev/kmsg from dropping our markers.
    sysrq_always_enabled lets a guest that hangs be asked for backtraces.
    """
    words = [
        f"console={arch.console}",
        "panic=-1",
        "oops=panic",
        "loglevel=5",
        "printk.devkmsg=on",
        "sysrq_always_enabled",
        *arch.kernel_arguments,
        *arguments,
    ]
    if transport is Transport.UART:
        words.append(f"bpf_harness.uart={arch.uart}")
    return " ".join(words)


def qemu_argv(kernel: Kernel, image: Image, hardware: Hardware, ends: Ends) -> tuple[str, ...]:
    """The whole command, QEMU's binary first."""
    arch = kernel.arch
    return (
        arch.qemu,
        *machine_arguments(arch, hardware),
        *BARE,
        "-nic",
        "none",
        "-no-reboot",
        "-sandbox",
        SANDBOX,
        *console_arguments(ends.console),
        *_channel(arch, hardware.transport, ends),
        *_monitor(ends),
        "-kernel",
        str(kernel.image),
        "-initrd",
        str(image.path),
        "-append",
        kernel_command_line(arch, hardware.transport, hardware.arguments),
        *(() if ends.state_fd is None else ("-incoming", f"fd:{ends.state_fd}")),
    )


def machine_check_argv(arch: Arch, hardware: Hardware) -> tuple[str, ...]:
    """The same machine with nothing in it, stopped: QEMU says what it does not like and waits.

    It ends at the command `quit` on its standard input.
    """
    return (
        arch.qemu,
        *machine_arguments(arch, hardware),
        *BARE,
        "-S",
        "-monitor",
        "stdio",
    )


def emulated_faithfully(hardware: Hardware, arch: Arch, qemu_version: str) -> Hardware:
    """The hardware as that QEMU can emulate it without running code that is no longer there.

    Before QEMU 8.1 emulated CPUs take turns; where they would wait for each other without end,
    there is one. Nobody accuses an unknown version.
    """
    version = read_version(qemu_version)
    if hardware.accel is not Accel.TCG or version is None or version >= _FAITHFUL_THREADS_SINCE:
        return hardware
    if arch.waits_visibly:
        return replace(hardware, one_thread=True)
    return replace(hardware, cpus=1)


def machine_arguments(arch: Arch, hardware: Hardware) -> tuple[str, ...]:
    """The machine, without what is plugged into it."""
    default_cpu = "host" if hardware.accel is Accel.KVM else arch.tcg_cpu
    return (
        *arch.machine,
        "-accel",
        _accel(hardware),
        "-cpu",
        hardware.cpu_model or default_cpu,
        "-smp",
        str(hardware.cpus),
        "-m",
        str(hardware.memory_mib or arch.memory_mib),
    )


def _accel(hardware: Hardware) -> str:
    if hardware.one_thread:
        return f"{hardware.accel},thread=single"
    return hardware.accel.value


def console_arguments(console: Path) -> tuple[str, ...]:
    """The first serial line: its text is added to that file."""
    path = str(console).replace(",", ",,")
    return (
        "-chardev",
        f"stdio,id={CONSOLE},signal=off,logappend=on,logfile={path}",
        "-serial",
        f"chardev:{CONSOLE}",
    )


def _channel(arch: Arch, transport: Transport, ends: Ends) -> tuple[str, ...]:
    chardev = ("-chardev", f"socket,id=agent,fd={ends.agent_fd}")
    if transport is Transport.UART:
        return (*chardev, *arch.uart_device)
    port = f"virtserialport,chardev=agent,name={PORT_NAME}"
    return (*chardev, "-device", arch.virtio_serial, "-device", port)


def _monitor(ends: Ends) -> tuple[str, ...]:
    return ("-chardev", f"socket,id=qmp,fd={ends.qmp_fd}", "-mon", "chardev=qmp,mode=control")
