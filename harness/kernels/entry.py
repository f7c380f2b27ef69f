"""One kernel kept in the cache: its files, and a note of the facts once read from them."""

import mmap
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from harness.formats.kconfig import check_bootable, parse_kconfig
from harness.formats.kernel_image import (
    ImageBytes,
    KernelImage,
    read_kernel_image,
    read_wrapper,
    require_arch,
    unpack,
)
from harness.host.cache import read_fields, write_fields
from harness.host.commands import Runner, require_ok
from harness.values.arch import Arch
from harness.values.errors import KernelError
from harness.values.kernel import Kernel

_IMAGE = "image"
_CONFIG = "config"
_SYMBOLS = "System.map"
_FACTS = "kernel.json"


@dataclass(frozen=True, slots=True)
class KernelFiles:
    """Where the parts of one kernel lie, before any of them was read."""

    image: Path
    config: Path | None
    modules: Path | None
    symbols: Path | None = None


def map_file(path: Path) -> ImageBytes:
    """The file's bytes, read only as far as they are looked at: a vmlinux may be huge."""
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                return b""
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise KernelError(f"cannot read {path}: {error.strerror}") from error


def digest_of(path: Path) -> str:
    """SHA-256 of the file, in hex."""
    return sha256(map_file(path)).hexdigest()


def check_kernel(files: KernelFiles, arch: Arch, *, name: str) -> KernelImage:
    """What the image says of itself, once it is sure that we could boot it."""
    image = read_kernel_image(map_file(files.image), name=name)
    require_arch(image, arch, name=name)
    if files.config is not None:
        config = parse_kconfig(files.config.read_text(errors="replace"))
        check_bootable(config, arch, modules=files.modules is not None, name=name)
    return image


def unwrap_image(image: Path, into: Path, *, name: str) -> Path:
    """`image` itself, or the plain image that was packed in it, written as `into`."""
    wrapped = read_wrapper(map_file(image))
    if wrapped is None:
        return image
    into.write_bytes(unpack(wrapped, name=name))
    return into


def write_entry(
    folder: Path, files: KernelFiles, arch: Arch, *, origin: str, runner: Runner
) -> None:
    """Moves the files into `folder`, in the one layout of an entry, and notes the facts."""
    plain = unwrap_image(files.image, folder / _IMAGE, name=origin)
    if plain != folder / _IMAGE:
        plain.rename(folder / _IMAGE)
    files = KernelFiles(folder / _IMAGE, files.config, files.modules, files.symbols)
    image = check_kernel(files, arch, name=origin)
    for source, name in ((files.config, _CONFIG), (files.symbols, _SYMBOLS)):
        if source is not None:
            source.rename(folder / name)
    if files.modules is not None:
        _keep_modules(files.modules, folder, image.release, runner)
    facts = {"release": image.release, "origin": origin, "digest": digest_of(folder / _IMAGE)}
    write_fields(folder / _FACTS, facts)


def read_entry(folder: Path, arch: Arch, *, source: str) -> Kernel | None:
    """The kernel kept in `folder`; None if there is none."""
    facts = read_fields(folder / _FACTS)
    if facts is None or not (folder / _IMAGE).is_file():
        return None
    release = facts["release"]
    modules = folder / "lib" / "modules" / release
    return Kernel(
        arch=arch,
        release=release,
        image=folder / _IMAGE,
        modules=modules if modules.is_dir() else None,
        config=folder / _CONFIG if (folder / _CONFIG).is_file() else None,
        source=source,
        origin=facts["origin"],
        digest=facts["digest"],
    )


def index_modules(folder: Path, release: str, runner: Runner) -> None:
    """Writes modules.dep and its kin into `folder`/lib/modules/RELEASE."""
    # depmod looks in lib/modules or usr/lib/modules, as its distribution configured it.
    (folder / "usr").symlink_to(".")
    done = runner(("depmod", "-b", str(folder), release))
    require_ok(done, f"indexing the modules of {release}", folder.parent)


def _keep_modules(modules: Path, folder: Path, release: str, runner: Runner) -> None:
    kept = folder / "lib" / "modules" / release
    kept.parent.mkdir(parents=True)
    shutil.move(modules, kept)
    if not (kept / "modules.dep").is_file():
        index_modules(folder, release, runner)
