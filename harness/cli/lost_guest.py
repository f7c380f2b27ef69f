"""What a user is told of a guest that is lost: the crash that the kernel reported, or the hang."""

import sys

from harness.formats.splat_rows import Severity
from harness.formats.splats import find_splats
from harness.guest.guest import Guest
from harness.judge.hang import hang_evidence, hang_reason
from harness.reports.text import scrub
from harness.values.errors import ChannelError, GuestError, SilenceError

EXIT_KERNEL = 1

# Of the console of a guest that is lost without a splat.
_LAST_LINES = 10


def tell_crash(guest: Guest, error: ChannelError) -> int:
    """A guest that is lost while filters run is what this project looks for.

    The exit code; raises the error again if the fault is ours.
    """
    guest.vm.wait_for_exit(2.0)
    loss = guest.vm.loss(error)
    console = guest.vm.console.read()
    autopsy = guest.autopsy() if isinstance(error, SilenceError) else None
    splats = find_splats(console)
    crash = next((splat for splat in splats if splat.severity is Severity.CRASH), None)
    if crash is not None:
        said, lines = f"the kernel crashed: {crash}", crash.lines
    elif any(splat.severity is Severity.OURS for splat in splats):
        raise error
    elif loss.machine_fault is not None:
        raise GuestError(loss.machine_fault) from error
    elif autopsy is not None:
        said, lines = hang_reason(autopsy), (error.message, *hang_evidence(autopsy))
    else:
        said, lines = f"guest lost: {loss.reason}", tuple(console.splitlines()[-_LAST_LINES:])
    sys.stderr.write(f"bpf-harness: {scrub(said)}\n")
    sys.stderr.writelines(f"  | {scrub(line)}\n" for line in lines)
    return EXIT_KERNEL
