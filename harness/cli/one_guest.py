"""The one guest of commands that need no more: ours, or a machine that runs already."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.cli.remote_options import parse_remote, remote_target
from harness.guest.guest import Guest
from harness.runner.pool import BOOT_TIMEOUT_S
from harness.runner.remote_target import START_S, RemoteTarget
from harness.runner.target import Target, prepare_target
from harness.values.accel import AccelChoice
from harness.values.arch import parse_arch
from harness.values.deadline import Deadline
from harness.vm.snapshots import Snapshots


@contextmanager
def one_target(args: argparse.Namespace) -> Iterator[Target | RemoteTarget]:
    """What --target names, or --arch, --kernel and --cpu; prepared."""
    remote = parse_remote(args)
    if remote is not None:
        with remote_target(remote) as machine:
            yield machine
        return
    accel = AccelChoice.parse(args.accel)
    yield prepare_target(parse_arch(args.arch), args.kernel, accel, cpu_model=args.cpu)


def start_guest(target: Target | RemoteTarget, folder: Path, snapshots: Snapshots | None) -> Guest:
    """A guest of it, whose files go to the folder; one of ours is restored if it can be."""
    if isinstance(target, RemoteTarget):
        return target.start(folder, Deadline.after(START_S))
    return Guest.start(target.plan(folder), Deadline.after(BOOT_TIMEOUT_S), snapshots)
