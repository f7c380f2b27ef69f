"""Trials per second on a guest that is reached over SSH ÷ those on one of ours, side by side."""

import statistics
import tempfile
from pathlib import Path

from harness.bench.rate import rate_case, rate_of_trials
from harness.bench.row import Row
from harness.guest.guest import Guest
from harness.remote.ssh_guest import SshGuest
from harness.runner.pool import Lent
from harness.runner.remote_target import START_S, RemoteName, prepare_remote
from harness.runner.target import Target
from harness.values.deadline import Deadline

_BOOT_S = 180.0
_ROUNDS = 5


def measure_ssh(target: Target, folder: Path) -> list[Row]:
    """The same kernel twice, on the same emulated hardware; the loops take turns."""
    case = rate_case(target)
    serial, ssh = [], []
    place = Path(tempfile.mkdtemp(dir=folder))
    deadline = Deadline.after(_BOOT_S)
    with SshGuest.start(target.kernel, target.hardware, place, deadline) as machine:
        remote = prepare_remote(RemoteName(machine.address, machine.credentials))
        try:
            with (
                Guest.start(target.plan(Path(tempfile.mkdtemp(dir=folder))), deadline) as ours,
                remote.start(Path(tempfile.mkdtemp(dir=folder)), Deadline.after(START_S)) as theirs,
            ):
                near = Lent("serial", ours, ours.health())
                far = Lent("ssh", theirs, theirs.health())
                for _ in range(_ROUNDS):
                    serial.append(rate_of_trials(target, near, case))
                    ssh.append(rate_of_trials(remote, far, case))
        finally:
            remote.close()
    ratio = statistics.median(a / b for a, b in zip(ssh, serial, strict=True))
    detail = f"{statistics.median(ssh):.0f}/s ÷ {statistics.median(serial):.0f}/s"
    return [Row("trials, over SSH ÷ over serial", f"{ratio:.2f}", "≥ 0.25", detail)]
