"""When the agent is built anew, and with what commands."""

from pathlib import Path

import pytest

from harness.toolchain.agent import SOURCES, AgentBuild, AgentStore
from harness.toolchain.clang import Clang
from harness.toolchain.sysroot import Sysroot
from harness.values.arch import ARM64, X86_64
from harness.values.errors import CompileError, InfrastructureError
from tests.fake_machine import FakeRunner

CLANG = Clang(Path("/usr/bin/clang-19"), "clang version 19.1.7", 19)


def output_of(argv: tuple[str, ...]) -> Path:
    return Path(argv[argv.index("-o") + 1])


def compiler() -> FakeRunner:
    runner = FakeRunner()

    def write(argv: tuple[str, ...], cwd: Path | None) -> str:
        output_of(argv).write_text("built")
        return ""

    runner.rule(str(CLANG.program), effect=write)
    return runner


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "agent"
    folder.mkdir()
    (folder / "main.c").write_text("int main(void) { return 0; }\n")
    (folder / "wire.c").write_text('#include "wire.h"\n')
    (folder / "wire.h").write_text("#define VERSION 1\n")
    return folder


@pytest.fixture
def runner() -> FakeRunner:
    return compiler()


@pytest.fixture
def store(tmp_path: Path, sources: Path, runner: FakeRunner) -> AgentStore:
    return AgentStore(tmp_path / "agents", sources, lambda: CLANG, runner)


@pytest.fixture
def sysroot(tmp_path: Path) -> Sysroot:
    return Sysroot(X86_64, tmp_path / "sysroot", "key1")


def test_an_agent_is_built_once(store: AgentStore, sysroot: Sysroot, runner: FakeRunner) -> None:
    """Every source compiled, then linked; the second time nothing."""
    first = store.get(sysroot)
    second = store.get(sysroot)

    assert first == second
    assert first.read_text() == "built"
    assert runner.count("-c") == 2
    assert len(runner.calls) == 3
    assert [path.name for path in first.parent.iterdir()] == ["agent"]


def test_the_folder_is_the_build_id_the_agent_reports(
    store: AgentStore, sysroot: Sysroot, runner: FakeRunner
) -> None:
    """So that a guest with another agent in it is noticed."""
    build_id = store.get(sysroot).parent.name

    assert runner.count(f'-DAGENT_BUILD="{build_id}"') == 2


@pytest.mark.parametrize("name", ["main.c", "wire.h", "new.h"])
def test_a_changed_source_or_header_means_a_new_agent(
    store: AgentStore, sysroot: Sysroot, sources: Path, name: str
) -> None:
    """The content counts, not the time of the file."""
    before = store.get(sysroot)
    (sources / name).write_text("/* other text */\n")

    assert store.get(sysroot) != before


def test_another_compiler_sysroot_or_target_means_a_new_agent(
    store: AgentStore, sysroot: Sysroot, tmp_path: Path, sources: Path
) -> None:
    """Everything the binary depends on is in its name."""
    build = AgentBuild(CLANG, sysroot, (sources / "main.c",), ())
    other_clang = AgentBuild(
        Clang(CLANG.program, "clang version 20.1.0", 20), sysroot, (sources / "main.c",), ()
    )
    other_sysroot = AgentBuild(
        CLANG, Sysroot(X86_64, sysroot.path, "key2"), (sources / "main.c",), ()
    )
    other_arch = AgentBuild(CLANG, Sysroot(ARM64, sysroot.path, "key1"), (sources / "main.c",), ())

    ids = {build.build_id() for build in (build, other_clang, other_sysroot, other_arch)}
    assert len(ids) == 4


def test_the_place_of_the_sources_does_not_matter(sysroot: Sysroot, tmp_path: Path) -> None:
    """Two clones share one agent."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.c").write_text("same")
    one, two = (
        AgentBuild(CLANG, sysroot, (tmp_path / name / "main.c",), ()) for name in ("one", "two")
    )

    assert one.build_id() == two.build_id()


def test_commands_name_target_sysroot_and_libraries_in_order(
    sysroot: Sysroot, sources: Path
) -> None:
    """Warnings are errors, the link is static, libz comes before libelf."""
    build = AgentBuild(CLANG, sysroot, (sources / "main.c",), ())

    compile_command = build.compile_command(sources / "main.c", Path("main.o"), "id")
    link_command = build.link_command((Path("main.o"),), Path("agent"))

    assert compile_command[:3] == (
        "/usr/bin/clang-19",
        "--target=x86_64-linux-gnu",
        f"--sysroot={sysroot.path}",
    )
    assert {"-Wall", "-Wextra", "-Werror"} <= set(compile_command)
    assert {"-static", "-fuse-ld=lld"} <= set(link_command)
    assert link_command.index("-lz") < link_command.index("-lelf")
    assert link_command.index("main.o") < link_command.index("-lbpf")


def test_all_errors_of_the_compiler_are_shown_and_nothing_kept(
    store: AgentStore, sysroot: Sysroot, runner: FakeRunner
) -> None:
    """clang's own messages, of every file that failed."""
    for name in ("main", "wire"):
        runner.rule(
            str(store.sources / f"{name}.c"), status=1, stderr=f"{name}.c:3:1: error: bad {name}\n"
        )

    with pytest.raises(CompileError) as caught:
        store.get(sysroot)

    assert "main.c:3:1: error: bad main" in caught.value.message
    assert "wire.c:3:1: error: bad wire" in caught.value.message
    assert store.cached(sysroot) is None
    assert runner.count("-static") == 0


def test_a_failed_link_is_shown(store: AgentStore, sysroot: Sysroot, runner: FakeRunner) -> None:
    """For example a library the sysroot lacks."""
    runner.rule("-static", status=1, stderr="ld.lld: error: unable to find library -lbpf\n")

    with pytest.raises(CompileError, match="unable to find library -lbpf"):
        store.get(sysroot)


def test_cached_builds_nothing(store: AgentStore, sysroot: Sysroot, runner: FakeRunner) -> None:
    """What `doctor` looks at."""
    assert store.cached(sysroot) is None
    assert runner.calls == []
    built = store.get(sysroot)

    assert store.cached(sysroot) == built


def test_a_missing_source_folder_is_named(store: AgentStore, sysroot: Sysroot) -> None:
    """An installation without the repository around it."""
    lost = AgentStore(store.folder, store.folder / "nowhere", lambda: CLANG, compiler())

    with pytest.raises(InfrastructureError, match=r"sources are not in .*nowhere"):
        lost.get(sysroot)


def test_the_sources_of_the_repository_are_found() -> None:
    """Relative to this package, wherever it is cloned."""
    assert (SOURCES / "main.c").is_file()
