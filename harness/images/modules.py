"""Which modules of a kernel the guest must load, in order; decompressed, into its image."""

import gzip
import lzma
import subprocess
from collections.abc import Sequence
from pathlib import Path

from virtme.cpiowriter import CpioWriter
from virtme.modfinder import find_modules_from_install, get_mod_path

from harness.host.commands import find_program
from harness.values.errors import KernelError, MissingToolError
from harness.values.kernel import Kernel

# What events need that distributions leave out of the kernel proper: pairs of interfaces, and
# filters of traffic control. Loaded in every guest, so that one state serves all cases.
EVENT_MODULES = ("veth", "sch_ingress", "cls_bpf")

# The largest module of a distribution kernel (amdgpu) is 30 MiB decompressed.
_MAX_MODULE = 64 * 1024 * 1024


def needed_modules(kernel: Kernel, wanted: tuple[str, ...]) -> tuple[Path, ...]:
    """The files of `wanted` and what they depend on, dependencies first.

    Modules that are built in, or that the kernel has not got, are left out: whether the guest
    can answer without them is seen when it boots. modprobe(8) resolves, through virtme-ng.
    """
    if kernel.modules is None or not wanted:
        return ()
    if find_program("modprobe") is None:
        raise MissingToolError(
            "cannot tell which modules the guest needs: modprobe is missing",
            remedy="apt-get install kmod",
        )
    with get_mod_path(str(kernel.modules), kernel.release) as root:
        found = find_modules_from_install(list(wanted), root=root, kver=kernel.release)
        return tuple(_real_path(Path(path), Path(root), kernel.modules) for path in found)


def _real_path(path: Path, root: Path, modules: Path) -> Path:
    """The file behind a path below the temporary root, which is gone when we return."""
    parts = path.relative_to(root).parts
    index = parts.index("modules")
    return modules.joinpath(*parts[index + 2 :])


def write_modules(cpio: CpioWriter, modules: Sequence[Path]) -> None:
    """Into the folder /modules of an image, with a list of their names in this order."""
    for path in modules:
        cpio.write_file(f"modules/{module_name(path)}".encode(), read_module(path), 0o644)
    order = "".join(f"{module_name(path)}\n" for path in modules)
    cpio.write_file(b"modules/order", order.encode(), 0o644)


def module_name(path: Path) -> str:
    """`virtio_console.ko` from `…/virtio_console.ko.xz`."""
    return path.name.split(".ko")[0] + ".ko"


def read_module(path: Path) -> bytes:
    """The ELF file inside; raises KernelError if it is damaged or larger than any module."""
    try:
        data = _decompress(path)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise KernelError(f"cannot read the module {path}: {error}") from error
    if not data.startswith(b"\x7fELF") or len(data) > _MAX_MODULE:
        raise KernelError(f"{path} is not a kernel module")
    return data


def _decompress(path: Path) -> bytes:
    if path.suffix == ".xz":
        with lzma.open(path) as file:
            return file.read(_MAX_MODULE + 1)
    if path.suffix == ".gz":
        with gzip.open(path) as file:
            return file.read(_MAX_MODULE + 1)
    if path.suffix == ".zst":
        return _unzstd(path)
    return path.read_bytes()


def _unzstd(path: Path) -> bytes:
    # Python reads zstd from 3.14 on.
    try:
        done = subprocess.run(["zstd", "-dcq", "--", str(path)], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise MissingToolError(
            f"{path} is compressed with zstd, which this machine lacks",
            remedy="apt-get install zstd",
        ) from error
    if done.returncode:
        raise KernelError(f"cannot read the module {path}: {done.stderr.decode().strip()}")
    return done.stdout
