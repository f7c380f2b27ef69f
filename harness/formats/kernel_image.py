"""What the bytes of a kernel image say: for which architecture, and which release.

Knows the headers boot loaders look at; does not know where the image came from.
"""

import bz2
import lzma
import mmap
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from harness.values.arch import ARCHES, Arch, ByteOrder
from harness.values.errors import KernelError
from harness.values.image_header import ImageHeader

ImageBytes = bytes | mmap.mmap

_RELEASE = re.compile(rb"\d+\.\d+[^\s\0]{0,120}")
_BANNER = re.compile(rb"Linux version (\d+\.\d+[^\s\0]{0,120}) \(")

_COMPRESSED_STARTS = re.compile(rb"\x1f\x8b\x08|\xfd7zXZ\x00|BZh[1-9]1AY")
_STREAMS_TRIED = 64
_UNPACKED_MOST = 256 << 20
_STEP = 64 << 10

_REMEDY = "give a vmlinuz, bzImage, Image or vmlinux, as found in /boot or in a build tree"


@dataclass(frozen=True, slots=True)
class KernelImage:
    """The facts an image carries about itself."""

    arch: Arch
    release: str


@dataclass(frozen=True, slots=True)
class WrappedImage:
    """An image that QEMU cannot start as it is: the real one is packed inside."""

    method: str
    """gzip, xz, zstd …, as the wrapper spells it."""

    packed: bytes


def read_kernel_image(image: ImageBytes, *, name: str) -> KernelImage:
    """Architecture and release of an image that is not wrapped; raises KernelError.

    `name` is what the error messages call it.
    """
    arch = _arch_of(image, name)
    release = _release_of(image, arch)
    if release is None:
        raise KernelError(
            f"{name} looks like a kernel for {arch}, but no release can be read from it",
            remedy="build it with CONFIG_KERNEL_GZIP or CONFIG_KERNEL_XZ, or give its vmlinux",
        )
    return KernelImage(arch, release)


def require_arch(image: KernelImage, wanted: Arch, *, name: str) -> None:
    """Raises KernelError when the image is for another architecture than asked."""
    if image.arch != wanted:
        raise KernelError(
            f"{name} is a kernel for {image.arch}, but {wanted} was asked for",
            remedy=f"say --arch {image.arch}, or give a kernel for {wanted}",
        )


def read_wrapper(image: ImageBytes) -> WrappedImage | None:
    """The packed image inside an EFI zboot image or an Image.gz; None for a plain one."""
    if image[:2] == b"MZ" and image[4:8] == b"zimg":
        offset, size = struct.unpack_from("<II", image, 8)
        method = bytes(image[24:56]).partition(b"\0")[0].decode("ascii", "replace")
        return WrappedImage(method, bytes(image[offset : offset + size]))
    if image[:3] == b"\x1f\x8b\x08":
        return WrappedImage("gzip", bytes(image[:]))
    return None


def unpack(wrapped: WrappedImage, *, name: str) -> bytes:
    """The image inside; raises KernelError if it is damaged or packed in a way unknown here."""
    if wrapped.method not in _DECOMPRESSORS:
        raise KernelError(
            f"{name} is packed with {wrapped.method}, which cannot be unpacked here",
            remedy="give the Image it was made from (arch/*/boot/Image in the build tree)",
        )
    try:
        return b"".join(_decompress(wrapped.method, wrapped.packed))
    except _DamagedStreamError as error:
        raise KernelError(
            f"{name} is damaged: its {wrapped.method} data cannot be unpacked", remedy=_REMEDY
        ) from error


def _arch_of(image: ImageBytes, name: str) -> Arch:
    if image[:4] == b"\x7fELF":
        return _arch_of_elf(image, name)
    for arch in ARCHES:
        header = arch.image_header
        if header is not None and _begins_with(image, header):
            _refuse_32_bit(image, arch, header, name)
            return arch
    raise KernelError(
        f"{name} is not a kernel image: {_first_bytes(image)} is no header we know", remedy=_REMEDY
    )


def _begins_with(image: ImageBytes, header: ImageHeader) -> bool:
    return image[header.offset : header.offset + len(header.magic)] == header.magic


def _refuse_32_bit(image: ImageBytes, arch: Arch, header: ImageHeader, name: str) -> None:
    if header.flags_64_bit is None:
        return
    offset, bit = header.flags_64_bit
    flags = image[offset : offset + 1]
    if not (flags and flags[0] & bit):
        raise KernelError(
            f"{name} is a 32-bit {arch.bpf_target} kernel, or one from before Linux 3.8",
            remedy=f"give a 64-bit one (CONFIG_64BIT=y) for {arch}",
        )


def _arch_of_elf(image: ImageBytes, name: str) -> Arch:
    if len(image) < 20 or image[4] not in (1, 2) or image[5] not in (1, 2):
        raise KernelError(f"{name} is a damaged ELF file, not a kernel image", remedy=_REMEDY)
    bits = 32 * image[4]
    order = ByteOrder.LITTLE if image[5] == 1 else ByteOrder.BIG
    machine = int.from_bytes(image[18:20], order.value)
    for arch in ARCHES:
        same_cpu = arch.elf_machine_number == machine
        if same_cpu and (bits, order) == (arch.word_bits, arch.byte_order):
            return arch
    raise KernelError(
        f"{name} is an ELF file for machine {machine} ({bits}-bit, {order.value}-endian), "
        "which is none of ours",
        remedy=f"give a kernel for one of: {' '.join(arch.name for arch in ARCHES)}",
    )


def _release_of(image: ImageBytes, arch: Arch) -> str | None:
    if image[:4] != b"\x7fELF":
        pointed = _pointed_release(image, arch)
        if pointed is not None:
            return pointed
    banner = _BANNER.search(image)
    if banner is None:
        banner = _banner_in_streams(image)
    return banner[1].decode("ascii", "replace") if banner else None


def _pointed_release(image: ImageBytes, arch: Arch) -> str | None:
    """The release where the boot protocol has a pointer to it."""
    pointer = arch.image_header.release if arch.image_header is not None else None
    if pointer is None:
        return None
    number = image[pointer.offset : pointer.offset + pointer.size]
    offset = int.from_bytes(number, arch.byte_order.value) + pointer.base
    found = _RELEASE.match(image[offset : offset + 256])
    return found[0].decode("ascii", "replace") if found else None


def _banner_in_streams(image: ImageBytes) -> re.Match[bytes] | None:
    """The banner in the self-extracting part; tries every place that looks packed."""
    for tried, start in enumerate(_COMPRESSED_STARTS.finditer(image)):
        if tried == _STREAMS_TRIED:
            return None
        method = {b"\x1f": "gzip", b"\xfd": "xz", b"B": "bzip2"}[start[0][:1]]
        banner = _banner_in_stream(method, memoryview(image)[start.start() :])
        if banner is not None:
            return banner
    return None


def _banner_in_stream(method: str, packed: memoryview) -> re.Match[bytes] | None:
    tail = b""
    try:
        for piece in _decompress(method, packed):
            tail += piece
            banner = _BANNER.search(tail)
            if banner is not None:
                return banner
            # Long enough to hold a banner that several pieces share.
            tail = tail[-256:]
    except _DamagedStreamError:
        # Most places that look packed are three bytes of code by chance.
        return None
    return None


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, /) -> bytes: ...


_DECOMPRESSORS: dict[str, Callable[[], _Decompressor]] = {
    "gzip": partial(zlib.decompressobj, wbits=31),
    "xz": lzma.LZMADecompressor,
    "lzma": lzma.LZMADecompressor,
    "bzip2": bz2.BZ2Decompressor,
}


class _DamagedStreamError(Exception):
    """Packed data that ends early, is no such data, or grows past all bounds."""


def _decompress(method: str, packed: bytes | memoryview) -> Iterator[bytes]:
    """Pieces of the unpacked data; raises _DamagedStreamError after the last good one."""
    stream = _DECOMPRESSORS[method]()
    given = 0
    for offset in range(0, len(packed), _STEP):
        try:
            piece = stream.decompress(bytes(packed[offset : offset + _STEP]))
        except (zlib.error, lzma.LZMAError, OSError) as error:
            raise _DamagedStreamError from error
        given += len(piece)
        yield piece
        if stream.eof:
            return
        if given > _UNPACKED_MOST:
            break
    raise _DamagedStreamError


def _first_bytes(image: ImageBytes) -> str:
    return f"{image[:8]!r}" if len(image) else "an empty file"
