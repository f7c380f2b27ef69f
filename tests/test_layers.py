"""The layer picture of docs/architecture.md, held against the imports."""

import ast
from pathlib import Path

import pytest

from harness.values import arch

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "harness"

# Upper layers first; a module may import from its own layer and from those below.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"__main__", "cli", "bench", "pytest_plugin"}),
    frozenset({"reports"}),
    frozenset({"bisect"}),
    frozenset({"runner"}),
    frozenset({"scenario", "judge"}),
    frozenset({"guest"}),
    frozenset({"vm", "remote"}),
    frozenset({"boot", "channels", "images", "kernels", "toolchain", "host"}),
    frozenset({"formats"}),
    frozenset({"values"}),
)

# Third-party libraries and the only rooms that may know them.
HOMES = {
    "elftools": ("formats/elf.py", "formats/object_file.py"),
    "msgpack": ("formats/wire.py",),
    "virtme": ("images/", "bench/boot.py"),
    "qemu": ("vm/qmp.py",),
    "pytest": ("pytest_plugin.py",),
    "pexpect": ("remote/console.py",),
    "paramiko": ("channels/ssh_",),
    "cryptography": ("remote/ssh_keys.py",),
}

MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def imports(path: Path) -> list[str]:
    """Every module that a file imports, in functions too."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append(node.module or "")
    return found


def layer_of(room: str) -> int:
    for number, rooms in enumerate(LAYERS):
        if room in rooms:
            return number
    raise AssertionError(f"harness/{room} is in no layer")


def climbs(module: str, imported: list[str]) -> list[str]:
    """The imports of a module that go up."""
    own = module.partition("/")[0].removesuffix(".py")
    if own == "__init__":
        return [name for name in imported if name.startswith("harness.")]
    rooms = [name.split(".")[1] for name in imported if name.startswith("harness.")]
    return [room for room in rooms if layer_of(room) < layer_of(own)]


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down_only(module: str) -> None:
    assert climbs(module, imports(PACKAGE / module)) == []


@pytest.mark.parametrize("module", MODULES)
def test_third_party_libraries_stay_in_their_rooms(module: str) -> None:
    strangers = [
        name
        for name in imports(PACKAGE / module)
        if (homes := HOMES.get(name.partition(".")[0])) is not None
        and not any(module.startswith(home) for home in homes)
    ]
    assert strangers == []


def test_an_import_that_goes_up_is_seen() -> None:
    """The detector itself: values may know nothing, the runner nothing of the command line."""
    assert climbs("values/arch.py", ["harness.formats.wire"]) == ["formats"]
    assert climbs("runner/run.py", ["harness.cli.main", "harness.values.arch"]) == ["cli"]


def test_no_module_has_outgrown_its_room() -> None:
    """At 400 lines a module knows two things."""
    large = [
        f"{path.relative_to(ROOT)}: {lines}"
        for pattern in ("harness/**/*.py", "guest_images/**/*.[ch]", "tests/*.py")
        for path in ROOT.glob(pattern)
        if (lines := len(path.read_text().splitlines())) > 400
    ]
    assert large == []


def test_architectures_are_named_in_their_table_only() -> None:
    """Outside values/arch.py no code decides by the name of an architecture."""
    guilty = []
    for module in MODULES:
        tree = ast.parse((PACKAGE / module).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare | ast.match_case):
                text = ast.unparse(node)
                if any(f"'{name}'" in text for name in ("x86_64", "arm64", "s390x", "riscv64")):
                    guilty.append(f"{module}: {text[:60]}")
    assert guilty == []


# Say since when each architecture has a feature.
FEATURE_ROWS = "guest/feature_rows"


def test_no_module_picks_a_row_of_the_table() -> None:
    """`arch is X86_64`, or a second table beside the first, is knowledge that a row should hold."""
    rows = {name for name, value in vars(arch).items() if isinstance(value, arch.Arch)}
    guilty = [
        f"{module}: {alias.name}"
        for module in MODULES
        if not str(module).startswith(FEATURE_ROWS)
        for node in ast.walk(ast.parse((PACKAGE / module).read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in rows
    ]

    assert len(rows) == len(arch.ARCHES)
    assert guilty == []
