"""Everything that must be there before a first guest can start, made or fetched if it is not."""

from dataclasses import dataclass, replace
from pathlib import Path

from harness.boot.command import Hardware, Transport, emulated_faithfully
from harness.formats.kconfig import (
    Kconfig,
    check_bootable,
    has_virtio,
    needed_arguments,
    parse_kconfig,
)
from harness.guest.features import is_due
from harness.host.system_packages import require_programs
from harness.images.initramfs import AgentFiles, build_image
from harness.images.modules import EVENT_MODULES
from harness.kernels.resolve import resolve_kernel
from harness.runner.known_features import KnownFeatures
from harness.toolchain.agent import agent_binary
from harness.toolchain.sysroot import busybox_binary
from harness.values.accel import AccelChoice, AccelProof
from harness.values.arch import Arch
from harness.values.feature import Feature
from harness.values.image import Image
from harness.values.kernel import Kernel
from harness.values.mode import Mode
from harness.vm.accel_proof import choose_accel
from harness.vm.cpu_check import check_cpu_model
from harness.vm.plan import VmPlan


@dataclass(frozen=True, slots=True)
class TargetName:
    """A target as the user names it; nothing of it need exist."""

    arch: Arch
    kernel: str
    cpu_model: str | None = None

    def __str__(self) -> str:
        words = (str(self.arch), self.kernel, self.cpu_model)
        return " × ".join(word for word in words if word is not None)

    def on_every_cpu(self) -> tuple["TargetName", ...]:
        """The same with each of the CPU models on which the JIT does something else."""
        return tuple(replace(self, cpu_model=model.qemu) for model in self.arch.cpu_models)


@dataclass(frozen=True, slots=True)
class Target:
    """A kernel that guests can be started with."""

    kernel: Kernel
    image: Image
    hardware: Hardware
    accel: AccelProof
    qemu_version: str
    config: Kconfig | None
    """What the kernel was built with, or None where nobody knows."""

    @property
    def arch(self) -> Arch:
        return self.kernel.arch

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for targets that are the same however they were named."""
        return self.arch, self.kernel.digest, self.hardware.cpu_model

    def plan(self, folder: Path) -> VmPlan:
        """A guest of it, whose files go to `folder`, which exists."""
        return VmPlan(self.kernel, self.image, self.hardware, folder, self.qemu_version)

    @property
    def accel_name(self) -> str:
        return self.accel.accel.value

    @property
    def words(self) -> tuple[str, ...]:
        """The options of `check` that name it."""
        model = self.hardware.cpu_model
        cpu = () if model is None else ("--cpu", model)
        return ("--arch", self.arch.name, "--kernel", self.kernel.source, *cpu)

    @property
    def repeats_crashes(self) -> bool:
        """Its guests are there to be crashed."""
        return True

    def known_features(self) -> KnownFeatures:
        return KnownFeatures(self.kernel, self.hardware)

    def versions(self) -> dict[str, str]:
        """What a guest of it is made of."""
        return {
            "kernel": f"{self.kernel.release}, {self.kernel.origin}",
            "kernel sha256": self.kernel.digest,
            "image": self.image.digest,
            "agent": self.image.agent_build,
            "qemu": self.qemu_version,
            "acceleration": str(self.accel),
        }

    def owes(self, feature: Feature, mode: Mode) -> bool:
        """Whether it is the kernel's fault if its guests lack the feature in that mode."""
        if self.hardware.cpus < feature.cpus:
            return False
        return is_due(feature, self.arch, self.kernel.release, self.config, jits=mode.jits)


def prepare_target(
    arch: Arch, kernel_text: str, choice: AccelChoice, *, cpu_model: str | None = None
) -> Target:
    """Host packages, kernel, sysroot, agent, image and accelerator, in this order.

    A second call does none of the work again. Raises UsageError for a kernel that is not one,
    InfrastructureError for what this machine cannot deliver.
    """
    qemu_version = require_programs(arch)
    kernel = resolve_kernel(kernel_text, arch)
    config = read_config(kernel)
    transport = choose_transport(kernel, config)
    agent = agent_binary(arch)
    files = AgentFiles(agent, agent.parent.name, busybox_binary(arch))
    image = build_image(kernel, files, EVENT_MODULES)
    proof = choose_accel(choice, kernel, image)
    hardware = Hardware(
        proof.accel,
        transport,
        cpu_model=cpu_model,
        arguments=() if config is None else needed_arguments(config),
    )
    hardware = emulated_faithfully(hardware, arch, qemu_version)
    check_cpu_model(arch, hardware)
    return Target(kernel, image, hardware, proof, qemu_version, config)


def read_config(kernel: Kernel) -> Kconfig | None:
    """The options the kernel was built with, or None where nobody knows."""
    return None if kernel.config is None else parse_kconfig(kernel.config.read_text())


def choose_transport(kernel: Kernel, config: Kconfig | None) -> Transport:
    """Virtio-serial, unless the kernel was built without it; raises KernelError for neither."""
    if config is None:
        return Transport.VIRTIO_SERIAL
    modules = kernel.modules is not None
    check_bootable(config, kernel.arch, modules=modules, name=str(kernel))
    if has_virtio(config, kernel.arch, modules=modules):
        return Transport.VIRTIO_SERIAL
    return Transport.UART
