"""The commands on a machine that is not ours to boot: a guest that is reached over SSH only.

One guest with each of the distribution's servers serves all tests, through reboots, and must be
left as it was found.
"""

import shutil
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.images.ssh_image import UNPRIVILEGED
from harness.remote.ssh_guest import SshGuest
from harness.remote.ssh_keys import make_key_pair
from harness.runner.remote_target import RemoteName, prepare_remote
from harness.runner.target import Target
from harness.values.deadline import Deadline
from harness.values.errors import TargetError
from tests.vm.ssh_machine import (
    KILL_THE_SERVER,
    LIMIT_S,
    ROOT,
    cases,
    check,
    look,
    start,
    wait_until_clean,
)

SELECTION = (
    "cases/tables/array.bpf.c",
    "cases/tables/hash.bpf.c",
    "cases/verifier/null_checks.bpf.c",
    "cases/tracing/probes.bpf.c",
    "cases/compute/div.bpf.c",
    "cases/events/netfilter.bpf.c",
    "cases/events/scenario_triggers.py",
    "cases/mail",
)


def test_cases_come_to_the_same_verdicts_as_over_serial(
    machine: SshGuest, target: Target, tmp_path: Path
) -> None:
    paths = [str(ROOT / path) for path in SELECTION]
    before = look(machine)

    remote = check(tmp_path, machine, *paths)
    (tmp_path / "serial").mkdir()
    serial = check(
        tmp_path / "serial", machine, *paths, options=("--kernel", target.kernel.source, "-j", "1")
    )

    assert remote.status == serial.status == 0, remote.stderr
    # Verdicts that wait for the kernel to let go come in another order.
    assert sorted(remote.outcomes()) == sorted(serial.outcomes())
    assert len(remote.outcomes()) > 60
    assert look(machine) == before


def test_a_reboot_is_noticed_and_the_suite_goes_on(machine: SshGuest, tmp_path: Path) -> None:
    """Nobody has said that the machine may crash: it is not crashed a second time."""
    ended = check(tmp_path, machine, cases(tmp_path, "echo b >/proc/sysrq-trigger"))

    assert ended.outcomes() == [
        ("a_before", "interp", "PASSED", True),
        ("b_does_it", "interp", "CRASHED", True),
        ("c_after", "interp", "PASSED", True),
    ]
    assert ended.reason("b_does_it") == "guest lost: the target rebooted: it has another boot id"
    assert ended.status == 1


def test_a_panic_on_a_console_that_is_watched_says_what_it_was(
    machine: SshGuest, tmp_path: Path
) -> None:
    """And is made twice, since the user has agreed."""
    ended = check(
        tmp_path,
        machine,
        cases(tmp_path, "echo c >/proc/sysrq-trigger"),
        options=(*machine.options, "--console", str(machine.console), "--yes-it-may-crash"),
    )

    assert ended.outcomes() == [
        ("a_before", "interp", "PASSED", True),
        ("b_does_it", "interp", "CRASHED", False),
        ("b_does_it", "interp", "CRASHED", True),
        ("c_after", "interp", "PASSED", True),
    ]
    assert "Kernel panic" in ended.reason("b_does_it")


def test_a_splat_is_seen_without_a_console(machine: SshGuest, tmp_path: Path) -> None:
    """In the kernel log, as long as the machine lives."""
    said = "<4>WARNING: CPU: 0 PID: 1 at kernel/bpf/core.c:1 bpf_nothing+0x1/0x2"
    command = f"echo '{said}' >/dev/kmsg"

    ended = check(tmp_path, machine, cases(tmp_path, command), "-k", "b_does_it")

    assert ended.outcomes() == [("b_does_it", "interp", "CRASHED", True)]
    assert "kernel/bpf/core.c:1" in ended.reason("b_does_it")


def test_a_session_that_is_cut_accuses_nobody_and_leaves_nothing(
    machine: SshGuest, tmp_path: Path
) -> None:
    before = look(machine)

    ended = check(tmp_path, machine, cases(tmp_path, KILL_THE_SERVER))

    assert [outcome for *outcome, _ in ended.outcomes()] == [
        ["a_before", "interp", "PASSED"],
        *[["b_does_it", "interp", "BROKEN"]] * 3,
        ["c_after", "interp", "PASSED"],
    ]
    assert "the SSH session ended, and the target goes on" in ended.reason("b_does_it")
    assert ended.status == 3
    assert wait_until_clean(machine, before) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_whatever_ends_the_run(
    machine: SshGuest, tmp_path: Path, number: signal.Signals
) -> None:
    before = look(machine)
    path = cases(tmp_path, "touch /run/begun; (setsid sleep 1000 &) ; sleep 1000")
    with start(tmp_path, "check", path, "-k", "b_does_it", options=machine.options) as process:
        deadline = Deadline.after(120)
        while "begun" not in (during := look(machine)) and not deadline.expired:
            assert process.poll() is None, process.communicate()
        process.send_signal(number)
        process.communicate(timeout=LIMIT_S)
    session = machine.connect(Deadline.after(30))
    session.run("rm -f /run/begun", Deadline.after(30), 1000)
    session.close()

    assert "sleep 1000" in during
    assert wait_until_clean(machine, before) == before


def test_survival_cases_need_consent(machine: SshGuest, tmp_path: Path) -> None:
    ended = check(tmp_path, machine, str(ROOT / "cases/survival/page_ends.bpf.c"))

    assert ended.status == 4
    assert "survival cases are left out, which may crash it: say --yes-it-may-crash" in ended.stderr
    assert not ended.report.exists()


def test_two_runs_at_once_are_told_apart(machine: SshGuest, tmp_path: Path) -> None:
    path = cases(tmp_path, "touch /run/begun; sleep 1000")
    first = start(tmp_path, "check", path, "-k", "b_does_it", options=machine.options)
    try:
        deadline = Deadline.after(120)
        while "begun" not in look(machine) and not deadline.expired:
            assert first.poll() is None, first.communicate()
        (tmp_path / "second").mkdir()
        ended = check(tmp_path / "second", machine, path, "-k", "a_before")
    finally:
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=LIMIT_S)
        session = machine.connect(Deadline.after(30))
        session.run("rm -f /run/begun", Deadline.after(30), 1000)
        session.close()

    assert ended.status == 3
    assert "another bpf-harness is at work on this machine" in ended.stderr
    assert not ended.report.exists()


def test_an_agent_of_another_version_is_told(machine: SshGuest, tmp_path: Path) -> None:
    before = look(machine)
    target = prepare_remote(RemoteName(machine.address, machine.credentials))
    other = tmp_path / "0123456789abcdef" / "agent"
    other.parent.mkdir()
    shutil.copy(target.agent, other)
    try:
        with pytest.raises(TargetError) as caught:
            replace(target, agent=other).start(tmp_path, Deadline.after(60))
    finally:
        target.close()

    build = target.agent.parent.name
    assert f"runs agent {build}, not 0123456789abcdef" in caught.value.message
    assert caught.value.exit_code == 3
    assert wait_until_clean(machine, before) == before


def refused(folder: Path, machine: SshGuest, options: Sequence[str]) -> str:
    """What is said instead of a run; nothing is written."""
    ended = check(folder, machine, str(ROOT / "cases/tables/array.bpf.c"), options=options)
    assert ended.status == 3, ended.stderr
    assert not ended.report.exists()
    assert "Traceback" not in ended.stderr
    assert "remedy: " in ended.stderr
    return ended.stderr


def replaced(machine: SshGuest, option: str, value: str) -> tuple[str, ...]:
    words = list(machine.options)
    words[words.index(option) + 1] = value
    return tuple(words)


def test_no_root_is_told(machine: SshGuest, tmp_path: Path) -> None:
    options = replaced(machine, "--target", f"ssh://{UNPRIVILEGED}@127.0.0.1:{machine.port}")

    assert "does not give us root" in refused(tmp_path, machine, options)


def test_a_changed_host_key_is_told(machine: SshGuest, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{machine.port} {make_key_pair().public}\n")

    said = refused(tmp_path, machine, replaced(machine, "--known-hosts", str(known)))

    assert "the host key" in said
    assert "has changed" in said


def test_a_key_that_opens_nothing_is_told(machine: SshGuest, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.touch(0o600)
    key.write_bytes(make_key_pair().openssh)

    assert "does not let root in" in refused(tmp_path, machine, replaced(machine, "-i", str(key)))


def test_a_port_without_a_server_is_told(machine: SshGuest, tmp_path: Path) -> None:
    options = replaced(machine, "--target", "ssh://root@127.0.0.1:1")

    assert "Connection refused" in refused(tmp_path, machine, options)
