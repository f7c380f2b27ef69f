"""Tests that build kernels from a source tree: minutes each, so only on demand.

`make check-own KERNEL=TREE` runs them; without a tree they are deselected, and pytest says so.
"""

from pathlib import Path

import pytest

from harness.kernels.build import BuildSettings, Built
from harness.kernels.names import TreeFolder, parse_kernel_name
from harness.kernels.resolve import KernelStore
from harness.runner.target import Target, prepare_target
from harness.values.accel import AccelChoice
from harness.values.arch import Arch, parse_arch

_OPTION = "--own-kernel"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(_OPTION, default=None, help="kernel source tree to build")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    ours = [item for item in items if here in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.own_kernel)
    if config.getoption(_OPTION, default=None) is None:
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]


class OwnKernel:
    """The tree under test, built as one flavour after the other for one architecture."""

    def __init__(self, tree: str, arch: Arch) -> None:
        self.tree = tree
        self.arch = arch

    def build(self, flavour: str) -> Built:
        """As `kernels build` does."""
        text = f"{self.tree}:{flavour}"
        name = parse_kernel_name(text)
        assert isinstance(name, TreeFolder)
        settings = BuildSettings.from_environment()
        return KernelStore().build(name, self.arch, text, settings)[0]

    def target(self, flavour: str) -> Target:
        """As `check --kernel TREE --flavor …` does."""
        return prepare_target(self.arch, f"{self.tree}:{flavour}", AccelChoice.AUTO)


@pytest.fixture(scope="session")
def own(pytestconfig: pytest.Config) -> OwnKernel:
    tree = pytestconfig.getoption(_OPTION)
    return OwnKernel(str(tree), parse_arch(pytestconfig.getoption("--arch") or "x86_64"))
