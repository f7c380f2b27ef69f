"""harness.cli.remote_options: what --target goes with, and which cases are spared."""

import argparse
from pathlib import Path

import pytest

from harness.cli import shell
from harness.cli.options import add_cold, add_targets
from harness.cli.remote_options import add_consent, add_remote, parse_remote, spared
from harness.runner.remote_target import RemoteName
from harness.values.case import CaseId
from harness.values.console_source import ConsoleKind, ConsoleSource
from harness.values.errors import UsageError
from harness.values.ssh_address import SshAddress
from tests.fake_guests import ScriptedCase

BOX = ("--target", "ssh://root@box")


def parse(*words: str) -> RemoteName | None:
    parser = argparse.ArgumentParser()
    add_targets(parser)
    add_cold(parser)
    add_remote(parser)
    add_consent(parser)
    return parse_remote(parser.parse_args(words))


def test_without_a_target_there_is_no_machine() -> None:
    assert parse() is None


def test_a_machine_is_what_the_options_say() -> None:
    name = parse(
        *BOX,
        *("-i", "/key", "--known-hosts", "/known", "--console", "telnet:bmc:2003"),
        *("--yes-it-may-crash", "--return-timeout", "60"),
    )

    assert name is not None
    assert name.address == SshAddress("box", "root")
    assert name.console == ConsoleSource(ConsoleKind.TELNET, "bmc", 2003)
    assert name.credentials.identities == (Path("/key"),)
    assert name.credentials.known_hosts == Path("/known")
    assert (name.may_crash, name.return_s) == (True, 60.0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*BOX, "--arch", "arm64"), "--arch is for guests"),
        ((*BOX, "--kernel", "debian:7.2"), "--kernel is for guests"),
        ((*BOX, "--cold"), "--cold is for guests"),
        (("--console", "tcp:a:1"), "are for --target"),
        (("--yes-it-may-crash",), "are for --target"),
        ((*BOX, "--console", "ttyS0"), "'ttyS0' is no console"),
        (("--target", "box"), "is not ssh://"),
    ],
)
def test_what_does_not_go_together_is_told(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse(*words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*BOX, "--guest", "host"), "--guest is for guests"),
        ((*BOX, "--no-bpftool"), "--no-bpftool is for guests"),
        ((*BOX, "--accel", "kvm"), "--accel is for guests"),
        ((*BOX, "--time-limit", "5"), "--time-limit is for --guest host"),
        ((*BOX, "-c", "true", "--", "false"), "with -c or after --, not both"),
        (("-i", "/key"), "are for --target"),
    ],
)
def test_a_shell_there_takes_no_options_of_guests(words: tuple[str, ...], said: str) -> None:
    """Before anything is connected or booted."""
    parser = argparse.ArgumentParser()
    shell.add_arguments(parser)

    with pytest.raises(UsageError, match=said):
        shell.run(parser.parse_args(words))


class _Case(ScriptedCase):
    @property
    def id(self) -> CaseId:
        return CaseId(f"cases/{self.name}/a.bpf.c", "x")


def test_survival_cases_are_spared_in_one_line_unless_they_may_run() -> None:
    cases = (_Case("compute"), _Case("survival"))
    careful, bold = parse(*BOX), parse(*BOX, "--yes-it-may-crash")
    assert careful is not None
    assert bold is not None

    left, line = spared(careful, cases)

    assert left == cases[:1]
    assert line == (
        "ssh://root@box: 1 survival cases are left out, which may crash it: say --yes-it-may-crash"
    )
    assert spared(bold, cases) == (cases, "")
