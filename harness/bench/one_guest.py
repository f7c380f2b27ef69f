"""Guests of which there is one, for who measures what is done in it."""

from harness.runner.pool import Lent


class OneGuest:
    """Lends the same guest again and again; it has to survive."""

    def __init__(self, lent: Lent) -> None:
        self._lent = lent

    def take(self, *, fresh: bool = False) -> Lent:
        return self._lent

    def give_back(self, lent: Lent) -> None:
        """It stays."""

    def discard(self, lent: Lent) -> None:
        raise RuntimeError("the guest that is measured was harmed")
