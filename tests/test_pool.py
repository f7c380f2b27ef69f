"""harness.runner.pool: lending, keeping and replacing guests of a program in QEMU's place."""

from pathlib import Path

import pytest

from harness.runner.pool import GuestPool
from harness.values.errors import BootError, InfrastructureError
from harness.vm.process import living_processes
from tests.fake_pool import pool_on_fake_qemu


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GuestPool:
    return pool_on_fake_qemu(tmp_path, monkeypatch)


def test_a_guest_that_was_given_back_is_lent_again(pool: GuestPool) -> None:
    first = pool.take()
    pool.give_back(first)
    assert pool.take() is first

    second = pool.take()

    assert (first.name, second.name, pool.started) == ("guest-1", "guest-2", 2)
    assert first.next_trial() != first.next_trial()
    assert first.next_trial().split("-")[0] != second.next_trial().split("-")[0]
    pool.discard(first)
    pool.give_back(second)
    pool.close()
    assert living_processes() == ()


def test_after_three_failures_in_a_row_no_guest_is_started(
    pool: GuestPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that cannot start one must not wait for every case."""
    monkeypatch.setenv("FAKE_QEMU", "refuse")
    for _ in range(3):
        with pytest.raises(BootError, match="unsupported machine type"):
            pool.take()

    monkeypatch.setenv("FAKE_QEMU", "serve")
    with pytest.raises(InfrastructureError, match="3 guests in a row did not start; the last"):
        pool.take()


def test_a_start_that_succeeds_forgets_the_failures(
    pool: GuestPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for behaviour in ("refuse", "refuse", "serve", "refuse", "refuse", "serve"):
        monkeypatch.setenv("FAKE_QEMU", behaviour)
        if behaviour == "refuse":
            with pytest.raises(BootError):
                pool.take()
        else:
            pool.discard(pool.take())

    assert pool.started == 2


def test_a_pool_that_refuses_lends_nothing(pool: GuestPool) -> None:
    pool.refuse()

    with pytest.raises(InfrastructureError, match="the run is being ended"):
        pool.take()
