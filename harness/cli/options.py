"""Options that several commands share, and what they mean."""

import argparse

from harness.kernels.resolve import DEFAULT_KERNEL
from harness.values.accel import AccelChoice
from harness.values.mode import Mode


def add_target(parser: argparse.ArgumentParser) -> None:
    """Which kernel, on which architecture, executed how."""
    parser.add_argument("--arch", default="x86_64", help="architecture (default: x86_64)")
    parser.add_argument(
        "--kernel",
        default=DEFAULT_KERNEL,
        help=f"debian:SERIES, debian:RELEASE, an image or a .deb (default: {DEFAULT_KERNEL})",
    )
    parser.add_argument(
        "--accel",
        default=AccelChoice.AUTO.value,
        help="auto, kvm or tcg (default: auto: KVM if it is seen to work)",
    )


def parse_modes(words: list[str] | None) -> tuple[Mode, ...]:
    """The modes of `--mode`, which may be repeated and may hold several words; all by default."""
    names = [name for word in words or [] for name in word.replace(",", " ").split()]
    return tuple(dict.fromkeys(Mode.parse(name) for name in names)) or tuple(Mode)
