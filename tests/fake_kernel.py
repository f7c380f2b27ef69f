"""Smallest bytes that pass for a kernel: a boot header and a release, nothing to run."""

import gzip
import struct
from pathlib import Path

from tests.fake_machine import make_deb

RELEASE = "6.12.117+deb13-cloud-amd64"

CONFIG = """\
CONFIG_BPF_SYSCALL=y
CONFIG_BPF_JIT=y
CONFIG_BLK_DEV_INITRD=y
CONFIG_BINFMT_ELF=y
CONFIG_VIRTIO_CONSOLE=y
CONFIG_VIRTIO_PCI=y
# CONFIG_BPF_LSM is not set
"""


def bzimage(release: str = RELEASE, *, bits: int = 64) -> bytes:
    """x86: HdrS, the 64-bit flag, and the pointer to the version string."""
    image = bytearray(0x400)
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x20E, 0x100)
    image[0x236] = 1 if bits == 64 else 0
    text = f"{release} (builder@host) #1 SMP".encode() + b"\0"
    image[0x300 : 0x300 + len(text)] = text
    return bytes(image)


def arm64_image(release: str = RELEASE) -> bytes:
    """arm64: the magic, and the banner somewhere in the data."""
    image = bytearray(0x200)
    image[0x38:0x3C] = b"ARM\x64"
    return bytes(image) + banner(release)


def zboot(plain: bytes, *, method: str = "gzip") -> bytes:
    """An EFI zboot image, which QEMU 7.2 cannot start."""
    packed = gzip.compress(plain) if method == "gzip" else plain
    header = bytearray(64)
    header[0:2] = b"MZ"
    header[4:8] = b"zimg"
    struct.pack_into("<II", header, 8, len(header), len(packed))
    header[24 : 24 + len(method)] = method.encode()
    return bytes(header) + packed


def banner(release: str = RELEASE) -> bytes:
    """linux_banner, as it lies in .rodata."""
    return f"Linux version {release} (builder@host) (gcc) #1 SMP\n".encode()


def old_layout(release: str = RELEASE, *, config: str = CONFIG) -> dict[str, bytes]:
    """Files of a linux-image package up to 6.18."""
    return {
        f"boot/vmlinuz-{release}": bzimage(release),
        f"boot/config-{release}": config.encode(),
        f"boot/System.map-{release}": b"0 A _text\n",
        f"usr/lib/modules/{release}/modules.order": b"",
        f"usr/lib/modules/{release}/kernel/net/some.ko.xz": b"not read here",
    }


def split_layout(release: str) -> dict[str, dict[str, bytes]]:
    """Files of linux-binary, linux-modules and linux-base since 6.19."""
    folder = f"usr/lib/modules/{release}"
    return {
        "binary": {f"{folder}/vmlinuz": bzimage(release)},
        "modules": {f"{folder}/kernel/net/some.ko.xz": b"not read here"},
        "base": {f"{folder}/config": CONFIG.encode(), f"{folder}/System.map": b""},
    }


def make_kernel_deb(name: str, path: Path) -> None:
    """The package `name` of the recorded archive, with the files it would have."""
    _, part, release = name.split("-", 2)
    layout = old_layout(release) if part == "image" else split_layout(release)[part]
    make_deb(path, layout)
