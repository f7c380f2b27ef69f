"""Builds the guest's initramfs: agent, busybox and the modules that this kernel needs.

Uncompressed: QEMU copies it into memory faster than an emulated CPU could unpack it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from virtme.cpiowriter import CpioWriter

from harness.host.cache import cache_root, publish_folder
from harness.images.modules import needed_modules, write_modules
from harness.values.image import Image
from harness.values.kernel import Kernel

# Bumped whenever the layout below changes, because it is part of the cache's key.
_LAYOUT = "1"

_FOLDERS = (
    "bin",
    "dev",
    "etc",
    "modules",
    "proc",
    "root",
    "run",
    "sbin",
    "sys",
    "tmp",
    "var",
)


@dataclass(frozen=True, slots=True)
class AgentFiles:
    """The programs that go into every image of one architecture."""

    agent: Path
    build: str
    """What the agent answers to hello: the name of its sources' content."""

    busybox: Path


def build_image(kernel: Kernel, files: AgentFiles, extra_modules: tuple[str, ...] = ()) -> Image:
    """The image for this kernel, from the cache if it has been built before.

    `extra_modules` are loaded after those the channel needs.
    """
    modules = needed_modules(kernel, (*kernel.arch.channel_modules, *extra_modules))
    digest = _digest(kernel, files, modules)
    folder = publish_folder(
        cache_root() / "images" / digest[:32],
        lambda temporary: _write(temporary / "initramfs.cpio", files, modules),
    )
    return Image(folder / "initramfs.cpio", digest, files.build)


def _digest(kernel: Kernel, files: AgentFiles, modules: tuple[Path, ...]) -> str:
    parts = [_LAYOUT, kernel.digest, files.build]
    parts.append(hashlib.sha256(files.busybox.read_bytes()).hexdigest())
    parts += [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in modules]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _write(target: Path, files: AgentFiles, modules: tuple[Path, ...]) -> None:
    with target.open("wb") as file:
        cpio = CpioWriter(file)
        for folder in _FOLDERS:
            cpio.mkdir(folder.encode(), 0o755)
        # The kernel opens it before it runs /init; devtmpfs is mounted only later.
        cpio.mkchardev(b"dev/console", (5, 1), 0o600)
        cpio.write_file(b"init", files.agent.read_bytes(), 0o755)
        cpio.write_file(b"bin/busybox", files.busybox.read_bytes(), 0o755)
        cpio.symlink(b"busybox", b"bin/sh")
        write_modules(cpio, modules)
        cpio.write_trailer()
