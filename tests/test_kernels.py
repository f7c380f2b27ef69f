"""`bpf-harness kernels`: what it prints and how it ends."""

import io
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli.kernels import add_arguments, run
from harness.kernels.resolve import KernelStore
from harness.values.errors import UnknownNameError
from tests.fake_kernel import RELEASE, make_kernel_deb
from tests.fake_machine import fake_apt, fake_archive, serve_packages
from tests.fake_tree import FakeMake, make_builder, make_tree


@pytest.fixture
def store(tmp_path: Path) -> KernelStore:
    runner = fake_apt()
    serve_packages(runner, make_kernel_deb)
    archive = fake_archive(tmp_path, runner)
    return KernelStore(tmp_path / "kernels", archive, runner)


def kernels(store: KernelStore, *words: str) -> str:
    parser = ArgumentParser()
    add_arguments(parser)
    out = io.StringIO()
    assert run(parser.parse_args(words), out, store) == 0
    return out.getvalue()


def row(listing: str, name: str) -> list[str]:
    (line,) = [line for line in listing.splitlines() if line.split()[0] == name]
    return line.split()


def test_list_shows_name_release_version_and_suites(store: KernelStore) -> None:
    """One line for each version, however many suites and flavours hold it."""
    listing = kernels(store, "list")

    assert row(listing, "debian:6.12.107") == [
        "debian:6.12.107",
        "6.12.107+deb13-cloud-amd64",
        "6.12.107-1",
        "trixie-security,trixie",
    ]


def test_list_goes_from_oldest_to_newest(store: KernelStore) -> None:
    """The newest is what one sees above the prompt."""
    names = [line.split()[0] for line in kernels(store, "list").splitlines()]

    assert names[0] == "KERNEL"
    assert names.index("debian:5.10.251") < names.index("debian:6.12.94")
    assert names[-1] == "debian:7.3~rc7"


def test_every_listed_name_means_the_kernel_beside_it(store: KernelStore) -> None:
    """An older revision is named whole: its short name means the newest one."""
    listing = kernels(store, "list")

    old = row(listing, "debian:6.12.90-1")
    new = row(listing, "debian:6.12.90")
    assert kernels(store, "fetch", old[0]).startswith(old[1])
    assert kernels(store, "fetch", new[0]).startswith(new[1])
    assert old[1] != new[1]


def test_list_marks_what_is_cached(store: KernelStore) -> None:
    """After a fetch."""
    kernels(store, "fetch", "debian:6.12")

    listing = kernels(store, "list")
    assert row(listing, "debian:6.12.117")[-1] == "cached"
    assert row(listing, "debian:6.12.116")[-1] == "trixie-security"


def test_fetch_without_a_name_fetches_the_default(store: KernelStore) -> None:
    """And says where everything is."""
    said = kernels(store, "fetch")

    assert said.startswith(f"{RELEASE} (debian:6.12)\n")
    for part in ("from", "image", "modules", "config"):
        assert f"\n  {part} " in said


def test_an_unknown_kernel_is_an_error_with_exit_code_2(store: KernelStore) -> None:
    """The caller prints it."""
    with pytest.raises(UnknownNameError) as caught:
        kernels(store, "fetch", "debian:6.99")

    assert caught.value.exit_code == 2


def test_an_unknown_architecture_is_an_error_with_exit_code_2(store: KernelStore) -> None:
    """It lists the known ones."""
    with pytest.raises(UnknownNameError, match="unknown architecture 'vax'") as caught:
        kernels(store, "list", "--arch", "vax")

    assert caught.value.exit_code == 2


def test_build_ends_with_the_image_and_a_line_about_it(store: KernelStore, tmp_path: Path) -> None:
    """The path can be given to --kernel; options the tree lacks come before it."""
    make = FakeMake(dropped={"FUTEX"})
    building = replace(store, runner=make, builder=make_builder(tmp_path, make))
    tree = make_tree(tmp_path / "linux")

    said = kernels(building, "build", str(tree), "--flavor", "tiny", "--output", f"{tmp_path}/o")

    unknown, image, summary = said.splitlines()
    assert unknown.endswith(": FUTEX")
    assert image == f"{tmp_path}/o/arch/x86/boot/bzImage"
    assert summary.startswith("6.12.117 for x86_64, flavour tiny, ")
    assert "gcc (Debian 12.2.0) 12.2.0" in summary
