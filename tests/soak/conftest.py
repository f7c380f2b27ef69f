"""Many guests restored one after the other; `make soak` restores a thousand on each target."""

import random
from pathlib import Path

import pytest

_RESTORES = "--soak-restores"
_SEED = "--soak-seed"

# What fits into the ordinary tests.
_FEW = 15


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(_RESTORES, type=int, default=_FEW, help="restored guests on each target")
    parser.addoption(_SEED, type=int, default=None, help="of the strikes (default: another one)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder boots guests."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.vm)


@pytest.fixture(scope="session")
def restores(pytestconfig: pytest.Config) -> int:
    """How many guests are restored on each target."""
    # Of a folder that was not named itself, pytest has read no options.
    return int(pytestconfig.getoption(_RESTORES, default=_FEW))


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    chosen = pytestconfig.getoption(_SEED, default=None)
    return random.randrange(1 << 16) if chosen is None else int(chosen)
