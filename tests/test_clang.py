"""Which clang is taken, and what it is told about its target."""

from pathlib import Path

import pytest

from harness.host.commands import run_command
from harness.toolchain.clang import Clang, find_clang
from harness.values.arch import ARM64, S390X, X86_64
from harness.values.errors import MissingToolError
from tests.fake_machine import FakeRunner


def machine(**versions: str) -> tuple[dict[str, str], FakeRunner]:
    """Programs by name, e.g. clang_19="19.1.7"."""
    programs, runner = {}, FakeRunner()
    for key, version in versions.items():
        name = key.replace("_", "-")
        programs[name] = f"/usr/bin/{name}"
        runner.rule(f"/usr/bin/{name}", stdout=f"Debian clang version {version} (3)\nTarget: x\n")
    return programs, runner


@pytest.mark.parametrize(
    ("versions", "taken"),
    [
        ({"clang_19": "19.1.7", "clang_22": "22.1.0", "clang": "14.0.6"}, "clang-19"),
        ({"clang_17": "17.0.6", "clang_18": "18.1.8"}, "clang-18"),
        ({"clang": "21.1.0"}, "clang"),
        ({"clang_17": "17.0.6", "clang": "22.1.0"}, "clang-17"),
    ],
    ids=["preferred", "newest of others", "plain name", "numbered before plain"],
)
def test_the_best_clang_of_the_machine_is_taken(versions: dict[str, str], taken: str) -> None:
    """The measured one, then the newest numbered, then whatever `clang` is."""
    programs, runner = machine(**versions)

    assert find_clang(programs.get, runner).program == Path(f"/usr/bin/{taken}")


def test_the_whole_version_line_is_kept() -> None:
    """It tells two builds of 19.1.7 apart, so caches can depend on it."""
    programs, runner = machine(clang_19="19.1.7")

    clang = find_clang(programs.get, runner)

    assert (clang.version, clang.major) == ("Debian clang version 19.1.7 (3)", 19)


def test_a_clang_that_is_too_old_is_named() -> None:
    """Debian 12's own `clang` is 14."""
    programs, runner = machine(clang="14.0.6")

    with pytest.raises(MissingToolError, match=r"found only /usr/bin/clang .*14\.0\.6") as caught:
        find_clang(programs.get, runner)

    assert caught.value.remedy == "apt-get install clang-19 lld-19"


def test_without_any_clang_the_package_is_named() -> None:
    """Nothing is run to find out."""
    with pytest.raises(MissingToolError, match="no clang of version 17"):
        find_clang(lambda name: None, FakeRunner())


def test_something_else_called_clang_is_passed_over() -> None:
    """A wrapper that says nothing of a version."""
    runner = FakeRunner()
    runner.rule("/usr/bin/clang", status=1, stderr="broken wrapper")

    with pytest.raises(MissingToolError, match="of unknown version"):
        find_clang({"clang": "/usr/bin/clang"}.get, runner)


def test_flags_come_from_the_architecture() -> None:
    """Byte order and register names of the kernel under test, not of this machine."""
    clang = Clang(Path("clang"), "19", 19)

    assert clang.filter_flags(X86_64) == ("-target", "bpfel", "-D__TARGET_ARCH_x86")
    assert clang.filter_flags(S390X) == ("-target", "bpfeb", "-D__TARGET_ARCH_s390")
    assert clang.agent_flags(ARM64, Path("/s")) == ("--target=aarch64-linux-gnu", "--sysroot=/s")


def test_a_real_program_without_a_version_is_no_clang(tmp_path: Path) -> None:
    """Through the real runner."""
    program = tmp_path / "clang"
    program.write_text("#!/bin/sh\necho gcc 12\n")
    program.chmod(0o755)

    with pytest.raises(MissingToolError):
        find_clang({"clang": str(program)}.get, run_command)
