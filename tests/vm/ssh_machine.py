"""What tests on a machine that is not ours share: the commands on it, what a run leaves there."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.remote.ssh_guest import SshGuest
from harness.values.deadline import Deadline

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 300.0

SCENARIOS = """\
from harness.scenario import Bench, scenario


@scenario(modes="interp")
def a_before(bench: Bench) -> None:
    assert bench.guest.shell("true").wait() == 0


@scenario(modes="interp")
def b_does_it(bench: Bench) -> None:
    bench.guest.shell({command!r}).wait()


@scenario(modes="interp")
def c_after(bench: Bench) -> None:
    assert bench.guest.shell("true").wait() == 0
"""

# The nearest server among the ancestors: the one that serves this connection.
KILL_THE_SERVER = (
    "p=$$; while [ $p -gt 1 ]; do q=$p; read -r _ _ _ p _ </proc/$p/stat; "
    "case $(cat /proc/$q/comm) in dropbear | sshd-session) kill -9 $q; exit;; esac; done"
)

# What a run may change there: processes, files, filters, settings.
LOOK = (
    "ls -A /tmp /run; ps -o comm,args; "
    "cd /proc/sys; grep . net/core/bpf_jit_* kernel/unprivileged_bpf_disabled kernel/printk* "
    "/sys/kernel/tracing/tracing_on; "
    # Whole pages make 1410 KiB of 1408.
    "echo $(($(sed 's/.*expanded: //; s/)//' /sys/kernel/tracing/buffer_size_kb) / 16)); "
    "cat /sys/kernel/tracing/dynamic_events; ls /sys/fs/bpf /sys/fs/cgroup /sys/class/net; "
    "tc qdisc; ip -4 route show table all"
)


# What ps shows of the look itself, of the server, and of kernel threads, which come and go.
_NOISE = re.compile(r"^(ps|sh|exe|dropbear|sshd[a-z-]*|\S+ +\[.*\]$)|[{]exe[}]")


@dataclass(frozen=True)
class Ended:
    """What became of a command."""

    status: int
    stdout: str
    stderr: str
    report: Path

    def outcomes(self) -> list[tuple[str, str, str, bool]]:
        """Program, mode, outcome, final."""
        lines = (self.report / "results.jsonl").read_text().splitlines()
        records = [json.loads(line) for line in lines]
        return [(r["program"], r["mode"], r["outcome"], r["final"]) for r in records]

    def reason(self, program: str) -> str:
        lines = (self.report / "results.jsonl").read_text().splitlines()
        return next(str(r["reason"]) for r in map(json.loads, lines) if r["program"] == program)


def start(
    folder: Path, command: str, *arguments: str, options: Sequence[str]
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        (sys.executable, "-m", "harness", command, *arguments, *options),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def check(folder: Path, machine: SshGuest, *arguments: str, options: Sequence[str] = ()) -> Ended:
    report = folder / "report"
    words = (*arguments, "--report-dir", str(report))
    with start(folder, "check", *words, options=options or machine.options) as process:
        try:
            stdout, stderr = process.communicate(timeout=LIMIT_S)
        finally:
            process.kill()
    return Ended(process.returncode, stdout, stderr, report)


def cases(folder: Path, command: str) -> str:
    path = folder / "cases"
    path.mkdir()
    (path / "scenario_three.py").write_text(SCENARIOS.format(command=command))
    return str(path)


def look(machine: SshGuest) -> str:
    """All that a run might leave."""
    session = machine.connect(Deadline.after(60))
    try:
        lines = session.run(LOOK, Deadline.after(60), 100_000).output.decode().splitlines()
    finally:
        session.close()
    return "\n".join(line for line in lines if not _NOISE.search(line))


def wait_until_clean(machine: SshGuest, before: str) -> str:
    """An agent whose host is gone may be at something."""
    deadline = Deadline.after(60)
    while (now := look(machine)) != before and not deadline.expired:
        time.sleep(1)
    return now
