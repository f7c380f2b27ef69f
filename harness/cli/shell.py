"""`bpf-harness shell`: a guest, or a machine that runs already, to work in: on a terminal, through
pipes or by one command.
"""

import argparse
import shlex
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from harness.cli.copies import parse_get, parse_put
from harness.cli.host_guest import check_same_arch, run_in_host_guest
from harness.cli.keyboard import LEAVE, Resizes, is_terminal, raw_mode, read_keys, screen
from harness.cli.lost_guest import tell_crash
from harness.cli.one_guest import one_target, start_guest
from harness.cli.options import HOST_GUEST, OWN_GUEST, add_cold, add_target, saved_states
from harness.cli.remote_options import add_remote, parse_remote
from harness.guest.files import GuestFile
from harness.guest.guest import Guest
from harness.guest.terminal import Terminal
from harness.runner.remote_target import RemoteTarget
from harness.runner.target import Target
from harness.toolchain.guest_tools import Tool, ToolStore
from harness.values.arch import Arch, parse_arch
from harness.values.errors import ChannelError, DownloadError, UsageError

# A key is answered within this time; nothing wakes us for keys while we wait for the guest.
_STEP_S = 0.02

# Input is left in the pipe while the guest has so much to take.
_BACKLOG = 256 * 1024

_INTERRUPTED = 128 + 2

# Of the program that a guest with the host's files runs.
_TIME_LIMIT_S = 600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    add_target(parser)
    add_cold(parser)
    add_remote(parser)
    parser.add_argument("-c", dest="command", default="", help="run this one command and stop")
    parser.add_argument(
        "words", nargs="*", metavar="-- PROGRAM ARG", help="the same, as words after --"
    )
    parser.add_argument(
        "--guest",
        choices=(OWN_GUEST, HOST_GUEST),
        default=OWN_GUEST,
        help="host: this machine's programs and files, copy on write, for one command",
    )
    parser.add_argument(
        "--time-limit",
        type=float,
        metavar="SECONDS",
        help=f"for --guest host (default: {_TIME_LIMIT_S:.0f}); then the exit code is 124",
    )
    parser.add_argument(
        "--put",
        action="append",
        default=[],
        metavar="LOCAL:REMOTE",
        help="copy a file into the guest before; may be repeated",
    )
    parser.add_argument(
        "--get",
        action="append",
        default=[],
        metavar="REMOTE:LOCAL",
        help="copy a file out of the guest after; may be repeated",
    )
    parser.add_argument(
        "--no-bpftool", action="store_true", help="do not bring the distribution's bpftool"
    )


def run(args: argparse.Namespace) -> int:
    """The status of the shell or the command; 1 for a kernel that crashed."""
    puts = tuple(parse_put(word) for word in args.put)
    gets = tuple(parse_get(word) for word in args.get)
    command = _command(args)
    remote = parse_remote(args)
    if args.guest == HOST_GUEST:
        _check_host_guest(args, parse_arch(args.arch), command)
    elif args.time_limit is not None:
        raise UsageError("--time-limit is for --guest host")
    with one_target(args) as target:
        if args.guest == HOST_GUEST and isinstance(target, Target):
            return run_in_host_guest(target, command, args.time_limit or _TIME_LIMIT_S)
        tools = () if args.no_bpftool or remote else _bpftool(target.arch)
        with (
            tempfile.TemporaryDirectory(prefix="bpf-harness-shell-") as folder,
            start_guest(target, Path(folder), saved_states(args)) as guest,
        ):
            try:
                _bring(guest, tools)
                for copy in puts:
                    copy.put(guest)
                if not command:
                    _greet(target, guest)
                status = _converse(guest, command)
                for copy in gets:
                    copy.get(guest)
            except ChannelError as error:
                return tell_crash(guest, error)
            return status


def _greet(target: Target | RemoteTarget, guest: Guest) -> None:
    """Which kernel it is, and on a terminal how to get out of it."""
    remote = isinstance(target, RemoteTarget)
    if not remote:
        _say(f"{guest.identity.release} on {target.arch}, {target.accel}")
    if is_terminal():
        what = "leaves the machine, Ctrl-] too" if remote else "stops the guest, Ctrl-] kills it"
        _say(f"`exit` or Ctrl-D {what}")


def _command(args: argparse.Namespace) -> str:
    """From -c or the words after --; empty for an interactive shell."""
    if args.command and args.words:
        raise UsageError("say the command with -c or after --, not both")
    return args.command or shlex.join(args.words)


def _check_host_guest(args: argparse.Namespace, arch: Arch, command: str) -> None:
    """Raises UsageError for what a guest with the host's files cannot do."""
    check_same_arch(arch)
    if not command:
        raise UsageError(
            "--guest host runs one command", remedy="say it with -c, or after -- as words"
        )
    if args.put or args.get:
        raise UsageError(
            "--guest host needs no --put and takes no --get",
            remedy="it reads the host's files where they are, and writes to none of them",
        )


def _bpftool(arch: Arch) -> tuple[Tool, ...]:
    """Nothing, with a word on why, where the distribution has none or cannot be reached."""
    try:
        return ToolStore().get(arch)
    except DownloadError as error:
        _say(f"there will be no bpftool in the guest: {error.message}")
        return ()


def _bring(guest: Guest, tools: Sequence[Tool]) -> None:
    for tool in tools:
        guest.put_file(tool.path, GuestFile(tool.file.read_bytes(), 0o755))


def _converse(guest: Guest, command: str) -> int:
    """Until the shell ends; on a terminal if we have one."""
    if not is_terminal():
        return _by_pipe(guest.terminal(_show, command=command))
    with ExitStack() as stack:
        stack.enter_context(raw_mode())
        resizes = stack.enter_context(Resizes())
        return _by_hand(guest.terminal(_show, command=command, screen=screen()), resizes)


def _by_hand(terminal: Terminal, resizes: Resizes) -> int:
    while not terminal.ended:
        keys = read_keys()
        if keys == b"" or (keys and LEAVE in keys):
            return _INTERRUPTED
        if keys:
            terminal.type(keys)
        if resizes.take():
            terminal.resize(screen())
        terminal.pump(_STEP_S)
    return terminal.status


def _by_pipe(terminal: Terminal) -> int:
    """Ctrl-C is ours, and ends the command."""
    more = True
    try:
        while not terminal.ended:
            if more and terminal.backlog < _BACKLOG and (data := read_keys()) is not None:
                terminal.type(data)
                more = bool(data)
            terminal.pump(_STEP_S)
    except KeyboardInterrupt:
        terminal.kill()
        while not terminal.ended:
            terminal.pump(_STEP_S)
    return terminal.status


def _show(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _say(text: str) -> None:
    sys.stderr.write(f"bpf-harness: {text}\n")
