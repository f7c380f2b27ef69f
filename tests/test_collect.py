"""harness.runner.collect: from paths to cases, and every kind of file that is none."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.runner.collect import Chosen, Collector
from harness.toolchain.plain_filters import PlainFilters
from harness.values.arch import S390X, X86_64, Arch
from harness.values.errors import CaseError, CompileError, ObjectError, UsageError
from harness.values.event import Event
from tests.elf_builder import build_elf, patched_section
from tests.recorded_files import recorded_object

RETURN_0 = bytes.fromhex("b700000000000000 9500000000000000")
SCENARIO = """\
from harness.scenario import Bench, scenario


@scenario(needs="{needs}")
def storm(bench: Bench) -> None:
    pass
"""


class TextCompiler:
    """ "Compiles" a C file that holds an object; one that begins with `error` does not compile."""

    def __call__(self, source: Path, /) -> bytes:
        data = source.read_bytes()
        if data.startswith(b"error"):
            raise CompileError(f"{source}:3:2: error: use of undeclared identifier 'x'")
        return data

    def plain(
        self, source: Path, events: Mapping[str, Sequence[Event]], *, types: bool = True
    ) -> PlainFilters:
        raise AssertionError(source)


def collector(arch: Arch = X86_64) -> Collector:
    return Collector(arch, TextCompiler())


def obj(*names: str) -> bytes:
    """An object without annotations: its filters must be accepted, and no more."""
    sections = {f"socket/{name}": RETURN_0 for name in names}
    functions = {name: f"socket/{name}" for name in names}
    return build_elf({**sections, "license": b"GPL\0"}, functions=functions)


def names(folder: Path, *texts: str) -> list[str]:
    cases = collector().collect([Chosen.parse(text) for text in texts])
    return [str(case.id).removeprefix(f"{folder}/") for case in cases]


def test_a_folder_gives_the_cases_of_its_files_in_order(tmp_path: Path) -> None:
    """Other files in it are nobody's business: headers, objects, Python that is no scenario."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/b.bpf.c").write_bytes(obj("two"))
    (tmp_path / "a.bpf.c").write_bytes(obj("one"))
    (tmp_path / "scenario_s.py").write_text(SCENARIO.format(needs=""))
    (tmp_path / "conftest.py").write_text("raise SystemExit\n")
    (tmp_path / "left.bpf.o").write_bytes(b"not ELF")

    assert names(tmp_path, str(tmp_path)) == [
        "a.bpf.c:one",
        "deep/b.bpf.c:two",
        "scenario_s.py:storm",
    ]


def test_a_program_after_the_colon_is_all_that_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.o"
    path.write_bytes(obj("one", "two"))

    assert names(tmp_path, f"{path}:two") == ["a.o:two"]
    with pytest.raises(CaseError, match="has no case 'three'") as caught:
        names(tmp_path, f"{path}:three")
    assert caught.value.remedy == "it has: one two"


def test_a_case_that_is_chosen_twice_is_run_once(tmp_path: Path) -> None:
    (tmp_path / "a.bpf.c").write_bytes(obj("one"))

    assert names(tmp_path, str(tmp_path), str(tmp_path / "a.bpf.c")) == ["a.bpf.c:one"]


def test_only_wanted_names_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.o"
    path.write_bytes(obj("one", "two"))

    cases = collector().collect([Chosen.parse(str(path))], lambda name: "two" in name)

    assert [case.id.program for case in cases] == ["two"]


def test_both_loads_of_an_annotated_filter_are_cases(tmp_path: Path) -> None:
    """And what is for other architectures, or auxiliary, is none."""
    path = tmp_path / "second_generation.o"
    path.write_bytes(recorded_object("second_generation.o"))

    found = names(tmp_path, str(path))

    assert found
    assert any(name.endswith(" @unpriv") for name in found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not"),
        (b"int main(void) {}\n", "not"),
        (b"\x7fELF", ""),
        (obj("one")[:200], ""),
        (build_elf({"license": b"GPL\0"}), ""),
        (patched_section(obj("one"), "socket/one", size=1 << 30), ""),
        (Path("/bin/true").read_bytes(), ""),
    ],
    ids=["empty", "text", "magic", "truncated", "no programs", "1 GB section", "host program"],
)
def test_an_object_that_is_none_is_refused_by_its_name(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "bad.o"
    path.write_bytes(data)

    with pytest.raises(ObjectError, match=rf"bad\.o.*{said}"):
        names(tmp_path, str(path))


def test_an_object_of_the_other_byte_order_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "little.o"
    path.write_bytes(obj("one"))

    with pytest.raises(ObjectError, match="compiled for little-endian machines, s390x is big"):
        collector(S390X).read(path)


def test_c_that_does_not_compile_is_told_in_clangs_words(tmp_path: Path) -> None:
    (tmp_path / "a.bpf.c").write_text("error")

    with pytest.raises(CompileError, match=r"a\.bpf\.c:3:2: error: use of undeclared"):
        names(tmp_path, str(tmp_path))


def test_all_malformed_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.bpf.c").write_text("error")
    (tmp_path / "b.bpf.c").write_text("not ELF")
    (tmp_path / "good.bpf.c").write_bytes(obj("one"))
    (tmp_path / "scenario_c.py").write_text(SCENARIO.format(needs="warp"))

    with pytest.raises(CaseError, match="3 files hold malformed cases") as caught:
        names(tmp_path, str(tmp_path))
    for said in ("a.bpf.c:3:2", "b.bpf.c", "unknown feature 'warp'"):
        assert said in caught.value.message


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder: nowhere:x"):
        Chosen.parse("nowhere:x")
    with pytest.raises(CaseError, match="no cases in"):
        names(tmp_path, str(tmp_path))
