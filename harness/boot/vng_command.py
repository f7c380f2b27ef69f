"""virtme-ng's command line for a program of the host's under another kernel, as a pure function."""

from pathlib import Path

from harness.formats.kconfig import Kconfig
from harness.values.accel import Accel
from harness.values.errors import KernelError
from harness.values.kernel import Kernel

_MEMORY_MIB = 2048
_CPUS = 2

# What the kernel needs to have the host's files for its root: 9p on virtio, and overlays to write.
_NEEDED = ("9P_FS", "NET_9P_VIRTIO", "OVERLAY_FS")


def check_host_files(config: Kconfig | None, kernel: Kernel) -> None:
    """Raises KernelError for a kernel that cannot mount the host's files.

    Distributions leave 9p out of the kernels they make for the cloud.
    """
    if config is None:
        return
    modules = kernel.modules is not None
    missing = [name for name in _NEEDED if not config.available(name, modules=modules)]
    if missing:
        raise KernelError(
            f"{kernel.release} cannot have the host's files: it lacks {' '.join(missing)}",
            remedy="take a kernel of another flavour: `bpf-harness kernels list --arch "
            f"{kernel.arch}`, then --kernel debian:{kernel.release.replace('-cloud-', '-')}",
        )


def vng_argv(
    vng: Path, kernel: Kernel, accel: Accel, shared: Path, script: Path
) -> tuple[str, ...]:
    """Runs `script`, which lies in the folder `shared`: of the host's files only that one changes.

    With --verbose the console is not thrown away: it comes at vng's standard error. Its status is
    not looked at: 255 means many things.
    """
    return (
        str(vng),
        *(() if accel is Accel.KVM else ("--disable-kvm",)),
        "--disable-microvm",
        "--force-9p",
        "--verbose",
        "--cpus",
        str(_CPUS),
        "--memory",
        f"{_MEMORY_MIB}M",
        f"--rwdir={shared}",
        "--append",
        "oops=panic",
        "--run",
        str(kernel.image),
        "--exec",
        f"/bin/sh {script}",
    )
