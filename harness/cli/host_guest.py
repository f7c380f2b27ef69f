"""`bpf-harness shell --guest host`: a program of this machine under another kernel, and judged."""

import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from harness.boot.vng_command import check_host_files
from harness.cli.lost_guest import EXIT_KERNEL
from harness.formats.splat_rows import Severity
from harness.formats.splats import find_splats
from harness.reports.text import scrub
from harness.runner.target import Target, read_config
from harness.values.arch import Arch, parse_arch
from harness.values.deadline import Deadline
from harness.values.errors import BootError, UsageError
from harness.vm.host_guest import HostGuest

EXIT_TIME_LIMIT = 124

# Output of the program between two looks at it.
_MAX_AT_ONCE = 64 * 1024 * 1024

# Of the console of a guest that has not come as far as the program.
_LAST_LINES = 10


def check_same_arch(arch: Arch) -> None:
    """Raises UsageError where this machine's programs cannot run."""
    own = parse_arch(platform.machine())
    if arch is not own:
        raise UsageError(
            f"--guest host runs programs of this machine, which is {own}, not {arch}",
            remedy="leave out --guest: that guest brings its own programs",
        )


def run_in_host_guest(target: Target, command: str, limit_s: float) -> int:
    """The program's status; 1 if the kernel crashed or warned, 124 at the time limit.

    Raises BootError for a guest that did not come as far as the program.
    """
    check_host_files(read_config(target.kernel), target.kernel)
    with tempfile.TemporaryDirectory(prefix="bpf-harness-host-") as folder:
        with HostGuest(target.kernel, target.accel.accel, Path(folder), command) as guest:
            in_time = _watch(guest, Deadline.after(limit_s))
        return _judge(guest, in_time, limit_s)


def _watch(guest: HostGuest, deadline: Deadline) -> bool:
    """Pass on what the program prints until the guest has gone; whether it went in time."""
    shown = [0, 0]
    while True:
        gone = guest.wait(deadline)
        shown[0] = _pass_on(guest.output, shown[0], sys.stdout.buffer.write)
        shown[1] = _pass_on(guest.errors, shown[1], sys.stderr.buffer.write)
        sys.stdout.flush()
        sys.stderr.flush()
        if gone or deadline.expired:
            return gone


def _judge(guest: HostGuest, in_time: bool, limit_s: float) -> int:
    console = guest.console.read()
    crash = next((s for s in find_splats(console) if s.severity is Severity.CRASH), None)
    if crash is not None:
        _say(f"the kernel crashed: {scrub(str(crash))}")
        sys.stderr.writelines(f"  | {scrub(line)}\n" for line in crash.lines)
        return EXIT_KERNEL
    if not in_time:
        _say(f"the time limit of {limit_s:g} s came before the end")
        return EXIT_TIME_LIMIT
    if guest.status is not None:
        return guest.status
    lines = [scrub(line) for line in console.splitlines()[-_LAST_LINES:]]
    if not guest.begun:
        raise BootError("\n  | ".join(("the guest did not come as far as the program", *lines)))
    _say("guest lost: the program had begun, and has no status")
    sys.stderr.writelines(f"  | {line}\n" for line in lines)
    return EXIT_KERNEL


def _pass_on(file: Path, shown: int, write: Callable[[bytes], object]) -> int:
    """What was added to it; its new size."""
    with file.open("rb") as opened:
        opened.seek(shown)
        data = opened.read(_MAX_AT_ONCE)
    write(data)
    return shown + len(data)


def _say(text: str) -> None:
    sys.stderr.write(f"bpf-harness: {text}\n")
