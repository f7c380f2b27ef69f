"""Compiling C files: clang is run when something changed, and only then."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from harness.formats.c_source import parse_c_source
from harness.formats.object_file import read_object
from harness.host.commands import Completed, run_command
from harness.toolchain.clang import installed_clang
from harness.toolchain.filter_source import HEADERS, FilterBuild, FilterStore, parse_rule
from harness.toolchain.sysroot import Sysroot
from harness.values.arch import ARM, ARM64, S390X, X86_64, Arch, ByteOrder
from harness.values.errors import CompileError, InfrastructureError, UsageError
from tests.elf_builder import section_content

_SEC = '__attribute__((section("socket"), used))'
_FULL = f'#include "value.h"\n{_SEC} int f(void *ctx) {{ return VALUE; }}\n'


class _Counting:
    """Runs clang, and remembers how often."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def __call__(self, argv: Sequence[str], *, cwd: Path | None = None) -> Completed:
        self.calls.append(tuple(argv))
        return run_command(argv, cwd=cwd)


def _build(folder: Path, text: str = _FULL, arch: Arch = X86_64) -> FilterBuild:
    (folder / "f.c").write_text(text)
    if not (folder / "value.h").exists():
        (folder / "value.h").write_text("#define VALUE 1\n")
    return FilterBuild(folder / "f.c", installed_clang(), Sysroot(arch, folder / "nowhere", "key"))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "a folder with blanks"
    folder.mkdir()
    return folder


@pytest.fixture
def clang() -> _Counting:
    return _Counting()


@pytest.fixture
def store(tmp_path: Path, clang: _Counting) -> FilterStore:
    return FilterStore(tmp_path / "cache", clang)


@pytest.mark.parametrize(("arch", "order"), [(X86_64, ByteOrder.LITTLE), (S390X, ByteOrder.BIG)])
def test_an_object_has_the_byte_order_of_the_target(
    store: FilterStore, sources: Path, arch: Arch, order: ByteOrder
) -> None:
    """The only thing about the host that could leak in, and must not."""
    found = read_object(store.get(_build(sources, arch=arch)).data)

    assert (found.byte_order, found.filter("f").insns) == (order, 2)


def test_a_second_time_nothing_is_compiled(
    store: FilterStore, clang: _Counting, sources: Path
) -> None:
    """Also by another run, which knows only the folder."""
    first = store.get(_build(sources))

    again = FilterStore(store.folder, clang).get(_build(sources))

    assert again == first
    assert len(clang.calls) == 1


@pytest.mark.parametrize("name", ["f.c", "value.h"])
def test_a_change_of_the_file_or_of_a_header_is_compiled(
    store: FilterStore, clang: _Counting, sources: Path, name: str
) -> None:
    """By content: the header is found out by clang itself (-MD)."""
    build = _build(sources)
    before = store.get(build)

    with (sources / name).open("a") as file:
        file.write(f"{_SEC} int g(void *ctx) {{ return 2; }}\n")
    after = store.get(build)

    assert [spec.name for spec in read_object(before.data).filters] == ["f"]
    assert {spec.name for spec in read_object(after.data).filters} == {"f", "g"}
    assert len(clang.calls) == 2


def test_a_changed_date_alone_compiles_nothing(
    store: FilterStore, clang: _Counting, sources: Path
) -> None:
    """A fresh clone has fresh dates."""
    build = _build(sources)
    store.get(build)
    for name in ("f.c", "value.h"):
        os.utime(sources / name, (1, 1))

    store.get(build)

    assert len(clang.calls) == 1


def test_a_header_that_went_away_is_noticed(store: FilterStore, sources: Path) -> None:
    """The object in the cache is not what the file would give now."""
    build = _build(sources)
    store.get(build)
    (sources / "value.h").unlink()

    with pytest.raises(CompileError, match=r"value\.h"):
        store.get(build)


def test_going_back_to_an_earlier_version_compiles_it_once_more_at_most(
    store: FilterStore, clang: _Counting, sources: Path
) -> None:
    """A bisecter goes to and fro; the object must be the right one each time."""
    build = _build(sources)
    first = store.get(build).data
    (sources / "value.h").write_text("#define VALUE 2\n")
    second = store.get(build).data
    (sources / "value.h").write_text("#define VALUE 1\n")

    assert store.get(build).data == first != second
    assert len(clang.calls) <= 3


def test_flags_are_part_of_what_is_compiled(
    store: FilterStore, clang: _Counting, sources: Path
) -> None:
    """cpu=v1 has no 32-bit moves."""
    build = _build(sources)
    store.get(build)

    (sources / "f.c").write_text("// bpf-harness: cpu=v1\n" + _FULL)
    store.get(build)
    store.get(replace(build, include=(sources,)))

    assert [call.count("-mcpu=v1") for call in clang.calls] == [0, 1, 1]


def test_what_does_not_compile_gives_clangs_own_message(store: FilterStore, sources: Path) -> None:
    """File, line and the offending text, as the user knows them."""
    build = _build(sources, 'int x;\nint f(void) { return y; }\n#include "value.h"\n')

    with pytest.raises(CompileError, match="does not compile") as caught:
        store.get(build)

    assert "f.c:2:22: error: use of undeclared identifier 'y'" in str(caught.value)
    assert not list(store.folder.glob("**/*.o"))


def test_a_warning_is_an_error_in_a_case(store: FilterStore, sources: Path) -> None:
    """Cases are kept; they must be clean."""
    unused = f'#include "value.h"\n{_SEC} int f(void *ctx) {{ int unused; return 1; }}\n'

    with pytest.raises(CompileError, match="Werror"):
        store.get(_build(sources, unused))


def test_a_warning_is_passed_on_for_a_file_that_uses_filter_h(
    store: FilterStore, sources: Path
) -> None:
    """Somebody looking at a kernel is told, every time, and not stopped."""
    (sources / "filter.h").write_text("")
    unused = f'#include "filter.h"\n{_SEC} int f(void *ctx) {{ int unused; return 1; }}\n'
    build = _build(sources, unused)

    said = [store.get(build).warnings for _ in range(2)]

    assert "f.c:2:" in said[0]
    assert "unused variable" in said[0]
    assert said[1] == said[0]


def test_the_machines_own_headers_are_not_searched(sources: Path) -> None:
    """What a filter becomes must not depend on what is installed."""
    build = _build(sources)
    flags = build.flags(parse_c_source(_FULL))

    said = run_command((str(build.clang.program), *flags, "-E", "-v", "-x", "c", "/dev/null"))

    searched = said.stderr.partition("search starts here:")[2].split()
    assert "/usr/include" not in searched
    assert str(HEADERS) in searched


def test_an_object_does_not_know_where_it_was_compiled(store: FilterStore, sources: Path) -> None:
    """So that two checkouts give the same object."""
    assert str(sources).encode() not in store.get(_build(sources)).data


def test_an_object_holds_the_lines_of_its_source(store: FilterStore, sources: Path) -> None:
    """The verifier shows them in its log: that is how a refusal is traced to a line of C."""
    assert b"return VALUE;" in section_content(store.get(_build(sources)).data, ".BTF")


def test_a_wrapper_is_compiled_in_place_of_the_file(store: FilterStore, sources: Path) -> None:
    """It is what adds the programs of `bpf-harness run`; the file is still what counts."""
    (sources / "filter.h").write_text("")
    build = _build(sources, '#include "filter.h"\nint helper(int x) { return x; }\n')
    text = f'#include "{sources / "f.c"}"\n{_SEC} int f(void *ctx) {{ return helper(3); }}\n'

    found = read_object(store.get(replace(build, wrapper=text)).data)

    assert [spec.name for spec in found.filters] == ["f"]


def test_a_change_of_the_wrapped_file_is_compiled(
    store: FilterStore, clang: _Counting, sources: Path
) -> None:
    """Not only one of the wrapper."""
    (sources / "filter.h").write_text("")
    build = replace(_build(sources, '#include "filter.h"\nint x;\n'), wrapper=_FULL)
    store.get(replace(build, include=(sources,)))
    (sources / "f.c").write_text('#include "filter.h"\nint y;\n')

    store.get(replace(build, include=(sources,)))

    assert len(clang.calls) == 2


def test_two_runs_at_once_give_the_same_object(tmp_path: Path, sources: Path) -> None:
    """Whoever is first publishes; nobody sees half an object."""
    build = _build(sources)

    with ThreadPoolExecutor(8) as pool:
        objects = list(pool.map(lambda _: FilterStore(tmp_path / "c").get(build).data, range(8)))

    assert len(set(objects)) == 1
    assert not list((tmp_path / "c").glob(".compile-*"))


def test_an_interrupted_run_leaves_nothing(tmp_path: Path, sources: Path) -> None:
    """Ctrl-C in the middle of clang."""

    def interrupted(argv: Sequence[str], *, cwd: Path | None = None) -> Completed:
        Path(argv[argv.index("-o") + 1]).write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FilterStore(tmp_path / "c", interrupted).get(_build(sources))

    assert not [path for path in (tmp_path / "c").rglob("*") if path.is_file()]


def test_a_full_disk_is_not_the_files_fault(tmp_path: Path, sources: Path) -> None:
    """clang says it in its own words; the user must not look for an error in the C."""

    def full(argv: Sequence[str], *, cwd: Path | None = None) -> Completed:
        return Completed(tuple(argv), 1, "", "LLVM ERROR: IO failure: No space left on device")

    with pytest.raises(InfrastructureError, match="no space left"):
        FilterStore(tmp_path / "c", full).get(_build(sources))


def test_a_file_that_cannot_be_read_is_named(store: FilterStore, sources: Path) -> None:
    """A typing error on the command line."""
    build = replace(_build(sources), source=sources / "g.c")

    with pytest.raises(UsageError, match=r"cannot read .*g\.c: No such file"):
        store.get(build)


def test_makefile_rules_are_read_with_their_escapes() -> None:
    """clang -MD escapes blanks and # with a backslash, and doubles $."""
    text = "x/f.o: /a\\ b/f.c \\\n  /inc/v\\#1.h /inc/$$x.h\n"

    assert parse_rule(text) == ("/a b/f.c", "/inc/v#1.h", "/inc/$x.h")


def test_where_kernels_carry_no_types_a_file_that_wants_them_is_told(
    store: FilterStore, sources: Path
) -> None:
    """And one that does not want them still has filter.h."""
    with pytest.raises(CompileError, match="its kernels carry no BTF"):
        store.get(_build(sources, "#include <vmlinux.h>\n", ARM))


@pytest.mark.parametrize(("arch", "size"), [(ARM, 72), (ARM64, 144)], ids=str)
def test_the_registers_of_a_kprobe_are_as_wide_as_the_machines(
    store: FilterStore, sources: Path, arch: Arch, size: int
) -> None:
    """arm's header counts them in longs, which have 64 bits in a filter and 32 on the machine."""
    build = _build(
        sources,
        "#include <asm/ptrace.h>\n"
        f'_Static_assert(sizeof(struct pt_regs) == {size}, "");\n'
        "int zero;\n",
        arch,
    )
    header = build.sysroot.include[0] / "asm" / "ptrace.h"
    header.parent.mkdir(parents=True)
    header.write_text("struct pt_regs {\n\tlong uregs[18];\n};\n")

    assert store.get(build).data
