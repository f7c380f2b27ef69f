"""Targets and guests that the VM tests share: prepared once, booted once for each architecture."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.guest.guest import Guest
from harness.images.ssh_server import DROPBEAR, OPENSSH
from harness.remote.ssh_guest import SshGuest
from harness.runner.target import Target, prepare_target
from harness.toolchain.case_compiler import case_compiler
from harness.values.accel import AccelChoice
from harness.values.arch import Arch, parse_arch
from harness.values.deadline import Deadline
from harness.vm.plan import VmPlan

KERNEL = "debian:6.12"
NEWEST = "debian:7.2"
KERNELS = {"x86_64": KERNEL, "arm64": KERNEL}
BOOT_S = 90.0
SSH_BOOT_S = 180.0

_targets: dict[str, Target] = {}

Compile = Callable[[str], bytes]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder boots guests."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.vm)


def target_of(name: str) -> Target:
    """The target of an architecture, under whatever accelerator works.

    Those of KERNELS have one of their own; of the others there is what `make test` runs cases on.
    """
    if name not in _targets:
        kernel = KERNELS.get(name, NEWEST)
        _targets[name] = prepare_target(parse_arch(name), kernel, AccelChoice.AUTO)
    return _targets[name]


@pytest.fixture(scope="session")
def target() -> Target:
    """x86_64."""
    return target_of("x86_64")


@pytest.fixture(scope="session", params=["x86_64", "arm64"])
def any_target(request: pytest.FixtureRequest) -> Target:
    """Each architecture on which all must work."""
    return target_of(request.param)


@pytest.fixture(scope="session")
def lent(any_target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    plan = plan_in(tmp_path_factory.mktemp("guest"), any_target)
    with Guest.start(plan, Deadline.after(BOOT_S)) as guest:
        yield guest


@pytest.fixture(scope="session", params=[DROPBEAR, OPENSSH], ids=lambda software: software.name)
def machine(
    request: pytest.FixtureRequest, target: Target, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SshGuest]:
    """One that is reached over SSH only, by either of the distribution's servers."""
    with SshGuest.start(
        target.kernel,
        target.hardware,
        tmp_path_factory.mktemp("machine"),
        Deadline.after(SSH_BOOT_S),
        software=request.param,
    ) as guest:
        yield guest


@pytest.fixture
def guest(lent: Guest) -> Iterator[Guest]:
    """A running guest with nothing in it, and nothing left in it."""
    yield lent
    lent.reset().result()


@pytest.fixture
def compile_text(any_target: Target, tmp_path: Path) -> Compile:
    """Compiles C text for the guest."""
    return compiler_in(tmp_path, any_target.arch)


def compiler_in(folder: Path, arch: Arch) -> Compile:
    def compile_it(text: str) -> bytes:
        source = folder / "filters.bpf.c"
        source.write_text(text)
        return case_compiler(arch)(source)

    return compile_it


def plan_in(folder: Path, target: Target) -> VmPlan:
    return target.plan(folder)
