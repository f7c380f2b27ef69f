"""What this machine needs, and how it is installed or asked for."""

from pathlib import Path

import pytest

from harness.host.system_packages import Machine, Need
from harness.values.arch import ARM64, X86_64
from harness.values.errors import MissingToolError
from tests.fake_machine import FakeRunner

QEMU = "qemu-system-x86_64"
PROGRAMS = (QEMU, "clang-19", "ld.lld", "depmod", "modprobe", "dpkg-deb", "apt-get")


class FakeMachine:
    """Programs that come and go, and an apt-get that makes them come."""

    def __init__(self, folder: Path, *programs: str) -> None:
        self.programs = set(programs)
        self.files = {"/usr/share/keyrings/debian-archive-keyring.gpg"}
        self.runner = FakeRunner()
        self.user_id = 0
        self.folder = folder
        self.qemu("7.2.22")
        self.runner.rule("/bin/clang-19", stdout="Debian clang version 19.1.7\n")
        self.runner.rule("apt-get", "update")
        self.runner.rule("apt-cache", "pkgnames", "clang-", stdout="clang-14\nclang-19\nclang\n")

    def qemu(self, version: str) -> None:
        self.runner.rule(
            f"/bin/{QEMU}", stdout=f"QEMU emulator version {version} (Debian 1:7.2+dfsg)\n"
        )

    def installs(self, **programs: str) -> None:
        """`apt-get install` brings these; keys are packages with _ for -."""

        def install(argv: tuple[str, ...], cwd: Path | None) -> str:
            for package, program in programs.items():
                if package.replace("_", "-") in argv:
                    self.programs.add(program)
            return ""

        self.runner.rule("apt-get", "install", effect=install)

    def machine(self) -> Machine:
        return Machine(
            runner=self.runner,
            which=lambda name: f"/bin/{name}" if name in self.programs else None,
            exists=lambda name: name in self.files,
            user_id=lambda: self.user_id,
            lock=self.folder / "lock",
        )

    def installed(self) -> tuple[str, ...]:
        """The packages of the one `apt-get install`."""
        calls = [call for call in self.runner.calls if "install" in call]
        assert len(calls) == 1
        return calls[0][calls[0].index("--no-install-recommends") + 1 :]


@pytest.fixture
def full(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path, *PROGRAMS)


def without(tmp_path: Path, *missing: str) -> FakeMachine:
    return FakeMachine(tmp_path, *(name for name in PROGRAMS if name not in missing))


def test_a_machine_with_everything_is_left_alone(full: FakeMachine) -> None:
    """Versions are asked, nothing is installed; QEMU's comes back."""
    assert full.machine().require(X86_64) == "7.2.22"
    assert full.runner.count("apt-get") == 0
    assert all(found.ok for found in full.machine().look(X86_64))


def test_root_installs_what_is_missing(tmp_path: Path) -> None:
    """One update, one install of exactly the missing packages, no questions asked."""
    fake = without(tmp_path, QEMU, "depmod")
    fake.installs(qemu_system_x86=QEMU, kmod="depmod")

    assert fake.machine().require(X86_64) == "7.2.22"
    assert sorted(fake.installed()) == ["kmod", "qemu-system-x86"]
    assert fake.runner.count("apt-get", "update") == 1
    assert fake.runner.count("env", "DEBIAN_FRONTEND=noninteractive", "install") == 1


def test_each_architecture_needs_its_own_qemu(full: FakeMachine) -> None:
    """The package is in the row of the architecture."""
    missing = [found for found in full.machine().look(ARM64) if not found.ok]

    assert [found.packages for found in missing] == [("qemu-system-arm",)]


def test_sudo_without_a_password_is_used(tmp_path: Path) -> None:
    """As on most CI machines."""
    fake = without(tmp_path, "depmod")
    fake.programs.add("sudo")
    fake.user_id = 1000
    fake.runner.rule("sudo", "-n", "true")
    fake.installs(kmod="depmod")

    fake.machine().require(X86_64)

    assert fake.runner.count("sudo", "-n", "apt-get", "install") == 1


@pytest.mark.parametrize("sudo", [True, False], ids=["sudo asks", "no sudo"])
def test_a_user_gets_the_command_to_type(tmp_path: Path, sudo: bool) -> None:
    """All of it, ready to paste; nothing is run in his name."""
    fake = without(tmp_path, QEMU, "depmod")
    fake.user_id = 1000
    if sudo:
        fake.programs.add("sudo")
        fake.runner.rule("sudo", "-n", "true", status=1, stderr="sudo: a password is required")

    with pytest.raises(MissingToolError, match="qemu-system-x86 kmod") as caught:
        fake.machine().require(X86_64)

    assert caught.value.remedy == (
        "sudo apt-get update && sudo apt-get install --yes --no-install-recommends "
        "qemu-system-x86 kmod"
    )
    assert caught.value.exit_code == 3
    assert fake.runner.count("apt-get") == 0


def test_a_machine_without_apt_gets_the_names(tmp_path: Path) -> None:
    """Other distributions call them something similar."""
    fake = without(tmp_path, "depmod", "apt-get")

    with pytest.raises(MissingToolError, match=r"has no apt-get.*kmod") as caught:
        fake.machine().require(X86_64)

    assert "distribution" in (caught.value.remedy or "")


@pytest.mark.parametrize("version", ["7.1.0", "6.2", "5.2.0"])
def test_a_qemu_that_is_too_old_is_refused(full: FakeMachine, version: str) -> None:
    """The same package again would not help."""
    full.qemu(version)

    with pytest.raises(MissingToolError, match=f"is version {version}") as caught:
        full.machine().require(X86_64)

    assert "backports" in (caught.value.remedy or "")
    assert full.runner.count("apt-get") == 0


@pytest.mark.parametrize("version", ["7.2.0", "10.0.2", "8.2"])
def test_a_newer_qemu_will_do(full: FakeMachine, version: str) -> None:
    """Compared as numbers: 10 is more than 7."""
    full.qemu(version)

    assert full.machine().require(X86_64) == version


def test_a_qemu_that_says_nothing_is_broken(full: FakeMachine) -> None:
    """A missing shared library, for example."""
    full.runner.rule(f"/bin/{QEMU}", status=127, stderr="error while loading shared libraries")

    with pytest.raises(MissingToolError, match="loading shared libraries"):
        full.machine().require(X86_64)


def test_a_failed_installation_is_shown(tmp_path: Path) -> None:
    """apt's own words, and the command to try by hand."""
    fake = without(tmp_path, "depmod")
    fake.runner.rule("apt-get", "install", status=100, stderr="E: Unable to locate package kmod")

    with pytest.raises(MissingToolError, match="Unable to locate package kmod") as caught:
        fake.machine().require(X86_64)

    assert "apt-get install" in (caught.value.remedy or "")


def test_an_installation_that_brought_no_qemu_is_an_error(tmp_path: Path) -> None:
    """apt-get may end well all the same."""
    fake = without(tmp_path, QEMU)
    fake.installs()

    with pytest.raises(MissingToolError, match="still missing"):
        fake.machine().require(X86_64)


@pytest.mark.parametrize(
    ("available", "packages"),
    [
        ("clang-14\nclang-19\nclang-21\n", ["clang-19", "lld-19"]),
        ("clang-15\nclang-18\nclang-17\n", ["clang-18", "lld-18"]),
    ],
    ids=["preferred", "an older release"],
)
def test_the_clang_that_this_release_has_is_installed(
    tmp_path: Path, available: str, packages: list[str]
) -> None:
    """19 where it is to be had, otherwise the newest."""
    fake = without(tmp_path, "clang-19", "ld.lld")
    fake.runner.rule("apt-cache", "pkgnames", "clang-", stdout=available)
    fake.installs(clang_19="clang-19", lld_19="ld.lld", clang_18="clang-19", lld_18="ld.lld")

    fake.machine().require(X86_64)

    assert sorted(fake.installed()) == packages


def test_a_release_with_only_old_clangs_says_so(tmp_path: Path) -> None:
    """Before anything is installed."""
    fake = without(tmp_path, "clang-19")
    fake.runner.rule("apt-cache", "pkgnames", "clang-", stdout="clang-11\nclang-13\n")

    with pytest.raises(MissingToolError, match="no clang newer than 13"):
        fake.machine().require(X86_64)

    assert fake.runner.count("install") == 0


def test_a_linker_beside_the_compiler_will_do(tmp_path: Path) -> None:
    """lld-19 installs ld.lld-19 on the path, and ld.lld only beside clang-19."""
    fake = without(tmp_path, "ld.lld")
    fake.files.add(str(Path("/bin/clang-19").resolve().parent / "ld.lld"))

    assert all(found.ok for found in fake.machine().look(X86_64))


def test_a_missing_linker_is_of_the_compilers_version(tmp_path: Path) -> None:
    """lld-14 would not read clang-19's objects."""
    fake = without(tmp_path, "ld.lld")

    missing = [found for found in fake.machine().look(X86_64) if not found.ok]

    assert [found.packages for found in missing] == [("lld-19",)]


def test_missing_keys_are_a_package_like_any_other(full: FakeMachine) -> None:
    """A derivative of Debian may lack them."""
    full.files.clear()

    missing = [found for found in full.machine().look(X86_64) if not found.ok]

    assert [found.packages for found in missing] == [("debian-archive-keyring",)]


def test_needs_of_a_build_are_installed_by_the_same_rules(tmp_path: Path) -> None:
    """Only what is missing, and looked for again afterwards."""
    fake = FakeMachine(tmp_path, *PROGRAMS, "flex")
    fake.installs(bison="bison")

    fake.machine().require_needs((_need("flex"), _need("bison")))

    assert fake.installed() == ("bison",)


def test_a_package_that_does_not_bring_the_program_is_named(tmp_path: Path) -> None:
    """Else the build would fail on it a minute later."""
    fake = FakeMachine(tmp_path, *PROGRAMS)
    fake.installs(bison="yacc")

    with pytest.raises(MissingToolError, match="still missing after bison was installed: bison"):
        fake.machine().require_needs((_need("bison"),))


def test_a_machine_that_can_build_is_left_alone(tmp_path: Path) -> None:
    """No lock, no apt."""
    fake = FakeMachine(tmp_path, *PROGRAMS, "flex")

    fake.machine().require_needs((_need("flex"),))

    assert fake.runner.count("apt-get") == 0


def _need(program: str) -> Need:
    return Need(program, (program,), "for a test", programs=(program,))
