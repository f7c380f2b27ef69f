"""harness.remote: an agent is put on a machine, serves, and nothing of it stays, however it ends.

The machine is this one, reached through an SSH server in this process; the agent is a fake.
"""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.guest.guest import Guest
from harness.remote.agent_command import agent_command
from harness.remote.facts import fit_arch, read_facts
from harness.remote.host import RemoteHost
from harness.remote.machine import MachinePlan, RemoteMachine
from harness.runner.pool import make_ready
from harness.runner.watch import Watch
from harness.values.console_source import ConsoleSource, parse_console_source
from harness.values.deadline import Deadline
from harness.values.errors import SilenceError, TargetError
from harness.values.observation import Survival
from tests import fake_stdio_agent
from tests.fake_ssh_server import FakeSshServer, serving

BOOT_S = 30.0

Start = Callable[..., RemoteMachine]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeSshServer]:
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def host(server: FakeSshServer) -> Iterator[RemoteHost]:
    host = RemoteHost(server.address, server.credentials(), wait_s=5)
    yield host
    host.close()


@pytest.fixture
def start(host: RemoteHost, tmp_path: Path) -> Iterator[Start]:
    """Puts an agent on the machine, which differs as said."""
    started: list[RemoteMachine] = []

    def begin(
        agent: Path | None = None, console: ConsoleSource | None = None, **differing: str
    ) -> RemoteMachine:
        program = agent or fake_stdio_agent.write(tmp_path / "agent", **differing)
        plan = MachinePlan(program, fake_stdio_agent.BUILD, console, tmp_path)
        started.append(RemoteMachine(host, plan, Deadline.after(BOOT_S)))
        return started[-1]

    yield begin
    for machine in started:
        machine.stop()


def left_behind(server: FakeSshServer) -> list[str]:
    return [path.name for path in server.temporary.iterdir()]


def test_an_agent_serves_and_is_gone_when_it_is_stopped(
    start: Start, server: FakeSshServer
) -> None:
    machine = start()
    during = left_behind(server)
    machine.stop()
    machine.stop()

    assert machine.identity.cpus == 2
    assert len(during) == 1
    assert left_behind(server) == []


def test_trials_are_told_apart_in_the_kernel_log_that_the_agent_reads(start: Start) -> None:
    guest = Guest(start())
    health = make_ready(guest)

    watched = Watch(guest, "one").finish(health, lambda: guest.shell("true").wait())

    assert (watched.value, watched.error) == (0, None)
    assert watched.survival.lost is None
    assert "bpf-harness: end one" in guest.vm.console.read()


def test_another_agent_than_ours_is_told(start: Start, server: FakeSshServer) -> None:
    with pytest.raises(TargetError, match="runs agent older, not build"):
        start(build="older")

    assert left_behind(server) == []


def test_a_login_shell_that_talks_is_told(
    start: Start, tmp_path: Path, server: FakeSshServer
) -> None:
    agent = tmp_path / "chatty"
    agent.write_text("#!/bin/sh\necho 'Welcome to testbox, have a nice day!'; cat >/dev/null\n")

    with pytest.raises(TargetError) as caught:
        start(agent)

    assert (
        caught.value.remedy == "the login shell there must print nothing when it is not interactive"
    )
    assert left_behind(server) == []


def test_an_agent_that_does_not_come_up_is_told_with_its_words(
    start: Start, tmp_path: Path
) -> None:
    agent = tmp_path / "refused"
    agent.write_text("#!/bin/sh\necho 'bpf-harness: another one is at work' >&2; exit 3\n")

    with pytest.raises(TargetError, match="it said: bpf-harness: another one is at work"):
        start(agent)


def lost(guest: Guest, word: str) -> Survival:
    """What is seen of a trial in which that happens."""
    watched = Watch(guest, "one").finish(guest.health(), lambda: guest.shell(word).wait())
    return watched.survival


def test_an_agent_that_dies_on_a_machine_that_goes_on_accuses_nobody(
    start: Start, server: FakeSshServer
) -> None:
    survival = lost(Guest(start()), "die")

    assert survival.machine_fault is not None
    assert "the same boot id" in survival.machine_fault
    assert left_behind(server) == []


def test_a_machine_with_another_boot_id_has_rebooted(start: Start) -> None:
    survival = lost(Guest(start(boot_id=fake_stdio_agent.OTHER_BOOT)), "die")

    assert survival.lost == "the target rebooted: it has another boot id"
    assert survival.machine_fault is None


def test_a_machine_that_was_silent_is_accused_though_it_goes_on(start: Start) -> None:
    guest = Guest(start(), timeout_s=0.5)

    loss = guest.vm.loss(SilenceError("the guest is silent"))

    assert loss.machine_fault is None


def test_a_machine_that_does_not_come_back_is_waited_for_once(
    start: Start, server: FakeSshServer, host: RemoteHost
) -> None:
    machine = start()
    host._credentials = replace(server.credentials(), known_hosts=server.folder / "known_hosts")
    host.drop()
    server.port, host.address = 1, replace(host.address, port=1)

    with pytest.raises(TargetError, match="did not come back within 5 s"):
        host.wait()
    begun = Deadline.after(2)
    with pytest.raises(TargetError, match="did not come back within 5 s"):
        host.wait()

    assert not begun.expired
    machine.stop()


def test_what_is_not_the_machines_console_is_seen(start: Start, server: FakeSshServer) -> None:
    """A console that shows nothing would be an alibi for every kernel."""
    with pytest.raises(TargetError) as caught:
        start(console=parse_console_source("cmd:sleep 60"))

    assert "does not come on cmd:sleep 60" in caught.value.message
    assert left_behind(server) == []


def test_a_console_is_read_from_a_command(start: Start, tmp_path: Path) -> None:
    source = parse_console_source(f"cmd:exec tail -n 0 -F {tmp_path}/agent.log")

    machine = start(console=source)

    assert "bpf-harness: console" in machine.console.read()
    assert "\r\n" not in machine.console.read()


def test_an_upload_whose_connection_is_cut_leaves_nothing(tmp_path: Path) -> None:
    """Nobody hears the complaint: writing it must not be what ends the shell."""
    folder = tmp_path / "tmp"
    folder.mkdir()

    with subprocess.Popen(
        ("sh", "-c", agent_command(b"agent" * 1000, "folder", 60)),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(folder)},
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stderr.close()
        process.stdin.write(b"age")
        process.stdin.close()
        process.wait()

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("end", ["cut", "damaged"])
def test_an_upload_that_goes_wrong_leaves_nothing(tmp_path: Path, end: str) -> None:
    agent = b"#!/bin/sh\nexit 9\n" * 1000
    sent = agent[:500] if end == "cut" else agent.replace(b"9", b"8")
    folder = tmp_path / "tmp"
    folder.mkdir()

    done = subprocess.run(
        ("sh", "-c", agent_command(agent, "folder", 60)),
        input=sent,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(folder)},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 92
    assert b"arrived damaged" in done.stderr
    assert list(folder.iterdir()) == []


def facts_of(host: RemoteHost, server: FakeSshServer, **programs: str) -> str:
    """What is said of a machine on which some programs print something else."""
    for name, output in programs.items():
        path = server.programs / name
        path.write_text(f"#!/bin/sh\necho '{output}'\n")
        path.chmod(0o755)
    deadline = Deadline.after(10)
    with pytest.raises(TargetError) as caught:
        fit_arch(read_facts(host.connect(deadline), server.address, deadline), server.address)
    return str(caught.value)


def test_a_user_who_is_not_root_is_told(host: RemoteHost, server: FakeSshServer) -> None:
    said = facts_of(host, server, id="1000")

    assert "does not give us root: the user there has the number 1000" in said
    assert "--target ssh://root@127.0.0.1" in said


def test_a_machine_without_an_agent_is_told(host: RemoteHost, server: FakeSshServer) -> None:
    assert "is a vax, which has no agent" in facts_of(host, server, uname="vax", id="0")


def test_what_is_no_machine_is_told(host: RemoteHost, server: FakeSshServer) -> None:
    assert "does not answer as a Linux machine" in facts_of(host, server, id="no such command")
