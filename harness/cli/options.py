"""Options that several commands share, and what they mean."""

import argparse
from collections.abc import Iterable

from harness.kernels.flavours import FLAVOURS
from harness.kernels.names import parse_kernel_name, with_flavour
from harness.kernels.resolve import DEFAULT_KERNEL
from harness.runner.pool import BOOT_TIMEOUT_S
from harness.runner.target import TargetName
from harness.values.accel import AccelChoice
from harness.values.arch import ARCHES, Arch, parse_arch
from harness.values.mode import Mode
from harness.vm.snapshots import Snapshots

DEFAULT_ARCH = "x86_64"

OWN_GUEST, HOST_GUEST = "own", "host"
"""Whose files a guest has."""

_ALL_ARCHES = "all"
_KERNEL_FORMS = "debian:SERIES, debian:RELEASE, an image, a .deb or TREE[:FLAVOR]"


def add_target(parser: argparse.ArgumentParser) -> None:
    """Which kernel, on which architecture, executed how."""
    parser.add_argument(
        "--arch", default=DEFAULT_ARCH, help=f"architecture (default: {DEFAULT_ARCH})"
    )
    parser.add_argument(
        "--kernel", default=DEFAULT_KERNEL, help=f"{_KERNEL_FORMS} (default: {DEFAULT_KERNEL})"
    )
    parser.add_argument("--cpu", metavar="MODEL", help="QEMU CPU model instead of the default")
    _add_accel(parser)


def add_targets(parser: argparse.ArgumentParser) -> None:
    """The same where there may be many: every architecture is crossed with every kernel."""
    parser.add_argument(
        "--arch",
        action="append",
        metavar="ARCH",
        help=f"architecture, or all; may be repeated (default: {DEFAULT_ARCH})",
    )
    parser.add_argument(
        "--kernel",
        action="append",
        metavar="KERNEL",
        help=f"{_KERNEL_FORMS}; may be repeated (default: {DEFAULT_KERNEL})",
    )
    parser.add_argument(
        "--flavor",
        help=f"of a source tree: {' '.join(f.name for f in FLAVOURS)} (default: default)",
    )
    parser.add_argument(
        "--cpu",
        action="append",
        metavar="MODEL",
        help="QEMU CPU model instead of the default; may be repeated",
    )
    _add_accel(parser)


def parse_targets(args: argparse.Namespace) -> tuple[TargetName, ...]:
    """The targets of --arch, --kernel and --cpu: one architecture after the other.

    Raises UsageError for a name that can be none, before anything is prepared.
    """
    kernels = with_flavour(tuple(dict.fromkeys(args.kernel or [DEFAULT_KERNEL])), args.flavor)
    for kernel in kernels:
        parse_kernel_name(kernel)
    models = tuple(dict.fromkeys(args.cpu or [None]))
    return tuple(
        TargetName(arch, kernel, model)
        for arch in parse_arches(args.arch)
        for kernel in kernels
        for model in models
    )


def parse_arches(words: list[str] | None) -> tuple[Arch, ...]:
    """The architectures of `--arch`: repeated, several in a word, or `all`."""
    names = _split(words) or [DEFAULT_ARCH]
    arches = dict.fromkeys(parse_arch(name) for name in names if name != _ALL_ARCHES)
    return ARCHES if _ALL_ARCHES in names else tuple(arches)


def parse_modes(words: list[str] | None) -> tuple[Mode, ...]:
    """The modes of `--mode`, which may be repeated and may hold several words; all by default."""
    return tuple(dict.fromkeys(Mode.parse(name) for name in _split(words))) or tuple(Mode)


def _split(words: Iterable[str] | None) -> list[str]:
    return [name for word in words or () for name in word.replace(",", " ").split()]


def add_trials(parser: argparse.ArgumentParser) -> None:
    """Which of the cases, in which modes, how many at once."""
    parser.add_argument(
        "--mode", action="append", help="interp, jit or jit-harden; may be repeated (default: all)"
    )
    parser.add_argument(
        "-k", dest="select", default="", metavar="EXPR", help="words and/or/not on case names"
    )
    parser.add_argument(
        "-j",
        dest="jobs",
        type=_positive,
        default=None,
        metavar="N",
        help="guests in parallel (default: one a core, as far as free memory goes)",
    )


def add_time_limits(parser: argparse.ArgumentParser, whole: str) -> None:
    """`whole`: what the time is for that is not only a guest's boot."""
    parser.add_argument(
        "--timeout", type=_positive, default=None, metavar="SECONDS", help=f"for {whole}"
    )
    parser.add_argument(
        "--boot-timeout",
        type=_positive,
        default=int(BOOT_TIMEOUT_S),
        metavar="SECONDS",
        help="for a guest to become ready",
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


def add_cold(parser: argparse.ArgumentParser) -> None:
    """Whether saved states are used."""
    parser.add_argument(
        "--cold", action="store_true", help="boot every guest; restore and save none"
    )


def saved_states(args: argparse.Namespace) -> Snapshots | None:
    """Where guests are restored from; None with --cold."""
    return None if args.cold else Snapshots()


def _add_accel(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accel",
        default=AccelChoice.AUTO.value,
        help="auto, kvm or tcg (default: auto: KVM if it is seen to work)",
    )
