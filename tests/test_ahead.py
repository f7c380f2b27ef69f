"""harness.runner.ahead: the next guest is started while the present one works."""

import threading
from pathlib import Path

import pytest

from harness.runner.ahead import GuestsAhead
from harness.runner.pool import GuestPool
from harness.values.errors import BootError
from harness.vm.process import kill_all, living_processes
from tests.fake_pool import pool_on_fake_qemu

_SOON_S = 20.0


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GuestPool:
    return pool_on_fake_qemu(tmp_path, monkeypatch)


def wait_for_start(pool: GuestPool, count: int) -> None:
    looked = threading.Event()
    for _ in range(int(_SOON_S / 0.02)):
        if pool.started >= count:
            return
        looked.wait(0.02)
    raise AssertionError(f"{pool.started} guests started, not {count}")


def test_the_next_guest_starts_while_the_first_works(pool: GuestPool) -> None:
    ahead = GuestsAhead(pool, 9)

    first = ahead.take()
    wait_for_start(pool, 2)
    second = ahead.take()

    assert (first.name, second.name) == ("guest-1", "guest-2")
    ahead.discard(first)
    ahead.discard(second)
    ahead.close()
    assert living_processes() == ()


def test_what_kept_it_from_starting_is_told_to_who_takes_it(
    pool: GuestPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = GuestsAhead(pool, 9)
    monkeypatch.setenv("FAKE_QEMU", "serve")
    first = ahead.take()
    wait_for_start(pool, 2)
    ahead.discard(ahead.take())
    # The third is on its way already; the fourth is not.
    wait_for_start(pool, 3)
    monkeypatch.setenv("FAKE_QEMU", "refuse")
    ahead.discard(ahead.take())

    with pytest.raises(BootError, match="unsupported machine type"):
        ahead.take()

    ahead.discard(first)
    ahead.close()
    assert living_processes() == ()


def test_no_guest_is_started_for_nobody(pool: GuestPool) -> None:
    ahead = GuestsAhead(pool, 2)
    first, second = ahead.take(), ahead.take()

    ahead.close()

    assert pool.started == 2
    ahead.discard(first)
    ahead.discard(second)
    # A trial that is run again takes one more.
    ahead.discard(ahead.take())
    assert (pool.started, living_processes()) == (3, ())


def test_a_guest_that_nobody_takes_is_ended(pool: GuestPool) -> None:
    ahead = GuestsAhead(pool, 9)
    lent = ahead.take()

    ahead.close()
    ahead.close()

    assert len(living_processes()) == 1
    ahead.discard(lent)
    assert living_processes() == ()


def test_a_run_that_is_stopped_ends_the_guest_on_its_way(pool: GuestPool) -> None:
    """As Run does: refuse, kill what lives, close."""
    ahead = GuestsAhead(pool, 9)
    lent = ahead.take()

    pool.refuse()
    kill_all()
    ahead.close()

    ahead.discard(lent)
    assert living_processes() == ()
