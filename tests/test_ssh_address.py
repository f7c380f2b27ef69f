"""harness.values: where a machine and its console are, as the user names them."""

import pytest

from harness.values.console_source import ConsoleKind, ConsoleSource, parse_console_source
from harness.values.errors import UsageError
from harness.values.ssh_address import SshAddress, parse_ssh_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ssh://root@box:2222", SshAddress("box", "root", 2222)),
        ("ssh://box", SshAddress("box")),
        ("ssh://root@[fd00::2]:22", SshAddress("fd00::2", "root", 22)),
    ],
)
def test_an_address_is_what_it_says_and_says_it_again(text: str, address: SshAddress) -> None:
    assert parse_ssh_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    [
        "box",
        "root@box",
        "http://box",
        "ssh://",
        "ssh://root@",
        "ssh://box:0",
        "ssh://box:70000",
        "ssh://box:ssh",
        "ssh://box/tmp",
        "ssh://box?x",
        "ssh://@box",
        "ssh://[fd00::2",
        "ssh://root:secret@box",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_ssh_address(text)

    assert caught.value.remedy
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("/dev/ttyUSB0,9600", ConsoleSource(ConsoleKind.SERIAL, "/dev/ttyUSB0", 9600)),
        ("telnet:bmc:2003", ConsoleSource(ConsoleKind.TELNET, "bmc", 2003)),
        ("tcp:127.0.0.1:4000", ConsoleSource(ConsoleKind.TCP, "127.0.0.1", 4000)),
        ("cmd:ssh bmc sol: on", ConsoleSource(ConsoleKind.COMMAND, "ssh bmc sol: on")),
    ],
)
def test_a_console_is_what_it_says_and_says_it_again(text: str, source: ConsoleSource) -> None:
    assert parse_console_source(text) == source
    assert str(source) == text


def test_a_serial_line_has_a_usual_speed() -> None:
    assert parse_console_source("/dev/ttyS1").number == 115200


@pytest.mark.parametrize(
    "text", ["", "ttyS0", "cmd:", "cmd:  ", "telnet:bmc", "tcp::80", "tcp:a:b", "/dev/ttyS0,fast"]
)
def test_what_is_no_console_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_console_source(text)

    assert caught.value.remedy is not None
    assert "cmd:COMMAND" in caught.value.remedy
