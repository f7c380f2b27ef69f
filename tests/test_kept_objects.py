"""Object files that a guest keeps: as many at a time as its agent has room for."""

from pathlib import Path
from typing import Any

from harness.channels.fake import FakeRefusalError
from harness.guest.filters import LoadOptions
from harness.guest.guest import Guest
from harness.vm.fake import FakeVm

Reply = dict[str, Any]

# BLOBS_MAX of guest_images/agent/limits.h.
_BLOBS_MAX = 64


class Store:
    """The agent's object files, with its limit on them."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.puts = 0

    def put(self, request: Reply) -> Reply:
        self.puts += 1
        if len(self.blobs) == _BLOBS_MAX and request["blob"] not in self.blobs:
            raise FakeRefusalError(28, "64 blobs are kept already")
        self.blobs[request["blob"]] = request["data"]
        return {}

    def drop(self, request: Reply) -> Reply:
        if request["blob"] not in self.blobs:
            raise FakeRefusalError(2, "no such blob")
        del self.blobs[request["blob"]]
        return {}

    def load(self, request: Reply) -> Reply:
        if request["blob"] not in self.blobs:
            raise FakeRefusalError(2, f"no blob {request['blob']}")
        return {"errno": 0, "message": b"", "programs": [], "tables": []}

    def guest(self) -> Guest:
        handlers = {"put": self.put, "drop": self.drop, "load": self.load}
        return Guest(FakeVm(Path("/dev/null"), handlers))


def test_a_guest_outlives_more_objects_than_its_agent_can_keep() -> None:
    """One guest serves a whole folder of cases."""
    store = Store()
    guest = store.guest()

    for number in range(3 * _BLOBS_MAX):
        assert guest.load(b"object %d" % number).loaded


def test_an_object_that_is_used_again_is_sent_once_and_kept_longest() -> None:
    """All modes and filters of a file load the same bytes."""
    store = Store()
    guest = store.guest()

    for number in range(3 * _BLOBS_MAX):
        guest.load(b"again")
        guest.load(b"object %d" % number)

    assert store.puts == 1 + 3 * _BLOBS_MAX


def test_large_objects_do_not_fill_the_memory_of_the_guest() -> None:
    """Half a gigabyte is all it has."""
    store = Store()
    guest = store.guest()

    for number in range(8):
        guest.submit_load(bytes([number]) * (16 << 20), LoadOptions())[1].result()

    assert sum(map(len, store.blobs.values())) <= 64 << 20
