"""`bpf-harness cache`: what the harness keeps from run to run, and its end."""

import argparse
import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from harness.cli.columns import format_table
from harness.host.cache import cache_root
from harness.values.errors import InfrastructureError, UnknownNameError

# Each is a folder of the cache; what it costs to make again is said with it.
_KINDS = {
    "accel": "whether KVM works, proved once for each kernel",
    "agents": "the agent, compiled",
    "apt": "package lists, and packages that were downloaded",
    "builds": "build folders of kernel trees",
    "features": "what kernels have, probed in guests",
    "filters": "cases, compiled",
    "images": "initramfs images",
    "kernels": "kernels, unpacked or built",
    "snapshots": "states of guests that had just become ready",
    "symbols": "functions of kernels, by which a hang is named",
    "sysroots": "headers and libraries of the architectures",
    "tools": "bpftool and its libraries, for guests",
}

_MIB = 1024 * 1024
# st_blocks counts these, whatever the file system's own: stat(2).
_BLOCK = 512


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        "clear",
        nargs="?",
        choices=("clear",),
        help="remove instead of showing; no run may be under way",
    )
    parser.add_argument(
        "kinds", nargs="*", metavar="KIND", help=f"only these: {' '.join(_KINDS)} (default: all)"
    )


def run(args: argparse.Namespace) -> int:
    """Raises UnknownNameError for a kind that there is not, before anything is removed."""
    for kind in args.kinds:
        if kind not in _KINDS:
            raise UnknownNameError(
                f"unknown kind {kind!r}", remedy=f"use one of: {' '.join(_KINDS)}"
            )
    root = cache_root()
    kinds = tuple(args.kinds) or tuple(_KINDS)
    if args.clear:
        return _clear(root, kinds)
    rows = [(kind, f"{disk_usage(root / kind) // _MIB}", _KINDS[kind]) for kind in kinds]
    total = ("total", f"{sum(disk_usage(root / kind) for kind in kinds) // _MIB}", f"{root}")
    table = format_table([("KIND", "MIB", "WHAT"), *rows, total])
    sys.stdout.writelines(f"{line}\n" for line in table)
    return 0


def _clear(root: Path, kinds: tuple[str, ...]) -> int:
    before = sum(disk_usage(root / kind) for kind in kinds)
    for kind in kinds:
        try:
            shutil.rmtree(root / kind)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise InfrastructureError(
                f"cannot remove {error.filename}: {error.strerror}",
                remedy="wait until no run is under way, and check whose files they are",
            ) from error
    sys.stdout.write(f"{before // _MIB} MiB removed\n")
    return 0


def disk_usage(folder: Path) -> int:
    """Bytes on the disk of all that is in a folder; 0 if it is not there."""
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    for place, _, names in os.walk(folder):
        for name in names:
            # Another run removes what it does not need any more.
            with contextlib.suppress(FileNotFoundError):
                yield Path(place, name).lstat().st_blocks * _BLOCK
