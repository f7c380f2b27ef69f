"""Kernels that lie on this machine already: an image, with what belongs to it found beside it."""

from hashlib import sha256
from pathlib import Path

from harness.formats.kernel_image import read_kernel_image, read_wrapper
from harness.host.cache import publish_folder
from harness.kernels.entry import KernelFiles, check_kernel, digest_of, map_file, unwrap_image
from harness.values.arch import Arch
from harness.values.errors import KernelError
from harness.values.kernel import Kernel

_UNPACKED = "image"


def local_kernel(image: Path, arch: Arch, cache: Path) -> Kernel:
    """The kernel whose image the user named; nothing is written beside it.

    An image packed for a boot loader (EFI zboot, Image.gz) is unpacked into the cache.
    """
    path = image.resolve()
    plain = _plain_image(path, cache)
    release = read_kernel_image(map_file(plain), name=str(image)).release
    files = KernelFiles(plain, find_config(path, release), find_modules(path, release))
    check_kernel(files, arch, name=str(image))
    return Kernel(
        arch=arch,
        release=release,
        image=plain,
        modules=files.modules,
        config=files.config,
        source=str(image),
        origin=str(path),
        digest=digest_of(plain),
    )


def find_config(image: Path, release: str) -> Path | None:
    """The .config of this image: in /boot, beside it, or at the top of its build tree."""
    folder = image.parent
    candidates = [folder / f"config-{release}", folder / "config", folder / ".config"]
    if tree := build_tree(image):
        candidates.insert(0, tree / ".config")
    return next((path for path in candidates if path.is_file()), None)


def find_modules(image: Path, release: str) -> Path | None:
    """lib/modules/RELEASE of this image; raises KernelError when depmod never saw it."""
    bases = [image.parent, image.parent.parent, *([tree] if (tree := build_tree(image)) else [])]
    candidates = [
        base / lib / release for base in bases for lib in ("lib/modules", "usr/lib/modules")
    ]
    candidates.append(image.parent)
    for folder in candidates:
        if not (folder / "kernel").is_dir() or (folder / "Kconfig").exists():
            continue
        if not (folder / "modules.dep").is_file():
            raise KernelError(
                f"{folder} has no modules.dep, so the modules of {release} cannot be used",
                remedy=f"depmod -b {_depmod_base(folder)} {release}",
            )
        return folder
    return None


def build_tree(image: Path) -> Path | None:
    """The kernel build tree that `image` lies in; None if it is in none.

    arch/x86/boot/bzImage is four levels down, vmlinux at the top.
    """
    for folder in image.parents[:4]:
        if (folder / ".config").is_file() and (folder / "arch").is_dir():
            return folder
    return None


def _depmod_base(modules: Path) -> Path:
    base = modules.parents[2]
    return base.parent if base.name == "usr" else base


def _plain_image(path: Path, cache: Path) -> Path:
    if read_wrapper(map_file(path)) is None:
        return path
    key = sha256(map_file(path)).hexdigest()
    folder = publish_folder(
        cache / "unpacked" / key,
        lambda temporary: _write_plain(path, temporary),
    )
    return folder / _UNPACKED


def _write_plain(path: Path, folder: Path) -> None:
    unwrap_image(path, folder / _UNPACKED, name=str(path))
