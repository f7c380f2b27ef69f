"""Kernels that come in Debian packages: from .deb files to an entry in the cache."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from harness.host.commands import Runner, require_ok
from harness.host.package_folders import unpack_package
from harness.kernels.entry import KernelFiles, write_entry
from harness.values.arch import Arch
from harness.values.errors import KernelError


def unpack_kernel(
    debs: Iterable[Path], folder: Path, arch: Arch, *, origin: str, runner: Runner
) -> None:
    """Fills `folder` with the kernel that the packages hold between them."""
    root = folder / "unpacked"
    root.mkdir()
    for deb in debs:
        done = unpack_package(deb, root, runner)
        if not done.ok and not done.disk_full:
            raise KernelError(
                f"{deb} is not a Debian package, or a damaged one\n{done.last_words()}",
                remedy="download it again, or give debian:RELEASE",
            )
        require_ok(done, f"unpacking {deb.name}", folder.parent)
    write_entry(folder, find_files(root, arch, origin=origin), arch, origin=origin, runner=runner)
    shutil.rmtree(root)


def find_files(root: Path, arch: Arch, *, origin: str) -> KernelFiles:
    """The parts of the one kernel unpacked in `root`; both layouts Debian has used.

    Older packages have boot/vmlinuz-RELEASE and lib/modules/RELEASE; since 6.19 everything is
    in usr/lib/modules/RELEASE, under plain names.
    """
    modules = _only(root.glob("usr/lib/modules/*")) or _only(root.glob("lib/modules/*"))
    if modules is not None and (image := _first(modules / name for name in arch.image_names)):
        return KernelFiles(
            image,
            _first([modules / "config"]),
            modules if (modules / "kernel").is_dir() else None,
            _first([modules / "System.map"]),
        )
    boot = root / "boot"
    image = _first(path for name in arch.image_names for path in sorted(boot.glob(f"{name}-*")))
    if image is None:
        raise KernelError(
            f"{origin} holds no kernel image for {arch}",
            remedy="give the package with the image in it: linux-image-*, since 6.19 "
            "linux-binary-* with linux-modules-* and linux-base-* beside it",
        )
    release = image.name.partition("-")[2]
    return KernelFiles(
        image,
        _first([boot / f"config-{release}"]),
        modules,
        _first([boot / f"System.map-{release}"]),
    )


def _first(paths: Iterable[Path]) -> Path | None:
    return next((path for path in paths if path.is_file()), None)


def _only(paths: Iterable[Path]) -> Path | None:
    folders = [path for path in paths if path.is_dir()]
    return folders[0] if len(folders) == 1 else None
