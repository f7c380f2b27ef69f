"""Reading architecture and release from a kernel image."""

import bz2
import gzip
import lzma
import struct

import pytest

from harness.formats.kernel_image import (
    KernelImage,
    WrappedImage,
    read_kernel_image,
    read_wrapper,
    require_arch,
    unpack,
)
from harness.values.arch import ARCHES, ARM, ARM64, PPC64LE, RISCV64, S390X, X86_64, Arch, ByteOrder
from harness.values.errors import KernelError
from tests.fake_kernel import RELEASE, arm64_image, banner, bzimage, zboot

_MACHINES = {"x86_64": 62, "arm64": 183, "riscv64": 243, "s390x": 22, "ppc64le": 21, "arm": 40}


def elf(machine: int, *, bits: int = 64, order: ByteOrder = ByteOrder.LITTLE) -> bytes:
    header = bytearray(64)
    header[0:4] = b"\x7fELF"
    header[4] = bits // 32
    header[5] = 1 if order is ByteOrder.LITTLE else 2
    header[18:20] = machine.to_bytes(2, order.value)
    return bytes(header) + b"\0" * 100 + banner()


def s390_image() -> bytes:
    image = bytearray(0x30200)
    image[0x10008:0x1000E] = b"S390EP"
    struct.pack_into(">Q", image, 0x10428, 0x300C0)
    text = f"{RELEASE} (builder@host) #1 SMP\0".encode()
    image[0x300C0 : 0x300C0 + len(text)] = text
    return bytes(image)


def riscv_image() -> bytes:
    image = bytearray(0x100)
    image[0x38:0x3C] = b"RSC\x05"
    return bytes(image) + banner()


def arm_zimage(packed: bytes) -> bytes:
    image = bytearray(0x100)
    image[0x24:0x28] = b"\x18\x28\x6f\x01"
    # Its decompressor's own messages, which are no banner, and a false start of a gzip stream.
    return bytes(image) + b"Linux version %s\n\0" + b"\x1f\x8b\x08garbage" + packed


def payload() -> bytes:
    return b"\0" * 100_000 + banner() + b"\0" * 100_000


@pytest.mark.parametrize(
    ("image", "arch"),
    [
        pytest.param(bzimage(), X86_64, id="bzImage"),
        pytest.param(arm64_image(), ARM64, id="arm64 Image"),
        pytest.param(riscv_image(), RISCV64, id="riscv Image"),
        pytest.param(s390_image(), S390X, id="s390 bzImage"),
        pytest.param(arm_zimage(lzma.compress(payload())), ARM, id="zImage, xz"),
        pytest.param(arm_zimage(gzip.compress(payload())), ARM, id="zImage, gzip"),
        pytest.param(arm_zimage(bz2.compress(payload())), ARM, id="zImage, bzip2"),
        pytest.param(elf(21), PPC64LE, id="vmlinux"),
    ],
)
def test_every_kind_of_image_says_what_it_is(image: bytes, arch: Arch) -> None:
    """From the boot header, the pointer to the version or the banner, packed or not."""
    assert read_kernel_image(image, name="image") == KernelImage(arch, RELEASE)


@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_a_vmlinux_is_recognised_by_its_elf_header(arch: Arch) -> None:
    """Machine, word size and byte order together."""
    image = elf(_MACHINES[arch.name], bits=arch.word_bits, order=arch.byte_order)

    assert read_kernel_image(image, name="vmlinux").arch == arch


def test_a_banner_across_pieces_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packed data is searched as it is unpacked, piece by piece."""
    monkeypatch.setattr("harness.formats.kernel_image._STEP", 7)

    image = arm_zimage(gzip.compress(payload()))

    assert read_kernel_image(image, name="zImage").release == RELEASE


@pytest.mark.parametrize(
    "data",
    [b"", b"MZ", b"#!/bin/sh\n", b"\x7fELF", b"\0" * 0x20000, b"HdrS" * 400],
    ids=["empty", "short", "script", "bare ELF magic", "zeros", "magic elsewhere"],
)
def test_what_is_no_kernel_image_is_refused(data: bytes) -> None:
    """The message names the file, the remedy what would do."""
    with pytest.raises(KernelError, match=r"notes\.txt is") as caught:
        read_kernel_image(data, name="notes.txt")

    assert "vmlinuz" in (caught.value.remedy or "")


def test_an_elf_file_for_another_machine_is_refused() -> None:
    """Big-endian PowerPC is none of ours, although its machine number is."""
    with pytest.raises(KernelError, match=r"machine 21 \(64-bit, big-endian\)"):
        read_kernel_image(elf(21, order=ByteOrder.BIG), name="vmlinux")


def test_a_32_bit_x86_kernel_is_refused() -> None:
    """Its header looks the same but for one flag."""
    with pytest.raises(KernelError, match="32-bit x86 kernel"):
        read_kernel_image(bzimage(bits=32), name="bzImage")


def test_a_kernel_whose_release_is_out_of_reach_is_refused() -> None:
    """Packed in a way we cannot unpack: say so rather than guess."""
    with pytest.raises(KernelError, match="no release can be read") as caught:
        read_kernel_image(arm_zimage(b"LZO data"), name="zImage")

    assert "CONFIG_KERNEL_GZIP" in (caught.value.remedy or "")


def test_a_version_pointer_past_the_end_is_no_crash() -> None:
    """A truncated bzImage still has its header."""
    image = bytearray(bzimage())
    struct.pack_into("<H", image, 0x20E, 0xFFFF)

    with pytest.raises(KernelError, match="no release can be read"):
        read_kernel_image(bytes(image), name="bzImage")


def test_a_kernel_for_another_architecture_is_refused() -> None:
    """Both architectures are named, and the option that would make it right."""
    image = KernelImage(ARM64, RELEASE)
    require_arch(image, ARM64, name="Image")

    with pytest.raises(KernelError, match="for arm64, but x86_64 was asked for") as caught:
        require_arch(image, X86_64, name="Image")

    assert "--arch arm64" in (caught.value.remedy or "")


def test_a_plain_image_is_not_wrapped() -> None:
    """QEMU starts it as it is."""
    assert read_wrapper(arm64_image()) is None
    assert read_wrapper(bzimage()) is None


@pytest.mark.parametrize(
    "packed", [zboot(arm64_image()), gzip.compress(arm64_image())], ids=["zboot", "Image.gz"]
)
def test_a_wrapped_image_is_unpacked(packed: bytes) -> None:
    """EFI zboot and Image.gz hold the plain image."""
    wrapped = read_wrapper(packed)

    assert wrapped is not None
    assert unpack(wrapped, name="vmlinuz") == arm64_image()


def test_an_unknown_packing_is_named() -> None:
    """Python 3.11 has no zstd."""
    with pytest.raises(KernelError, match="packed with zstd") as caught:
        unpack(WrappedImage("zstd", b""), name="vmlinuz")

    assert "boot/Image" in (caught.value.remedy or "")


def test_damaged_packed_data_is_refused() -> None:
    """A download cut short, for example."""
    with pytest.raises(KernelError, match="is damaged"):
        unpack(WrappedImage("gzip", b"\x1f\x8b\x08 nothing of the kind"), name="vmlinuz")


def test_a_truncated_packed_image_is_refused() -> None:
    """Half of an image must not be booted."""
    whole = gzip.compress(payload())

    with pytest.raises(KernelError, match="is damaged"):
        unpack(WrappedImage("gzip", whole[: len(whole) // 2]), name="vmlinuz")
