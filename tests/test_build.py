"""From a source tree to an image: what make is asked, and what is refused."""

from itertools import pairwise
from pathlib import Path

import pytest

from harness.host.system_packages import Machine
from harness.kernels.build import Builder, BuildSettings, Built
from harness.kernels.flavours import DEFAULT_FLAVOUR, Flavour, find_flavour
from harness.kernels.source_tree import SourceTree, read_source_tree
from harness.values.arch import ARM64, X86_64
from harness.values.errors import BuildError, KernelError, MissingToolError
from tests.fake_tree import FakeMake, FullMachine, make_builder, make_tree


@pytest.fixture
def make() -> FakeMake:
    return FakeMake()


@pytest.fixture
def tree(tmp_path: Path) -> SourceTree:
    return read_source_tree(make_tree(tmp_path / "linux"))


@pytest.fixture
def builder(tmp_path: Path, make: FakeMake) -> Builder:
    return make_builder(tmp_path, make)


def build(
    builder: Builder,
    tree: SourceTree,
    flavour: Flavour = DEFAULT_FLAVOUR,
    *,
    output: Path | None = None,
) -> Built:
    return builder.build(tree, X86_64, flavour, BuildSettings(output, jobs=3))


def test_a_tree_is_configured_and_built_out_of_tree(
    builder: Builder, tree: SourceTree, make: FakeMake
) -> None:
    """In the cache, by the kernel's own variables; nothing is written in the tree."""
    before = sorted(tree.path.rglob("*"))

    built = build(builder, tree)

    assert make.made() == ["alldefconfig", "bzImage"]
    assert built.image.is_file()
    assert built.kbuild.folder.parent == builder.folder
    assert sorted(tree.path.rglob("*")) == before


def test_make_is_told_everything_it_must_know(
    builder: Builder, tree: SourceTree, make: FakeMake
) -> None:
    """And forgets what our own make would hand down: O=, KERNEL=, -j."""
    built = build(builder, tree)

    last = [call for call in make.calls if call[0] == "env"][-1]
    assert {"--jobs=3", "ARCH=x86_64", f"O={built.kbuild.folder}", "LOCALVERSION="} <= set(last)
    assert ("-u", "MAKEFLAGS") in set(pairwise(last))
    assert "KBUILD_BUILD_VERSION=1" in last


def test_each_architecture_and_flavour_has_a_folder_of_its_own(
    builder: Builder, tree: SourceTree
) -> None:
    """Going back and forth between them compiles nothing twice."""
    tiny = find_flavour("tiny")
    places = {
        builder.place(tree, arch, flavour, None)
        for arch in (X86_64, ARM64)
        for flavour in (DEFAULT_FLAVOUR, tiny)
    }

    assert len(places) == 4


def test_o_is_the_build_folder(builder: Builder, tree: SourceTree, tmp_path: Path) -> None:
    """As in the kernel."""
    built = build(builder, tree, output=tmp_path / "out")

    assert built.image == tmp_path / "out/arch/x86/boot/bzImage"


def test_o_with_a_build_of_another_architecture_is_refused(
    builder: Builder, tree: SourceTree, tmp_path: Path
) -> None:
    """kbuild would mix the objects of both."""
    build(builder, tree, output=tmp_path / "out")

    with pytest.raises(KernelError, match="for x86_64"):
        builder.build(tree, ARM64, DEFAULT_FLAVOUR, BuildSettings(tmp_path / "out"))


def test_o_inside_the_tree_itself_is_refused(builder: Builder, tree: SourceTree) -> None:
    with pytest.raises(KernelError, match="is the source tree itself"):
        build(builder, tree, output=tree.path)


def test_a_tree_built_in_place_is_refused_with_the_remedy(tmp_path: Path) -> None:
    """kbuild would refuse it too, less clearly."""
    folder = make_tree(tmp_path / "linux")
    (folder / ".config").write_text("")

    with pytest.raises(KernelError, match=r"built in place \(\.config is there\)") as caught:
        read_source_tree(folder)

    assert "mrproper" in (caught.value.remedy or "")


def test_a_required_option_that_was_dropped_is_an_error_with_its_dependencies(
    builder: Builder, tree: SourceTree, make: FakeMake
) -> None:
    """Nothing is compiled."""
    make.dropped = {"KALLSYMS_ALL", "FUTEX"}

    with pytest.raises(BuildError, match="1 required options did not stick") as caught:
        build(builder, tree)

    assert "KALLSYMS_ALL=n (wanted y): dropped, depends on DEBUG_KERNEL" in str(caught.value)
    assert str(caught.value).count("KALLSYMS_ALL") == 1
    assert "FUTEX=n (wanted y): this tree does not have it" in str(caught.value)
    assert make.made() == ["alldefconfig", "syncconfig"]


def test_an_option_the_tree_does_not_know_is_only_noted(
    builder: Builder, tree: SourceTree, make: FakeMake
) -> None:
    """It is older or newer than the option; the fake tree defines no FUTEX."""
    make.dropped = {"FUTEX"}

    assert [lost.option for lost in build(builder, tree).unknown] == ["FUTEX"]


def test_what_is_only_wished_may_be_dropped(
    builder: Builder, tree: SourceTree, make: FakeMake
) -> None:
    """virtme-ng's part, and what is off to save time."""
    make.dropped = {"VIRTIO_MMIO", "FPROBE"}

    assert build(builder, tree).unknown == ()


def test_our_fragments_override_virtme_ngs(
    builder: Builder, tree: SourceTree, make: FakeMake
) -> None:
    """Graphics are of no use to a guest."""
    built = build(builder, tree)

    assert built.config.value("VIRTIO_PCI") == "y"
    assert built.config.value("DRM") == "n"


def test_tiny_starts_from_the_trees_tinyconfig(
    builder: Builder, tree: SourceTree, make: FakeMake
) -> None:
    """All is off but what is asked for."""
    (tree.path / "kernel/configs").mkdir(parents=True)
    (tree.path / "kernel/configs/tiny.config").write_text("CONFIG_SLUB_TINY=y\n")

    built = build(builder, tree, find_flavour("tiny"))

    assert make.made() == ["allnoconfig", "bzImage"]
    assert built.config.value("SLUB_TINY") == "y"
    assert "DEBUG_INFO_BTF" not in built.config.options


def test_a_flavour_with_modules_builds_them(
    builder: Builder, tree: SourceTree, make: FakeMake
) -> None:
    """So that other modules can be built against it."""
    build(builder, tree, find_flavour("debug"))

    assert make.made()[-1] == "bzImage modules"


def test_a_tree_that_does_not_compile_is_reported_by_its_first_error(
    builder: Builder, tree: SourceTree, make: FakeMake
) -> None:
    """The end of what make says is about other jobs."""
    noise = "".join(f"  CC      net/file{number}.o\n" for number in range(50))
    make.failure = f"kernel/bpf/verifier.c:12:1: error: expected ';'\n{noise}"

    with pytest.raises(BuildError, match=r"verifier\.c:12:1: error: expected ';'") as caught:
        build(builder, tree)

    assert "net/file" not in caught.value.message
    log = tree.path.parent / "builds"
    assert str(log) in (caught.value.remedy or "")
    assert caught.value.exit_code == 2


def test_a_missing_cross_compiler_is_named_with_its_package(
    tree: SourceTree, tmp_path: Path, make: FakeMake
) -> None:
    """A user who is not root and has no sudo gets the command to type."""
    which = FullMachine(frozenset({"aarch64-linux-gnu-gcc", "sudo"})).which
    machine = Machine(make, which, lambda name: True, lambda: 1000, tmp_path / "lock")
    builder = Builder(tmp_path / "builds", make, machine)

    with pytest.raises(MissingToolError, match="gcc-aarch64-linux-gnu") as caught:
        builder.build(tree, ARM64, DEFAULT_FLAVOUR, BuildSettings())

    assert "apt-get install" in (caught.value.remedy or "")
    assert make.made() == []


@pytest.mark.parametrize(
    ("program", "package"),
    [("flex", "flex"), ("bison", "bison"), ("bc", "bc"), ("pahole", "dwarves")],
)
def test_a_missing_tool_is_named_with_its_package(
    tree: SourceTree, tmp_path: Path, make: FakeMake, program: str, package: str
) -> None:
    """Before make finds out in its own words."""
    which = FullMachine(frozenset({program, "sudo"})).which
    machine = Machine(make, which, lambda name: True, lambda: 1000, tmp_path / "lock")

    with pytest.raises(MissingToolError, match=f"missing on this machine: {package}\n"):
        build(Builder(tmp_path / "builds", make, machine), tree)


def test_missing_headers_are_named_with_their_package(
    tree: SourceTree, tmp_path: Path, make: FakeMake
) -> None:
    """libelf is a library, not a program."""
    which = FullMachine(frozenset({"sudo"})).which
    exists = "/usr/include/gelf.h".__ne__
    machine = Machine(make, which, exists, lambda: 1000, tmp_path / "lock")

    with pytest.raises(MissingToolError, match="libelf-dev"):
        build(Builder(tmp_path / "builds", make, machine), tree)


def test_pahole_is_needed_only_for_btf(tree: SourceTree, tmp_path: Path, make: FakeMake) -> None:
    """The tiny flavour has none."""
    which = FullMachine(frozenset({"pahole", "sudo"})).which
    machine = Machine(make, which, lambda name: True, lambda: 1000, tmp_path / "lock")

    build(Builder(tmp_path / "builds", make, machine), tree, find_flavour("tiny"))

    assert make.made()[-1] == "bzImage"


def test_settings_are_the_variables_of_the_kernels_makefiles() -> None:
    """KBUILD_OUTPUT is what O= is in the environment."""
    environment = {"KBUILD_OUTPUT": "/out", "LLVM": "1", "CROSS_COMPILE": "x-"}

    settings = BuildSettings.from_environment(environment)

    assert (settings.output, settings.llvm, settings.cross_compile) == (Path("/out"), "1", "x-")
