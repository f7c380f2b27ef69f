"""A kernel's .config: which options are on, and whether such a kernel can serve us at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
    """Something without which a kernel cannot be used: one of the options must be there."""

    any_of: tuple[str, ...]
    missing: str
    """What the kernel then is, for the message."""

    why: str
    module_will_do: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """Something a kernel may lack; cases that need it are then unsupported."""

    option: str
    gives: str


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        ("BPF_SYSCALL",), "a kernel without BPF", "there is no bpf(2) to load filters with"
    ),
    Requirement(
        ("BLK_DEV_INITRD",),
        "a kernel without initramfs support",
        "the guest's whole user space is an initramfs",
    ),
    Requirement(
        ("BINFMT_ELF",), "a kernel that runs no ELF programs", "the agent is an ELF program"
    ),
    Requirement(
        (
            "VIRTIO_CONSOLE",
            "SERIAL_8250_CONSOLE",
            "SERIAL_AMBA_PL011_CONSOLE",
            "SCLP_CONSOLE",
            "SCLP_VT220_CONSOLE",
            "HVC_CONSOLE",
        ),
        "a kernel with neither a virtio console nor a serial one",
        "there is no way to reach the agent",
        module_will_do=True,
    ),
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


def check_bootable(config: Kconfig, *, modules: bool, name: str) -> None:
    """Raises KernelError when this kernel cannot serve; `modules` says whether we have them."""
    for need in REQUIREMENTS:
        with_modules = modules and need.module_will_do
        if not any(config.available(option, modules=with_modules) for option in need.any_of):
            raise _cannot_serve(config, need, name)


def missing_features(config: Kconfig) -> tuple[Feature, ...]:
    """What this kernel is built without, in the order of the table."""
    return tuple(f for f in FEATURES if not config.available(f.option, modules=True))


def _cannot_serve(config: Kconfig, need: Requirement, name: str) -> KernelError:
    modular = [option for option in need.any_of if config.value(option) == "m"]
    if modular and need.module_will_do:
        return KernelError(
            f"{name}: CONFIG_{modular[0]} is a module, and the modules are not at hand, "
            f"so {need.why}",
            remedy="put lib/modules/RELEASE beside the image (make modules_install "
            f"INSTALL_MOD_PATH=…), or build with CONFIG_{modular[0]}=y",
        )
    options = " or ".join(f"CONFIG_{option}=y" for option in need.any_of[:2])
    return KernelError(f"{name} is {need.missing}: {need.why}", remedy=f"build it with {options}")
