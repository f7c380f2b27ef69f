"""`bpf-harness shell`: type commands, they run in a guest, until the end of the input."""

import argparse
import sys
import tempfile
from pathlib import Path

from harness.cli.options import add_cold, add_target, saved_states
from harness.guest.guest import Guest
from harness.runner.pool import BOOT_TIMEOUT_S
from harness.runner.target import prepare_target
from harness.values.accel import AccelChoice
from harness.values.arch import parse_arch
from harness.values.deadline import Deadline

_STEP_S = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    add_target(parser)
    add_cold(parser)
    parser.add_argument("-c", dest="command", default=None, help="run this one command and stop")


def run(args: argparse.Namespace) -> int:
    """Each line is a command of its own (`cd` does not outlive it); the last one's status."""
    arch, accel = parse_arch(args.arch), AccelChoice.parse(args.accel)
    target = prepare_target(arch, args.kernel, accel, cpu_model=args.cpu)
    with tempfile.TemporaryDirectory(prefix="bpf-harness-shell-") as folder:
        plan = target.plan(Path(folder))
        with Guest.start(plan, Deadline.after(BOOT_TIMEOUT_S), saved_states(args)) as guest:
            if args.command is not None:
                return _execute(guest, args.command)
            sys.stderr.write(f"{guest.identity.release} on {target.arch}, {target.accel}\n")
            return _converse(guest)


def _converse(guest: Guest) -> int:
    status = 0
    while True:
        if sys.stdin.isatty():
            sys.stdout.write(f"{guest.identity.machine}# ")
            sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            return status
        if line.strip():
            status = _execute(guest, line.rstrip("\n"))


def _execute(guest: Guest, command: str) -> int:
    """Run it and show its output as it comes; Ctrl-C ends the command and not the guest."""
    shell = guest.shell(command)
    shown = 0
    try:
        while not shell.ended:
            guest.vm.client.pump(_STEP_S)
            shown = _show(shell.output, shown)
    except KeyboardInterrupt:
        shell.kill()
        sys.stdout.write("^C\n")
        return shell.wait()
    _show(shell.output, shown)
    if shell.output_dropped:
        sys.stderr.write(f"bpf-harness: {shell.output_dropped} more bytes of output were dropped\n")
    return shell.status


def _show(output: str, shown: int) -> int:
    sys.stdout.write(output[shown:])
    sys.stdout.flush()
    return len(output)
