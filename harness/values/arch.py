"""The table of architectures: everything that differs between them, one frozen row each.

No other module names an architecture. QEMU facts were measured with QEMU 7.2 under software
emulation; package names are Debian's.
"""

from dataclasses import dataclass
from enum import Enum

from harness.values import register_text
from harness.values.cpu_model import (
    ARM64_CODE,
    ARM_CODE,
    PPC64LE_CODE,
    RISCV64_CODE,
    S390X_CODE,
    X86_64_CODE,
    CpuModel,
    MachineCode,
)
from harness.values.errors import UnknownNameError
from harness.values.image_header import ImageHeader, ReleasePointer


class ByteOrder(Enum):
    """Byte order of the kernel, and so of the filters compiled for it."""

    LITTLE = "little"
    BIG = "big"


@dataclass(frozen=True, slots=True)
class Arch:
    """Everything that differs between architectures."""

    name: str
    """What we print: the spelling kernel developers use."""

    spellings: tuple[str, ...]
    """Other names people type: uname's, Debian's, the kernel's ARCH=."""

    debian: str
    """Debian's name of the port."""

    triple: str
    """GNU triple: clang --target, and the multiarch folder in the sysroot."""

    byte_order: ByteOrder

    word_bits: int

    elf_machine: str
    """e_machine of this architecture's vmlinux and modules, as pyelftools spells it."""

    elf_machine_number: int
    """The same as the ELF specification numbers it."""

    bpf_target: str
    """The -D__TARGET_ARCH_* word of libbpf's bpf_tracing.h."""

    selftest_name: str | None
    """Word of the selftests' __arch_* annotation; None where upstream has no such tag."""

    qemu: str
    """The QEMU binary."""

    qemu_package: str
    """Debian package that holds it."""

    machine: tuple[str, ...]
    """Machine and CPU arguments that do not depend on the accelerator."""

    code: MachineCode
    """How its JITed code is read, and the CPU models that make it differ."""

    console: str
    """tty of the console= argument; QEMU's first -serial."""

    registers: register_text.RegisterText
    """How QEMU shows where a CPU is."""

    uart: str
    """tty of the agent when the kernel has no virtio-serial."""

    uart_device: tuple[str, ...]
    """QEMU arguments that make that second UART out of the chardev called `agent`."""

    uart_options: tuple[str, ...]
    """Kernel options that this UART takes; all of them."""

    virtio_serial: str
    """QEMU device that carries the agent's port."""

    virtio_options: tuple[str, ...]
    """Kernel options that virtio-serial takes; all of them."""

    kernel_flavours: tuple[str, ...]
    """Suffixes of linux-image-RELEASE-SUFFIX, best first; `cloud` boots fastest."""

    image_names: tuple[str, ...]
    """File names of a kernel image in a package, best first."""

    built_image: str
    """Where a build tree has the image for QEMU's -kernel; the last part is its make target."""

    channel_modules: tuple[str, ...]
    """Modules the kernel may need before it can reach its channel; built in is fine."""

    linux: str
    """ARCH= of the kernel's own makefiles."""

    image_header: ImageHeader | None = None
    """None where the kernel is booted as ELF."""

    kernel_arguments: tuple[str, ...] = ()
    """More of the kernel's command line."""

    sysrq: bytes | None = None
    """What begins a magic SysRq on a console without serial breaks: sclp_vt220.c, hvc_console.c."""

    memory_mib: int = 512

    waits_visibly: bool = True
    """Its kernel waits for another CPU with an instruction at which QEMU lets that one run."""

    @property
    def cross_prefix(self) -> str:
        """CROSS_COMPILE= of Debian's cross compiler for it."""
        return f"{self.triple}-"

    @property
    def cross_package(self) -> str:
        """Debian package that holds that compiler."""
        return f"gcc-{self.triple.replace('_', '-')}"

    @property
    def cpu_models(self) -> tuple[CpuModel, ...]:
        """Those worth sweeping; the first is the default under software emulation."""
        return self.code.models

    @property
    def tcg_cpu(self) -> str:
        """QEMU's -cpu argument under software emulation."""
        return self.cpu_models[0].qemu

    def __str__(self) -> str:
        return self.name


_VIRTIO_PCI_MODULES = ("virtio_pci", "virtio_console")
_PCI_UART = ("-device", "pci-serial,chardev=agent")
_VIRTIO_PCI_OPTIONS = ("VIRTIO_CONSOLE", "VIRTIO_PCI")
_PCI_UART_OPTIONS = ("SERIAL_8250", "SERIAL_8250_PCI")

X86_64 = Arch(
    name="x86_64",
    spellings=("amd64", "x86-64", "x86"),
    debian="amd64",
    triple="x86_64-linux-gnu",
    byte_order=ByteOrder.LITTLE,
    word_bits=64,
    elf_machine="EM_X86_64",
    elf_machine_number=62,
    bpf_target="x86",
    selftest_name="X86_64",
    qemu="qemu-system-x86_64",
    qemu_package="qemu-system-x86",
    # q35 and pc boot in the same time; q35 has PCIe, as real machines do.
    machine=("-machine", "q35"),
    code=X86_64_CODE,
    console="ttyS0",
    registers=register_text.X86_64,
    uart="ttyS1",
    uart_device=("-device", "isa-serial,chardev=agent,index=1"),
    uart_options=("SERIAL_8250",),
    virtio_serial="virtio-serial-pci",
    virtio_options=_VIRTIO_PCI_OPTIONS,
    kernel_flavours=("cloud-amd64", "amd64"),
    image_names=("vmlinuz", "bzImage"),
    built_image="arch/x86/boot/bzImage",
    linux="x86_64",
    channel_modules=_VIRTIO_PCI_MODULES,
    # 5.10 panics of "IO-APIC + timer doesn't work" where a busy host delivers ticks too late.
    kernel_arguments=("no_timer_check",),
    # Boot protocol 2.12: a pointer that does not count the first sector, and XLF_KERNEL_64.
    image_header=ImageHeader(
        0x202, b"HdrS", ReleasePointer(0x20E, 2, base=0x200), flags_64_bit=(0x236, 1)
    ),
)

ARM64 = Arch(
    name="arm64",
    spellings=("aarch64",),
    debian="arm64",
    triple="aarch64-linux-gnu",
    byte_order=ByteOrder.LITTLE,
    word_bits=64,
    elf_machine="EM_AARCH64",
    elf_machine_number=183,
    bpf_target="arm64",
    selftest_name="ARM64",
    qemu="qemu-system-aarch64",
    qemu_package="qemu-system-arm",
    machine=("-machine", "virt"),
    code=ARM64_CODE,
    console="ttyAMA0",
    registers=register_text.ARM64,
    # virt has a single PL011, so the agent's UART is a 16550 on PCI.
    uart="ttyS0",
    uart_device=_PCI_UART,
    uart_options=_PCI_UART_OPTIONS,
    virtio_serial="virtio-serial-pci",
    virtio_options=_VIRTIO_PCI_OPTIONS,
    kernel_flavours=("cloud-arm64", "arm64"),
    image_names=("vmlinuz", "Image"),
    built_image="arch/arm64/boot/Image",
    linux="arm64",
    channel_modules=_VIRTIO_PCI_MODULES,
    image_header=ImageHeader(0x38, b"ARM\x64"),
)

RISCV64 = Arch(
    name="riscv64",
    spellings=("riscv",),
    debian="riscv64",
    triple="riscv64-linux-gnu",
    byte_order=ByteOrder.LITTLE,
    word_bits=64,
    elf_machine="EM_RISCV",
    elf_machine_number=243,
    bpf_target="riscv",
    selftest_name="RISCV64",
    qemu="qemu-system-riscv64",
    qemu_package="qemu-system-misc",
    machine=("-machine", "virt"),
    code=RISCV64_CODE,
    waits_visibly=False,
    console="ttyS0",
    registers=register_text.RISCV64,
    uart="ttyS1",
    uart_device=_PCI_UART,
    uart_options=_PCI_UART_OPTIONS,
    virtio_serial="virtio-serial-pci",
    virtio_options=_VIRTIO_PCI_OPTIONS,
    # Debian has riscv64 since trixie; no cloud flavour.
    kernel_flavours=("riscv64",),
    image_names=("vmlinux", "vmlinuz", "Image"),
    built_image="arch/riscv/boot/Image",
    linux="riscv",
    channel_modules=_VIRTIO_PCI_MODULES,
    image_header=ImageHeader(0x38, b"RSC\x05"),
)

S390X = Arch(
    name="s390x",
    spellings=("s390",),
    debian="s390x",
    triple="s390x-linux-gnu",
    byte_order=ByteOrder.BIG,
    word_bits=64,
    elf_machine="EM_S390",
    elf_machine_number=22,
    bpf_target="s390",
    selftest_name="s390x",
    qemu="qemu-system-s390x",
    qemu_package="qemu-system-misc",
    machine=("-machine", "s390-ccw-virtio"),
    code=S390X_CODE,
    # The SCLP line-mode console; QEMU's -serial.
    console="ttyS0",
    sysrq=b"\x0f",
    registers=register_text.S390X,
    # The machine has no second UART; the VT220 console is the nearest thing.
    uart="ttysclp0",
    uart_device=("-device", "sclpconsole,chardev=agent"),
    uart_options=("SCLP_VT220_TTY",),
    virtio_serial="virtio-serial-ccw",
    virtio_options=("VIRTIO_CONSOLE", "S390_GUEST"),
    kernel_flavours=("s390x",),
    image_names=("vmlinuz", "bzImage"),
    built_image="arch/s390/boot/bzImage",
    linux="s390",
    channel_modules=("virtio_ccw", "virtio_console"),
    # The image is loaded at address 0, so an address is an offset.
    image_header=ImageHeader(0x10008, b"S390EP", ReleasePointer(0x10428, 8)),
)

PPC64LE = Arch(
    name="ppc64le",
    spellings=("powerpc", "ppc64el", "ppc64"),
    debian="ppc64el",
    triple="powerpc64le-linux-gnu",
    byte_order=ByteOrder.LITTLE,
    word_bits=64,
    elf_machine="EM_PPC64",
    elf_machine_number=21,
    bpf_target="powerpc",
    # Upstream has no __arch_ tag for it.
    selftest_name=None,
    qemu="qemu-system-ppc64",
    qemu_package="qemu-system-ppc",
    # x-vof replaces the SLOF firmware: 4.8 s to the agent instead of 11.4 s.
    machine=("-machine", "pseries,x-vof=on"),
    code=PPC64LE_CODE,
    console="hvc0",
    sysrq=b"\x0f",
    registers=register_text.PPC64LE,
    uart="hvc1",
    uart_device=("-device", "spapr-vty,chardev=agent,reg=0x30001000"),
    uart_options=("HVC_CONSOLE",),
    virtio_serial="virtio-serial-pci",
    virtio_options=_VIRTIO_PCI_OPTIONS,
    kernel_flavours=("powerpc64le",),
    image_names=("vmlinux", "vmlinuz"),
    built_image="vmlinux",
    linux="powerpc",
    channel_modules=_VIRTIO_PCI_MODULES,
)

ARM = Arch(
    name="arm",
    spellings=("armv7l", "armhf"),
    debian="armhf",
    triple="arm-linux-gnueabihf",
    byte_order=ByteOrder.LITTLE,
    word_bits=32,
    elf_machine="EM_ARM",
    elf_machine_number=40,
    bpf_target="arm",
    # Upstream has no __arch_ tag for it.
    selftest_name=None,
    qemu="qemu-system-arm",
    qemu_package="qemu-system-arm",
    # With highmem the PCI windows lie above 4 GiB, where a kernel without LPAE cannot see them.
    machine=("-machine", "virt,highmem=off"),
    code=ARM_CODE,
    waits_visibly=False,
    console="ttyAMA0",
    registers=register_text.ARM,
    uart="ttyS0",
    uart_device=_PCI_UART,
    uart_options=_PCI_UART_OPTIONS,
    virtio_serial="virtio-serial-pci",
    virtio_options=_VIRTIO_PCI_OPTIONS,
    kernel_flavours=("armmp",),
    image_names=("vmlinuz", "zImage"),
    built_image="arch/arm/boot/zImage",
    linux="arm",
    channel_modules=_VIRTIO_PCI_MODULES,
    image_header=ImageHeader(0x24, b"\x18\x28\x6f\x01"),
)

ARCHES: tuple[Arch, ...] = (X86_64, ARM64, RISCV64, S390X, PPC64LE, ARM)


def parse_arch(text: str) -> Arch:
    """The row for any spelling; raises UnknownNameError.

    >>> parse_arch("aarch64").name
    'arm64'
    """
    for arch in ARCHES:
        if text == arch.name or text in arch.spellings:
            return arch
    names = " ".join(arch.name for arch in ARCHES)
    raise UnknownNameError(f"unknown architecture {text!r}", remedy=f"use one of: {names}")
