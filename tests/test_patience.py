"""harness.guest.patience: how long an operation may take in guests of any speed."""

import pytest

from harness.guest.patience import BASE_S, REFERENCE_NS, patience_s


@pytest.mark.parametrize(
    ("spin_ns", "seconds"),
    [
        (REFERENCE_NS, BASE_S),
        (REFERENCE_NS * 2, BASE_S * 2),
        (75_000, 18.0),
        (REFERENCE_NS // 100, 15.0),
        (0, 15.0),
        (REFERENCE_NS * 50, 360.0),
        (2**64 - 1, 360.0),
    ],
)
def test_patience_grows_with_what_the_guest_took_and_stays_within_bounds(
    spin_ns: int, seconds: float
) -> None:
    """A measurement of nothing, or one that the guest made up, is bounded like any other."""
    assert patience_s(spin_ns) == pytest.approx(seconds)


def test_a_negative_measurement_gives_the_least() -> None:
    """The agent's clock is the guest's, and so is the number."""
    assert patience_s(-5) == 15.0
