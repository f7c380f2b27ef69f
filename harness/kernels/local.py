"""Kernels that lie on this machine already: an image, with what belongs to it found beside it."""

from hashlib import sha256
from pathlib import Path

from harness.formats.kernel_image import read_kernel_image, read_wrapper
from harness.host.cache import publish_folder
from harness.host.commands import Runner, run_command
from harness.kernels.entry import (
    KernelFiles,
    check_kernel,
    digest_of,
    index_modules,
    map_file,
    unwrap_image,
)
from harness.values.arch import Arch
from harness.values.kernel import Kernel

_UNPACKED = "image"
_MODULE_FOLDERS = ("lib/modules", "usr/lib/modules")


def local_kernel(image: Path, arch: Arch, cache: Path, runner: Runner = run_command) -> Kernel:
    """The kernel whose image the user named; nothing is written beside it.

    An image packed for a boot loader (EFI zboot, Image.gz) is unpacked into the cache, and
    modules that depmod never saw are indexed there.
    """
    path = image.resolve()
    plain = _plain_image(path, cache)
    facts = read_kernel_image(map_file(plain), name=str(image))
    modules = find_modules(path, facts.release)
    files = KernelFiles(plain, find_config(path, facts.release), modules)
    check_kernel(files, arch, name=str(image))
    return Kernel(
        arch=arch,
        release=facts.release,
        image=plain,
        modules=_indexed(modules, facts.release, cache, runner) if modules else None,
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
    """The folder that is lib/modules/RELEASE for this image, indexed or not."""
    bases = [image.parent, image.parent.parent]
    if tree := build_tree(image):
        bases.append(tree)
    folders = [base / lib / release for base in bases for lib in _MODULE_FOLDERS]
    # Since 6.19 Debian puts the image in there.
    folders.append(image.parent)
    for folder in folders:
        if (folder / "kernel").is_dir() and not (folder / "Kconfig").exists():
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


def _indexed(modules: Path, release: str, cache: Path, runner: Runner) -> Path:
    """`modules` if it has its modules.dep; otherwise a folder in the cache that leads there."""
    if (modules / "modules.dep").is_file():
        return modules
    key = sha256(f"{modules}\0".encode())
    for path in sorted(modules.rglob("*.ko*")):
        state = path.stat()
        key.update(f"{path.name} {state.st_size} {state.st_mtime_ns}\0".encode())
    folder = publish_folder(
        cache / "indexed" / key.hexdigest()[:32],
        lambda temporary: _write_index(modules, temporary, release, runner),
    )
    return folder / "lib" / "modules" / release


def _write_index(modules: Path, folder: Path, release: str, runner: Runner) -> None:
    index = folder / "lib" / "modules" / release
    index.mkdir(parents=True)
    for path in modules.iterdir():
        (index / path.name).symlink_to(path)
    index_modules(folder, release, runner)


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
