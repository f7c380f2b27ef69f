"""Each flavour of a real tree keeps its promise."""

import pytest

from harness.kernels.flavours import FLAVOURS
from tests.own_kernel.conftest import OwnKernel


@pytest.mark.parametrize("flavour", [flavour.name for flavour in FLAVOURS])
def test_building_again_changes_nothing(own: OwnKernel, flavour: str) -> None:
    """Not the image, and not even its time: a bisect pays only for what its commits changed."""
    first = own.build(flavour).image.stat()

    again = own.build(flavour).image.stat()

    assert (again.st_mtime_ns, again.st_ino) == (first.st_mtime_ns, first.st_ino)


def test_no_option_is_unknown_to_a_current_tree(own: OwnKernel) -> None:
    """A misspelt one would never be set, and only be noted."""
    unknown = {lost for flavour in FLAVOURS for lost in own.build(flavour.name).unknown}

    assert unknown == set()
