"""A kernel's .config: which options are on, and whether such a kernel can serve us at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.values.arch import Arch
from harness.values.errors import KernelError

_SET = re.compile(r"CONFIG_(\w+)=(.*)")
_NOT_SET = re.compile(r"# CONFIG_(\w+) is not set")


@dataclass(frozen=True, slots=True)
class Kconfig:
    """The options of one kernel; names without CONFIG_."""

    options: Mapping[str, str]

    def value(self, option: str) -> str:
        """`y`, `m`, a number, a string without its quotes; `n` for what is absent."""
        return self.options.get(option, "n")

    def builtin(self, option: str) -> bool:
        return self.value(option) == "y"

    def available(self, option: str, *, modules: bool) -> bool:
        """Whether it is built in, or a module when the modules are at hand."""
        return self.builtin(option) or (modules and self.value(option) == "m")


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something without which a kernel of any architecture cannot be used."""

    option: str
    missing: str
    """What the kernel then is, for the message."""

    why: str


@dataclass(frozen=True, slots=True)
class Feature:
    """Something a kernel may lack; cases that need it are then unsupported."""

    option: str
    gives: str


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement("BPF_SYSCALL", "a kernel without BPF", "there is no bpf(2) to load filters with"),
    Requirement(
        "BLK_DEV_INITRD",
        "a kernel without initramfs support",
        "the guest's whole user space is an initramfs",
    ),
    Requirement("BINFMT_ELF", "a kernel that runs no ELF programs", "the agent is an ELF program"),
)

FEATURES: tuple[Feature, ...] = (
    Feature("BPF_JIT", "the modes jit and jit-harden"),
    Feature("DEBUG_INFO_BTF", "plain pointer dereference, fentry, CO-RE relocation, kfuncs"),
    Feature("BPF_EVENTS", "filters on kprobes, tracepoints and perf events"),
    Feature("KPROBE_EVENTS", "kprobe and kretprobe events"),
    Feature("FUNCTION_TRACER", "fentry and fexit events"),
    Feature("FTRACE_SYSCALLS", "tracepoints on system calls"),
    Feature("NET", "socket filters and packets on lo"),
    Feature("CGROUP_BPF", "cgroup events"),
    Feature("BPF_LSM", "LSM events"),
    Feature("VIRTIO_CONSOLE", "the fast channel; a UART is tens of times slower"),
)


@dataclass(frozen=True, slots=True)
class Argument:
    """A word of the command line that a kernel needs which was built with some options."""

    word: str
    options: tuple[str, ...]
    why: str


ARGUMENTS: tuple[Argument, ...] = (
    Argument("kasan_multi_shot", ("KASAN",), "else only the first report is ever printed"),
    Argument(
        "no5lvl",
        ("KASAN", "X86_5LEVEL"),
        "else an interrupt during identify_cpu() finds the fifth level of the page tables cleared, "
        "KASAN reports a wild access at boot, and lockdep goes off with it (seen on 6.12)",
    ),
)


def needed_arguments(config: Kconfig) -> tuple[str, ...]:
    """What must be on the command line of a kernel with that configuration."""
    words = tuple(row.word for row in ARGUMENTS if all(map(config.builtin, row.options)))
    return words + _security_modules(config)


def _security_modules(config: Kconfig) -> tuple[str, ...]:
    """The modules that would be active, and bpf: lsm= takes the place of CONFIG_LSM.

    Debian's 5.10 has the hooks for filters and does not call them.
    """
    active = config.value("LSM")
    if not config.builtin("BPF_LSM") or active == "n" or "bpf" in active.split(","):
        return ()
    return (f"lsm={active},bpf" if active else "lsm=bpf",)


def parse_kconfig(text: str) -> Kconfig:
    """The options in the text of a .config.

    >>> parse_kconfig("CONFIG_BPF=y\\n# CONFIG_NET is not set\\n").value("NET")
    'n'
    """
    options: dict[str, str] = {}
    for line in text.splitlines():
        if found := _SET.fullmatch(line.strip()):
            options[found[1]] = found[2].strip('"')
        elif found := _NOT_SET.fullmatch(line.strip()):
            options[found[1]] = "n"
    return Kconfig(options)


def check_bootable(config: Kconfig, arch: Arch, *, modules: bool, name: str) -> None:
    """Raises KernelError when this kernel cannot serve; `modules` says whether we have them."""
    for need in REQUIREMENTS:
        if not config.builtin(need.option):
            raise KernelError(
                f"{name} is {need.missing}: {need.why}",
                remedy=f"build it with CONFIG_{need.option}=y",
            )
    if not (has_virtio(config, arch, modules=modules) or has_uart(config, arch, modules=modules)):
        raise _no_channel(config, arch, name)


def has_virtio(config: Kconfig, arch: Arch, *, modules: bool) -> bool:
    """Whether the agent can be reached through virtio-serial."""
    return all(config.available(option, modules=modules) for option in arch.virtio_options)


def has_uart(config: Kconfig, arch: Arch, *, modules: bool) -> bool:
    """Whether it can be reached through the machine's second UART."""
    return all(config.available(option, modules=modules) for option in arch.uart_options)


def missing_features(config: Kconfig) -> tuple[Feature, ...]:
    """What this kernel is built without, in the order of the table."""
    return tuple(f for f in FEATURES if not config.available(f.option, modules=True))


def _no_channel(config: Kconfig, arch: Arch, name: str) -> KernelError:
    why = "so there is no way to reach the agent"
    with_modules = has_virtio(config, arch, modules=True) or has_uart(config, arch, modules=True)
    if with_modules:
        modular = [o for o in arch.virtio_options if config.value(o) == "m"] or [
            o for o in arch.uart_options if config.value(o) == "m"
        ]
        return KernelError(
            f"{name}: CONFIG_{modular[0]} is a module, and the modules are not at hand, {why}",
            remedy="put lib/modules/RELEASE beside the image (make modules_install "
            f"INSTALL_MOD_PATH=…), or build with CONFIG_{modular[0]}=y",
        )
    virtio, uart = (_all_on(options) for options in (arch.virtio_options, arch.uart_options))
    return KernelError(
        f"{name} has neither virtio-serial nor the UART of QEMU's {arch} machine, {why}",
        remedy=f"build it with {virtio}, or with {uart}",
    )


def _all_on(options: tuple[str, ...]) -> str:
    return " and ".join(f"CONFIG_{option}=y" for option in options)
