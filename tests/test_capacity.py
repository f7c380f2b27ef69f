"""How many guests run at once when nobody says."""

import pytest

from harness.host.capacity import available_mib, guests_at_once, guests_that_fit


@pytest.mark.parametrize(
    ("cores", "free_mib", "guests"),
    [
        (8, 64 * 1024, 8),
        (8, 4 * 1024, 5),
        (1, 64 * 1024, 1),
        (64, 300, 1),
        (4, 0, 1),
    ],
)
def test_cores_and_memory_both_set_a_limit(cores: int, free_mib: int, guests: int) -> None:
    """A guest of 512 MiB is counted as 768; one is run whatever there is."""
    assert guests_that_fit(cores, free_mib, 512) == guests


def test_memory_is_what_can_be_had_without_swapping() -> None:
    """Not what is free: most of that is filled with files."""
    text = "MemTotal: 8388608 kB\nMemFree: 1024 kB\nMemAvailable: 4194304 kB\n"

    assert available_mib(text) == 4096
    assert available_mib("MemTotal: 8388608 kB\n") == 0


def test_this_machine_can_run_at_least_one() -> None:
    assert guests_at_once(512) >= 1
    assert guests_at_once(1 << 40) == 1
