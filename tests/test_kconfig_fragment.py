"""Requested options, and whether they stuck."""

import pytest

from harness.formats.kconfig import check_bootable, parse_kconfig
from harness.formats.kconfig_fragment import (
    Lost,
    lost_options,
    merge_fragments,
    parse_fragment,
)
from harness.kernels.configure import fragment_files
from harness.kernels.flavours import DEFAULT_FLAVOUR, FLAVOURS, KCONFIGS
from harness.values.arch import ARCHES, X86_64, Arch
from harness.values.errors import KernelError


def test_the_last_fragment_that_speaks_of_an_option_decides() -> None:
    """And the option is asked for once: kbuild would complain of a second value."""
    first = parse_fragment("CONFIG_NET=y\nCONFIG_SMP=y\n", name="first")
    second = parse_fragment("# CONFIG_NET is not set\n", name="second")

    assert merge_fragments(first, second).text == "# CONFIG_NET is not set\nCONFIG_SMP=y\n"


def test_text_keeps_its_quotes() -> None:
    """kbuild takes a string without them for a malformed value."""
    assert parse_fragment('CONFIG_LSM="bpf"\n', name="x").text == 'CONFIG_LSM="bpf"\n'


def test_a_misspelt_line_is_refused_with_its_number() -> None:
    """kbuild would pass over it in silence."""
    with pytest.raises(KernelError, match="x:2: not a kernel option: CONFIG-NET=y"):
        parse_fragment("# comment\nCONFIG-NET=y\n", name="x")


def test_an_option_that_did_not_stick_is_lost() -> None:
    """Absent, off, a module or another number: all are something else than was asked for."""
    wanted = parse_fragment("CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\nCONFIG_D=8\n", name="x")
    config = parse_kconfig("CONFIG_A=m\n# CONFIG_B is not set\nCONFIG_D=64\n")

    assert lost_options(wanted, config) == (
        Lost("A", "y", "m"),
        Lost("B", "y", "n"),
        Lost("C", "y", "n"),
        Lost("D", "8", "64"),
    )


def test_what_came_out_as_written_is_not_lost() -> None:
    """An option that is to be off may also be absent; quotes are no part of a string."""
    wanted = parse_fragment('CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="x"\n', name="x")

    assert lost_options(wanted, parse_kconfig('CONFIG_A=y\nCONFIG_C="x"\n')) == ()


@pytest.mark.parametrize("release", ["5.10.0", "6.12.117"])
@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_every_flavour_can_boot_on_every_architecture(arch: Arch, release: str) -> None:
    """All fragments can be read, and ask for what a guest needs."""
    for flavour in FLAVOURS:
        files = fragment_files(flavour, arch, release)
        assert KCONFIGS / "arch" / f"{arch}.config" in files
        merged = merge_fragments(*(parse_fragment(f.read_text(), name=f.name) for f in files))

        check_bootable(parse_kconfig(merged.text), arch, modules=False, name=flavour.name)


def test_older_trees_get_what_they_still_need() -> None:
    """The JIT of 6.9 needs the module loader, that of 6.10 does not."""
    older, newer = (
        [file.name for file in fragment_files(DEFAULT_FLAVOUR, X86_64, release)]
        for release in ("6.9.12", "6.10.0-rc1")
    )

    assert "before-6.10.config" in older
    assert "before-6.10.config" not in newer


def test_a_fragment_of_an_architecture_is_somebodys() -> None:
    """A misspelt file name would never be read."""
    read = {
        file
        for arch in ARCHES
        for flavour in FLAVOURS
        for file in fragment_files(flavour, arch, "4.9")
    }
    wished = {KCONFIGS / "trim.config", KCONFIGS / "wishes.config"}

    assert set(KCONFIGS.rglob("*.config")) == read | wished
