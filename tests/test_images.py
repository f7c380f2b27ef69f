"""harness.images: what is in a guest's initramfs, and module files in all their wrappings."""

import gzip
import lzma
from pathlib import Path

import pytest

from harness.images.initramfs import AgentFiles, build_image
from harness.images.modules import module_name, read_module
from harness.values.arch import X86_64
from harness.values.errors import KernelError
from harness.values.kernel import Kernel

MODULE = b"\x7fELF" + bytes(100)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AgentFiles:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    agent, busybox = tmp_path / "agent", tmp_path / "busybox"
    agent.write_bytes(b"agent")
    busybox.write_bytes(b"busybox")
    return AgentFiles(agent, "build-1", busybox)


def kernel(digest: str = "0" * 64) -> Kernel:
    return Kernel(X86_64, "6.12", Path("/k"), None, None, "debian:6.12", "x", digest)


def member_names(archive: bytes) -> list[str]:
    """The names in a newc archive: Documentation/driver-api/early-userspace/buffer-format.rst."""
    names, at = [], 0
    while archive[at : at + 6] == b"070701":
        size, length = (int(archive[at + x : at + x + 8], 16) for x in (54, 94))
        names.append(archive[at + 110 : at + 110 + length - 1].decode())
        at = (at + 110 + length + 3) // 4 * 4
        at = (at + size + 3) // 4 * 4
    return names


def test_the_agent_is_init_and_busybox_is_the_shell(files: AgentFiles, tmp_path: Path) -> None:
    image = build_image(kernel(), files)

    names = member_names(image.path.read_bytes())
    assert {"init", "bin/busybox", "bin/sh", "dev/console", "modules/order"} <= set(names)
    assert image.agent_build == "build-1"


def test_an_image_is_built_once_for_each_kernel_and_agent(files: AgentFiles) -> None:
    first = build_image(kernel(), files)
    again = build_image(kernel(), files)
    other_kernel = build_image(kernel("1" * 64), files)
    other_agent = build_image(kernel(), AgentFiles(files.agent, "build-2", files.busybox))

    assert first == again
    assert len({first.path, other_kernel.path, other_agent.path}) == 3


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".ko", bytes), (".ko.xz", lzma.compress), (".ko.gz", gzip.compress)],
)
def test_a_module_is_unpacked_whatever_it_is_packed_with(
    tmp_path: Path, suffix: str, pack: type[bytes]
) -> None:
    path = tmp_path / f"virtio_console{suffix}"
    path.write_bytes(pack(MODULE))

    assert (module_name(path), read_module(path)) == ("virtio_console.ko", MODULE)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.ko", b"not ELF"), ("a.ko.xz", b"not xz"), ("a.ko.gz", gzip.compress(MODULE)[:-9])],
)
def test_a_damaged_module_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(KernelError, match=r"a\.ko"):
        read_module(path)
