"""`bpf-harness doctor`: each row's state, the commands that mend, the exit code."""

import io
from argparse import ArgumentParser
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.cli.doctor import Doctor, add_arguments, run
from harness.host.system_packages import Machine
from harness.kernels.resolve import KernelStore
from harness.toolchain.agent import AgentStore
from harness.toolchain.clang import Clang
from harness.toolchain.sysroot import SysrootStore
from harness.values.accel import Accel, AccelProof
from harness.values.errors import InfrastructureError, MissingToolError
from harness.values.image import Image
from tests.fake_kernel import RELEASE, make_kernel_deb
from tests.fake_machine import FakeRunner, fake_apt, fake_archive, make_deb, serve_packages

QEMU = "qemu-system-x86_64"


@dataclass
class Bench:
    """A doctor on a machine where every program is a fake."""

    doctor: Doctor
    runner: FakeRunner
    programs: set[str]

    def run(self, *words: str) -> tuple[int, str]:
        parser = ArgumentParser()
        add_arguments(parser)
        out = io.StringIO()
        status = run(parser.parse_args(words), out, self.doctor)
        return status, out.getvalue()


def make_package(name: str, path: Path) -> None:
    if name.startswith("linux-image-"):
        make_kernel_deb(name, path)
    else:
        make_deb(path, {"usr/bin/busybox": b"", f"usr/include/{name}.h": b""})


def compile_nothing(argv: tuple[str, ...], cwd: Path | None) -> str:
    Path(argv[argv.index("-o") + 1]).write_text("built")
    return ""


def fake_programs() -> FakeRunner:
    runner = fake_apt()
    serve_packages(runner, make_package)
    runner.rule(f"/bin/{QEMU}", stdout="QEMU emulator version 7.2.22\n")
    runner.rule("/bin/clang-19", effect=compile_nothing)
    runner.rule("/bin/clang-19", "--version", stdout="clang version 19.1.7\n")
    return runner


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    runner = fake_programs()
    programs = {QEMU, "clang-19", "ld.lld", "depmod", "modprobe", "dpkg-deb", "apt-get"}
    archive = fake_archive(tmp_path, runner)
    sources = tmp_path / "agent"
    sources.mkdir()
    (sources / "main.c").write_text("")
    machine = Machine(
        runner=runner,
        which=lambda name: f"/bin/{name}" if name in programs else None,
        exists=lambda name: True,
        user_id=lambda: 1000,
        lock=tmp_path / "lock",
    )
    doctor = Doctor(
        machine=machine,
        kernels=KernelStore(tmp_path / "kernels", archive, runner),
        sysroots=SysrootStore(tmp_path / "sysroots", archive, runner),
        agents=AgentStore(
            tmp_path / "agents", sources, lambda: Clang(Path("/bin/clang-19"), "19", 19), runner
        ),
        image=lambda kernel, files: Image(tmp_path / "initramfs.cpio", "digest", files.build),
        accel=lambda choice, kernel, image: AccelProof(Accel.TCG, "no /dev/kvm"),
        free_mib=lambda: 50_000,
    )
    return Bench(doctor, runner, programs)


def states(said: str) -> dict[str, str]:
    """State by thing, from the table above the empty line."""
    table = said.partition("\n\n")[0]
    return {" ".join(line.split()[1:])[:40]: line.split()[0] for line in table.splitlines()}


def state_of(said: str, thing: str) -> str:
    (state,) = [state for row, state in states(said).items() if row.startswith(thing)]
    return state


def test_on_a_fresh_machine_the_cached_things_are_missing(bench: Bench) -> None:
    """Exit code 3, the commands that fix it, and no network."""
    status, said = bench.run()

    assert status == 3
    assert state_of(said, "clang") == "ok"
    for thing in ("kernel", "sysroot", "agent", "image", "acceleration"):
        assert state_of(said, thing) == "missing"
    fixes = said.partition("to fix it:\n")[2]
    assert "  bpf-harness kernels fetch --arch x86_64 debian:6.12\n" in fixes
    assert fixes.count("bpf-harness doctor --fix --arch x86_64 --kernel debian:6.12\n") == 1
    assert bench.runner.count("apt-get") == 0


def test_fix_makes_everything_ok(bench: Bench) -> None:
    """Exit code 0 and no commands to type."""
    status, said = bench.run("--fix")

    assert status == 0
    assert set(states(said).values()) == {"ok"}
    assert "to fix it" not in said
    assert RELEASE in said
    assert "tcg (no /dev/kvm)" in said


def test_after_fix_everything_stays_ok_without_network(bench: Bench) -> None:
    """Nothing is downloaded or compiled again."""
    bench.run("--fix")
    downloads, compiled = bench.runner.count("apt-get"), bench.runner.count("-c")

    status, _ = bench.run()

    assert status == 0
    assert bench.runner.count("apt-get") == downloads
    assert bench.runner.count("-c") == compiled


def test_a_missing_program_comes_with_its_installation(bench: Bench) -> None:
    """The row says missing, the command is complete."""
    bench.programs.discard(QEMU)

    status, said = bench.run()

    assert status == 3
    assert state_of(said, QEMU) == "missing"
    assert (
        "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends "
        "qemu-system-x86\n" in said
    )


def test_fix_says_what_it_may_not_do(bench: Bench) -> None:
    """Without root and sudo the command to type is the error's remedy."""
    bench.programs.discard("depmod")

    with pytest.raises(MissingToolError, match="kmod"):
        bench.run("--fix")


def test_without_a_compiler_the_table_is_still_whole(bench: Bench) -> None:
    """doctor is for broken machines."""
    bench.run("--fix")
    bench.programs.discard("clang-19")

    def no_clang() -> Clang:
        raise MissingToolError("no clang")

    bench.doctor = replace(bench.doctor, agents=replace(bench.doctor.agents, clang=no_clang))
    status, said = bench.run()

    assert status == 3
    assert state_of(said, "clang") == "missing"
    assert state_of(said, "agent") == "missing"
    assert state_of(said, "kernel") == "ok"


def test_little_room_on_the_disk_is_said_before_it_runs_out(bench: Bench) -> None:
    """A kernel, a sysroot and a saved guest need about a GiB."""
    bench.doctor = replace(bench.doctor, free_mib=lambda: 200)

    status, said = bench.run("--fix")

    assert status == 3
    assert state_of(said, "disk space 200 MiB free") == "missing"


def test_a_guest_that_cannot_be_tried_is_a_row_not_a_crash(bench: Bench) -> None:
    """For example a kernel that does not boot at all."""

    def broken(*args: object) -> AccelProof:
        raise InfrastructureError("the guest did not come up", remedy="look at console.log")

    bench.doctor = replace(bench.doctor, accel=broken)
    status, said = bench.run("--fix")

    assert status == 3
    assert "the guest did not come up" in said
    assert "  look at console.log\n" in said


def test_another_architecture_has_its_own_rows(bench: Bench) -> None:
    """Nothing of it is there."""
    status, said = bench.run("--arch", "aarch64")

    assert status == 3
    assert state_of(said, "qemu-system-aarch64") == "missing"
    assert "kernels fetch --arch arm64 debian:6.12" in said
