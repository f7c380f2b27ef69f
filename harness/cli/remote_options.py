"""The options of a machine that is not ours to boot, and what they mean."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.cli.options import DEFAULT_ARCH, OWN_GUEST
from harness.kernels.resolve import DEFAULT_KERNEL
from harness.runner.cases import Case
from harness.runner.remote_target import (
    RETURN_S,
    SURVIVAL,
    RemoteName,
    RemoteTarget,
    meant_to_crash,
    prepare_remote,
)
from harness.values.accel import AccelChoice
from harness.values.console_source import parse_console_source
from harness.values.errors import UsageError
from harness.values.ssh_address import Credentials, parse_ssh_address

# Options that say what guests are to be made of.
_OF_GUESTS = {
    "arch": "--arch",
    "kernel": "--kernel",
    "flavor": "--flavor",
    "cpu": "--cpu",
    "cpu_sweep": "--cpu-sweep",
    "dump_memory": "--dump-memory",
    "cold": "--cold",
    "accel": "--accel",
    "guest": "--guest",
    "no_bpftool": "--no-bpftool",
}


# What those are that were not given; to name the default is no contradiction.
_NOT_GIVEN = (None, False, DEFAULT_ARCH, DEFAULT_KERNEL, AccelChoice.AUTO.value, OWN_GUEST)


def add_remote(parser: argparse.ArgumentParser) -> None:
    """Adds --target and what belongs to it."""
    group = parser.add_argument_group(
        "a machine that runs already, instead of guests (docs/ssh.md)"
    )
    group.add_argument("--target", metavar="ssh://[USER@]HOST[:PORT]", help="reached over SSH")
    group.add_argument(
        "-i",
        "--identity",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="private key; may be repeated (default: ssh-agent's and those in ~/.ssh)",
    )
    group.add_argument(
        "--known-hosts",
        type=Path,
        metavar="FILE",
        help="host keys (default: ~/.ssh/known_hosts, /etc/ssh/ssh_known_hosts)",
    )
    group.add_argument(
        "--console",
        metavar="CONSOLE",
        help="watch it: /dev/ttyUSB0[,SPEED], telnet:HOST:PORT, tcp:HOST:PORT or cmd:COMMAND "
        "(default: the kernel log, which says nothing of a panic)",
    )
    group.add_argument(
        "--return-timeout",
        type=_seconds,
        default=RETURN_S,
        metavar="SECONDS",
        help=f"for it to come back after a reboot (default: {RETURN_S:.0f})",
    )


def add_consent(parser: argparse.ArgumentParser) -> None:
    """Adds what only a suite of cases needs."""
    parser.add_argument(
        "--yes-it-may-crash",
        action="store_true",
        help=f"the --target: run cases of {', '.join(SURVIVAL)}, too, and twice what crashed it",
    )


def parse_remote(args: argparse.Namespace) -> RemoteName | None:
    """The machine of --target, None without.

    Raises UsageError for a machine that can be none, and for options that only guests have.
    """
    may_crash = getattr(args, "yes_it_may_crash", False)
    if args.target is None:
        if args.console or args.identity or args.known_hosts or may_crash:
            raise UsageError("--console, -i, --known-hosts and --yes-it-may-crash are for --target")
        return None
    for name, option in _OF_GUESTS.items():
        if getattr(args, name, None) not in _NOT_GIVEN:
            raise UsageError(
                f"{option} is for guests, and --target names a machine that runs already"
            )
    if getattr(args, "jobs", None) not in (None, 1):
        raise UsageError("-j is 1 with --target: a machine runs one kernel")
    return RemoteName(
        parse_ssh_address(args.target),
        Credentials(tuple(args.identity), args.known_hosts),
        None if args.console is None else parse_console_source(args.console),
        may_crash,
        args.return_timeout,
    )


@contextmanager
def remote_target(name: RemoteName) -> Iterator[RemoteTarget]:
    """Connected, and left when the block is."""
    target = prepare_remote(name)
    try:
        sys.stderr.write(
            f"bpf-harness: {name.address} runs {target.kernel.release} on {target.arch}, "
            f"console: {name.console or 'the kernel log only'}\n"
        )
        yield target
    finally:
        target.close()


def spared(name: RemoteName, cases: Sequence[Case]) -> tuple[tuple[Case, ...], str]:
    """The cases that may be run there, and a line on those that may not; empty if all may."""
    left = [case for case in cases if meant_to_crash(case)]
    if name.may_crash or not left:
        return tuple(cases), ""
    line = (
        f"{name.address}: {len(left)} survival cases are left out, which may crash it: "
        "say --yes-it-may-crash"
    )
    return tuple(case for case in cases if not meant_to_crash(case)), line


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 86400:
        raise argparse.ArgumentTypeError(f"{text} is no time to wait")
    return seconds
