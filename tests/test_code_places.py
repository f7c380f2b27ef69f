"""What a load tells of where the JIT put a filter, for the case that the guest hangs in it."""

from pathlib import Path

from harness.guest.guest import Guest
from harness.values.autopsy import CodeRange
from harness.vm.fake import FakeVm
from tests.fake_guests import load_reply


def guest(tmp_path: Path, **differing: object) -> Guest:
    """One that has loaded a filter."""
    reply = load_reply(**differing)
    guest = Guest(FakeVm(tmp_path / "console.log", {"load": lambda request: reply}))
    guest.load(b"object")
    return guest


def test_the_functions_of_a_filter_are_known_by_their_addresses(tmp_path: Path) -> None:
    """The first has the filter's own tag and name; the others are numbered."""
    places = [0xFFFFFFFFC0001000, 0xFFFFFFFFC0002000]

    known = guest(tmp_path, places=places, lengths=[0x80, 0x40]).connection.code

    assert list(known) == [
        CodeRange("bpf_prog_abababababababab_seven", places[0], 0x80),
        CodeRange("bpf_prog_abababababababab_seven[1]", places[1], 0x40),
    ]


def test_a_filter_that_was_not_jited_lies_nowhere(tmp_path: Path) -> None:
    assert list(guest(tmp_path, tag=None).connection.code) == []


def test_what_was_loaded_long_ago_is_forgotten(tmp_path: Path) -> None:
    many = guest(tmp_path, places=list(range(5000)), lengths=[1] * 5000).connection.code

    assert len(many) == 4096
    assert many[-1].start == 4999
