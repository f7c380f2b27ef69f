"""Reading a .config, and refusing kernels that cannot serve."""

import pytest

from harness.formats.kconfig import (
    check_bootable,
    missing_features,
    needed_arguments,
    parse_kconfig,
)
from harness.values.arch import ARCHES, ARM64, X86_64, Arch
from harness.values.errors import KernelError
from tests.fake_kernel import CONFIG


def test_options_are_read_as_make_writes_them() -> None:
    """y, m, strings without quotes, numbers; absent and "is not set" are both n."""
    config = parse_kconfig(
        "# Automatically generated file; DO NOT EDIT.\n"
        "CONFIG_BPF=y\n"
        "CONFIG_VIRTIO_CONSOLE=m\n"
        'CONFIG_LOCALVERSION="-mine=1"\n'
        "CONFIG_NR_CPUS=64\n"
        "# CONFIG_NET is not set\n"
    )

    values = [
        config.value(name)
        for name in ("BPF", "VIRTIO_CONSOLE", "LOCALVERSION", "NR_CPUS", "NET", "BPF_LSM")
    ]
    assert values == ["y", "m", "-mine=1", "64", "n", "n"]


def test_a_module_counts_only_where_the_modules_are() -> None:
    """An image without its modules has what is built in."""
    config = parse_kconfig("CONFIG_VIRTIO_CONSOLE=m\nCONFIG_BPF=y\n")

    assert config.available("VIRTIO_CONSOLE", modules=True)
    assert not config.available("VIRTIO_CONSOLE", modules=False)
    assert config.available("BPF", modules=False)


def test_a_kernel_with_everything_passes() -> None:
    """The log that must be left alone."""
    check_bootable(parse_kconfig(CONFIG), X86_64, modules=False, name="bzImage")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("BPF_SYSCALL", "a kernel without BPF"),
        ("BLK_DEV_INITRD", "without initramfs support"),
        ("BINFMT_ELF", "runs no ELF programs"),
        ("VIRTIO_CONSOLE", "neither virtio-serial nor the UART of QEMU's x86_64 machine"),
        ("VIRTIO_PCI", "neither virtio-serial nor the UART"),
    ],
)
def test_a_kernel_that_lacks_what_we_need_is_refused(option: str, words: str) -> None:
    """The message names the kernel, the remedy the option."""
    config = parse_kconfig(CONFIG.replace(f"CONFIG_{option}=y\n", ""))

    with pytest.raises(KernelError, match=words) as caught:
        check_bootable(config, X86_64, modules=True, name="mine/bzImage")

    assert caught.value.message.startswith("mine/bzImage")
    assert f"CONFIG_{option}=y" in (caught.value.remedy or "")


def test_bpf_as_a_module_is_no_bpf() -> None:
    """BPF_SYSCALL cannot be one; a config that says so is not to be believed."""
    config = parse_kconfig(CONFIG.replace("BPF_SYSCALL=y", "BPF_SYSCALL=m"))

    with pytest.raises(KernelError, match="without BPF"):
        check_bootable(config, X86_64, modules=True, name="bzImage")


def test_a_modular_console_needs_its_module() -> None:
    """Cloud kernels up to 6.1 have virtio_console as a module."""
    config = parse_kconfig(CONFIG.replace("VIRTIO_CONSOLE=y", "VIRTIO_CONSOLE=m"))
    check_bootable(config, X86_64, modules=True, name="bzImage")

    with pytest.raises(KernelError, match="the modules are not at hand") as caught:
        check_bootable(config, X86_64, modules=False, name="bzImage")

    assert "INSTALL_MOD_PATH" in (caught.value.remedy or "")


@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_the_uart_of_the_machine_will_do(arch: Arch) -> None:
    """Kernels without virtio are reached over it; another machine's UART leads nowhere."""
    without = CONFIG.replace("CONFIG_VIRTIO_CONSOLE=y\n", "CONFIG_SERIAL_SAMSUNG_CONSOLE=y\n")
    with pytest.raises(KernelError, match="neither virtio-serial nor the UART"):
        check_bootable(parse_kconfig(without), arch, modules=False, name="image")

    uart = "".join(f"CONFIG_{option}=y\n" for option in arch.uart_options)
    check_bootable(parse_kconfig(without + uart), arch, modules=False, name="image")


def test_half_a_uart_is_none() -> None:
    """arm64's second UART is a 16550 on PCI: the driver without its PCI half does not see it."""
    without = CONFIG.replace("CONFIG_VIRTIO_CONSOLE=y\n", "CONFIG_SERIAL_8250=y\n")

    with pytest.raises(KernelError, match="neither virtio-serial nor the UART") as caught:
        check_bootable(parse_kconfig(without), ARM64, modules=False, name="Image")

    assert "CONFIG_SERIAL_8250=y and CONFIG_SERIAL_8250_PCI=y" in (caught.value.remedy or "")


def test_missing_features_say_what_is_lost() -> None:
    """They stop nothing; cases that need them are unsupported."""
    missing = {feature.option for feature in missing_features(parse_kconfig(CONFIG))}

    assert "BPF_LSM" in missing
    assert "BPF_JIT" not in missing


def test_a_kernel_with_kasan_is_told_to_report_more_than_once() -> None:
    """Else the fault of the second trial goes unseen: it was, with the debug flavour of 6.12."""
    assert needed_arguments(parse_kconfig("CONFIG_KASAN=y\n")) == ("kasan_multi_shot",)
    both = parse_kconfig("CONFIG_KASAN=y\nCONFIG_X86_5LEVEL=y\n")
    assert needed_arguments(both) == ("kasan_multi_shot", "no5lvl")
    assert needed_arguments(parse_kconfig("CONFIG_X86_5LEVEL=y\n")) == ()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('CONFIG_BPF_LSM=y\nCONFIG_LSM="yama,apparmor"\n', ("lsm=yama,apparmor,bpf",)),
        ('CONFIG_BPF_LSM=y\nCONFIG_LSM=""\n', ("lsm=bpf",)),
        ('CONFIG_BPF_LSM=y\nCONFIG_LSM="yama,bpf"\n', ()),
        ('# CONFIG_BPF_LSM is not set\nCONFIG_LSM="yama"\n', ()),
        ("CONFIG_BPF_LSM=y\n", ()),
    ],
)
def test_hooks_of_filters_are_called_where_they_are_there(
    lines: str, words: tuple[str, ...]
) -> None:
    """As in Debian's 5.10, whose list of security modules leaves bpf out."""
    assert needed_arguments(parse_kconfig(lines)) == words
