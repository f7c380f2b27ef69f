"""Finding Debian's mirrors in what this machine's apt is configured for."""

from pathlib import Path

import pytest

from harness.host.apt_sources import (
    MIRROR_VARIABLE,
    SECURITY_MIRROR_VARIABLE,
    DebianMirrors,
    find_mirrors,
    parse_release_uris,
)
from harness.values.errors import MissingToolError
from tests.fake_machine import FakeRunner, recorded


def machine_with(uris: str) -> FakeRunner:
    runner = FakeRunner()
    runner.rule("apt-get", "update", "--print-uris", stdout=uris)
    return runner


def uri(base: str, suite: str) -> str:
    return f"'{base}/dists/{suite}/InRelease' name 0 \n"


@pytest.fixture
def keyrings(tmp_path: Path) -> tuple[Path, ...]:
    (tmp_path / "keys.gpg").write_bytes(b"")
    return (tmp_path / "keys.pgp", tmp_path / "keys.gpg")


def test_a_fresh_debian_has_both_mirrors(keyrings: tuple[Path, ...]) -> None:
    """The recorded configuration of Debian 12; the keyring that exists is taken."""
    mirrors = find_mirrors(machine_with(recorded("print_uris.txt")), {}, keyrings)

    expected = DebianMirrors(
        "http://mirror.example/debian", "http://mirror.example/debian-security", keyrings[1]
    )
    assert expected == mirrors


def test_security_suites_lie_on_their_own_mirror(keyrings: tuple[Path, ...]) -> None:
    """of_suite says where to look."""
    mirrors = find_mirrors(machine_with(recorded("print_uris.txt")), {}, keyrings)

    assert mirrors.of_suite("trixie-security") == "http://mirror.example/debian-security"
    assert mirrors.of_suite("trixie-backports") == "http://mirror.example/debian"


def test_archives_of_third_parties_are_not_taken(keyrings: tuple[Path, ...]) -> None:
    """They publish trees that end in /debian as well, and may come first."""
    uris = (
        uri("https://vendor.example/linux/debian", "bookworm")
        + uri("http://mirror.example/debian", "bookworm")
        + uri("https://tools.example/apt", "stable")
    )

    mirrors = find_mirrors(machine_with(uris), {}, keyrings)

    assert mirrors.main == "http://mirror.example/debian"


def test_a_doubled_slash_is_no_part_of_the_mirror() -> None:
    """`URIs: http://m.example/debian/` makes apt print two slashes."""
    text = uri("http://mirror.example/debian/", "sid")

    assert parse_release_uris(text) == (("http://mirror.example/debian", "sid"),)


def test_without_a_security_mirror_its_usual_neighbour_is_used(
    keyrings: tuple[Path, ...],
) -> None:
    """A machine that follows sid has none configured."""
    runner = machine_with(uri("http://mirror.example/debian", "sid"))

    mirrors = find_mirrors(runner, {}, keyrings)

    assert mirrors.security == "http://mirror.example/debian-security"


def test_the_environment_names_the_mirrors_first(keyrings: tuple[Path, ...]) -> None:
    """For machines of other distributions, and for CI with a mirror of its own."""
    environment = {
        MIRROR_VARIABLE: "http://own.example/debian/",
        SECURITY_MIRROR_VARIABLE: "http://own.example/security",
    }

    mirrors = find_mirrors(machine_with(recorded("print_uris.txt")), environment, keyrings)

    assert mirrors.main == "http://own.example/debian"
    assert mirrors.security == "http://own.example/security"


def test_a_machine_without_a_mirror_is_told_how_to_name_one(keyrings: tuple[Path, ...]) -> None:
    """A derivative of Debian has apt but not Debian's archive."""
    runner = machine_with(uri("http://archive.example/ubuntu", "noble"))

    with pytest.raises(MissingToolError, match="no mirror") as caught:
        find_mirrors(runner, {}, keyrings)

    assert MIRROR_VARIABLE in (caught.value.remedy or "")


def test_a_machine_without_apt_is_told_what_it_lacks(keyrings: tuple[Path, ...]) -> None:
    """Not the bare "no such program"."""
    runner = FakeRunner()

    def no_program(argv: tuple[str, ...], cwd: Path | None) -> str:
        raise MissingToolError("apt-get: no such program on this machine")

    runner.rule("apt-get", effect=no_program)

    with pytest.raises(MissingToolError, match="there is no apt-get"):
        find_mirrors(runner, {}, keyrings)


def test_missing_keys_are_named_with_their_package(tmp_path: Path) -> None:
    """Nothing is ever downloaded unchecked."""
    runner = machine_with(recorded("print_uris.txt"))

    with pytest.raises(MissingToolError, match="keys that sign") as caught:
        find_mirrors(runner, {}, (tmp_path / "none.gpg",))

    assert caught.value.remedy == "apt-get install debian-archive-keyring"
