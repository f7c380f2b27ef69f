"""harness.formats.telnet: text and orders are told apart, wherever the pieces end."""

import pytest

from harness.formats.telnet import TelnetText

WILL_ECHO = bytes([255, 251, 1])
DO_SIZE = bytes([255, 253, 31])
NEGOTIATED = bytes([255, 250, 24, 1, 255, 255, 7, 255, 240])
STREAM = b"boot" + WILL_ECHO + b"ing\xff\xff" + DO_SIZE + NEGOTIATED + b" done" + bytes([255, 241])
TEXT = b"booting\xff done"
ANSWERS = bytes([255, 254, 1, 255, 252, 31])


@pytest.mark.parametrize("size", [1, 2, 3, 5, len(STREAM)])
def test_orders_are_taken_out_and_options_declined(size: int) -> None:
    telnet = TelnetText()
    pieces = [telnet.feed(STREAM[at : at + size]) for at in range(0, len(STREAM), size)]

    assert b"".join(text for text, _ in pieces) == TEXT
    assert b"".join(answer for _, answer in pieces) == ANSWERS


def test_a_negotiation_without_end_is_not_kept() -> None:
    telnet = TelnetText()
    telnet.feed(bytes([255, 250]) + b"x" * 1_000_000)

    assert len(telnet._order) < 8
    assert telnet.feed(bytes([255, 240]) + b"on") == (b"on", b"")


def test_what_is_declined_already_is_not_answered() -> None:
    assert TelnetText().feed(bytes([255, 254, 1, 255, 252, 1])) == (b"", b"")
