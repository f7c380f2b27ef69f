"""Images that lie on this machine, and what is found beside them."""

from pathlib import Path

import pytest

from harness.kernels.local import build_tree, find_modules, local_kernel
from harness.values.arch import ARM64, X86_64
from harness.values.errors import KernelError
from tests.fake_kernel import CONFIG, RELEASE, arm64_image, bzimage, zboot
from tests.fake_machine import FakeRunner, fake_apt


def put(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def put_modules(folder: Path, *, indexed: bool = True) -> Path:
    put(folder / "kernel" / "net" / "some.ko", b"")
    if indexed:
        put(folder / "modules.dep", "")
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_an_image_in_boot_has_its_modules_in_lib(tmp_path: Path, cache: Path) -> None:
    """The layout of an installed kernel."""
    image = put(tmp_path / "boot" / f"vmlinuz-{RELEASE}", bzimage())
    config = put(tmp_path / "boot" / f"config-{RELEASE}", CONFIG)
    modules = put_modules(tmp_path / "lib" / "modules" / RELEASE)

    kernel = local_kernel(image, X86_64, cache, FakeRunner())

    assert (kernel.image, kernel.config, kernel.modules) == (image, config, modules)
    assert kernel.release == RELEASE
    assert not cache.exists()


def test_an_image_in_a_build_tree_has_the_config_at_the_top(tmp_path: Path, cache: Path) -> None:
    """arch/x86/boot/bzImage, and modules installed into the tree."""
    image = put(tmp_path / "arch" / "x86" / "boot" / "bzImage", bzimage())
    config = put(tmp_path / ".config", CONFIG)
    modules = put_modules(tmp_path / "lib" / "modules" / RELEASE)
    # The tree's own lib/ and kernel/ are sources, not modules.
    put(tmp_path / "kernel" / "bpf" / "core.c", "")
    put(tmp_path / "Kconfig", "")

    kernel = local_kernel(image, X86_64, cache, FakeRunner())

    assert (kernel.config, kernel.modules) == (config, modules)


def test_a_vmlinux_at_the_top_of_a_tree_has_no_modules(tmp_path: Path) -> None:
    """kernel/ beside it is where sched and bpf are written."""
    put(tmp_path / ".config", CONFIG)
    put(tmp_path / "Kconfig", "")
    put(tmp_path / "arch" / "x86" / "Makefile", "")
    put(tmp_path / "kernel" / "bpf" / "core.c", "")

    assert build_tree(tmp_path / "vmlinux") == tmp_path
    assert find_modules(tmp_path / "vmlinux", RELEASE) is None


def test_everything_in_one_folder_is_found(tmp_path: Path, cache: Path) -> None:
    """An image somebody copied, with config and lib/modules next to it."""
    image = put(tmp_path / "bzImage", bzimage())
    config = put(tmp_path / "config", CONFIG)
    modules = put_modules(tmp_path / "lib" / "modules" / RELEASE)

    kernel = local_kernel(image, X86_64, cache, FakeRunner())

    assert (kernel.config, kernel.modules) == (config, modules)


def test_an_image_among_its_modules_is_found(tmp_path: Path, cache: Path) -> None:
    """Debian since 6.19: usr/lib/modules/RELEASE/vmlinuz."""
    folder = put_modules(tmp_path / "usr" / "lib" / "modules" / RELEASE)
    image = put(folder / "vmlinuz", bzimage())
    config = put(folder / "config", CONFIG)

    kernel = local_kernel(image, X86_64, cache, FakeRunner())

    assert (kernel.config, kernel.modules) == (config, folder)


def test_a_lonely_image_has_neither_config_nor_modules(tmp_path: Path, cache: Path) -> None:
    """Missing ones are None; the guest will show what it lacks."""
    image = put(tmp_path / "bzImage", bzimage())

    kernel = local_kernel(image, X86_64, cache, FakeRunner())

    assert (kernel.config, kernel.modules) == (None, None)
    assert (kernel.source, kernel.origin) == (str(image), str(image))


def test_modules_of_another_release_are_not_taken(tmp_path: Path, cache: Path) -> None:
    """The image says which release it is."""
    image = put(tmp_path / "boot" / "vmlinuz", bzimage())
    put_modules(tmp_path / "lib" / "modules" / "5.10.0-44-amd64")

    assert local_kernel(image, X86_64, cache, FakeRunner()).modules is None


def test_modules_without_an_index_are_indexed_in_the_cache(tmp_path: Path, cache: Path) -> None:
    """A package unpacked by hand; nothing is written beside the user's files."""
    image = put(tmp_path / "boot" / "vmlinuz", bzimage())
    theirs = put_modules(tmp_path / "lib" / "modules" / RELEASE, indexed=False)
    runner = fake_apt()

    kernel = local_kernel(image, X86_64, cache, runner)
    again = local_kernel(image, X86_64, cache, runner)

    assert kernel.modules is not None
    assert kernel.modules.is_relative_to(cache)
    assert (kernel.modules / "modules.dep").is_file()
    assert (kernel.modules / "kernel" / "net" / "some.ko").is_file()
    assert not (theirs / "modules.dep").exists()
    assert again == kernel
    assert runner.count("depmod") == 1


def test_changed_modules_are_indexed_anew(tmp_path: Path, cache: Path) -> None:
    """The user built the kernel again."""
    image = put(tmp_path / "boot" / "vmlinuz", bzimage())
    theirs = put_modules(tmp_path / "lib" / "modules" / RELEASE, indexed=False)
    runner = fake_apt()
    local_kernel(image, X86_64, cache, runner)

    put(theirs / "kernel" / "net" / "some.ko", b"longer than before")
    local_kernel(image, X86_64, cache, runner)

    assert runner.count("depmod") == 2


def test_a_packed_image_is_unpacked_into_the_cache(tmp_path: Path, cache: Path) -> None:
    """The config is still looked for beside the user's file."""
    image = put(tmp_path / "vmlinuz.efi", zboot(arm64_image()))
    config = put(tmp_path / "config", CONFIG)

    kernel = local_kernel(image, ARM64, cache, FakeRunner())

    assert kernel.image.is_relative_to(cache)
    assert kernel.image.read_bytes() == arm64_image()
    assert kernel.config == config


def test_the_architecture_is_checked_before_the_rest(tmp_path: Path, cache: Path) -> None:
    """A user who forgot --arch wants to hear that."""
    image = put(tmp_path / "Image", arm64_image())
    put(tmp_path / "config", "")

    with pytest.raises(KernelError, match="for arm64, but x86_64 was asked for"):
        local_kernel(image, X86_64, cache, FakeRunner())


def test_a_kernel_without_bpf_is_refused_by_its_config(tmp_path: Path, cache: Path) -> None:
    """The message names the path the user gave."""
    image = put(tmp_path / "bzImage", bzimage())
    put(tmp_path / ".config", "CONFIG_BLK_DEV_INITRD=y\n")

    with pytest.raises(KernelError, match="without BPF") as caught:
        local_kernel(image, X86_64, cache, FakeRunner())

    assert str(image) in caught.value.message


def test_an_empty_file_is_no_kernel(tmp_path: Path, cache: Path) -> None:
    """mmap refuses empty files; we say what they are."""
    image = put(tmp_path / "bzImage", b"")

    with pytest.raises(KernelError, match="an empty file"):
        local_kernel(image, X86_64, cache, FakeRunner())
