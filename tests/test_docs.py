"""The pages for people, held against what they speak of: annotations, options, paths, tables."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli.main import _parser
from harness.guest.feature_rows import FEATURES
from harness.guest.tables import Table
from harness.reports.table_types import HEAD, type_lines
from harness.toolchain.filter_source import HEADERS
from harness.values.mode import Mode
from harness.values.table_rows import TABLE_ROWS

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")),
    "guest_images/README.md",
)
WRITING = "docs/writing-cases.md"

_MACRO = re.compile(r"^#define (__\w+)", re.MULTILINE)
_INTERNAL = frozenset({"__bh_text", "__bh_string", "__bh_tag"})
_CODE = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(
    r"bpf-harness ((?:run|check|bisect-step|bisect|kernels|shell|doctor|bench)\b[^`\n]*)"
)
_OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z-]*)")
_TOP = ("harness", "guest_images", "cases", "tests", "docs", ".ci")
_MAKE_TARGET = re.compile(r"\bmake ([a-z-]+)\b")

# Options of git, ruff, pytest and clang that the pages also speak of.
_FOREIGN = frozenset({"--strict", "--term-old", "--term-new", "--stdio"})


def text(page: str) -> str:
    return (ROOT / page).read_text()


def prose_paths(page: str) -> Iterator[str]:
    """What is written as code and looks like a path of this repository."""
    for word in (word for code in _CODE.findall(text(page)) for word in code.split()):
        path = word.partition(":")[0].rstrip(",.;")
        if (
            "/" in path
            and path.partition("/")[0] in _TOP
            and not re.search(r"[A-Z]{3,}|[*{]", path)
        ):
            yield path


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command's parser; the two of `kernels` by their full names."""
    found: dict[str, argparse.ArgumentParser] = {}

    def walk(parser: argparse.ArgumentParser, prefix: str) -> None:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, child in action.choices.items():
                    found[f"{prefix}{name}"] = child
                    walk(child, f"{prefix}{name} ")

    walk(_parser(), "")
    return found


def options(parser: argparse.ArgumentParser) -> frozenset[str]:
    return frozenset(option for action in parser._actions for option in action.option_strings)


def test_every_annotation_of_the_header_is_explained() -> None:
    macros = frozenset(_MACRO.findall((HEADERS / "case.h").read_text())) - _INTERNAL

    words = frozenset(re.findall(r"__\w+", text(WRITING)))

    assert sorted(macros - words) == []


def test_no_annotation_is_explained_that_the_header_does_not_have() -> None:
    """libbpf's own macros for tables are all that the page may use besides."""
    macros = frozenset(_MACRO.findall((HEADERS / "case.h").read_text()))
    others = {"__uint", "__type", "__u32", "__u64", "__arch_", "__sk_buff"}

    words = frozenset(re.findall(r"(?<!\w)__\w+", text(WRITING)))

    assert sorted(words - macros - others) == []


@pytest.mark.parametrize("page", PAGES)
def test_paths_that_a_page_names_exist(page: str) -> None:
    missing = [path for path in prose_paths(page) if not (ROOT / path).exists()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", text(page))
    local = [target for target in targets if "://" not in target]

    assert [target for target in local if not (ROOT / page).parent.joinpath(target).exists()] == []


def test_the_folders_of_the_layer_picture_are_those_of_the_package() -> None:
    rooms = {
        path.name
        for path in (ROOT / "harness").iterdir()
        if path.is_dir() and not path.name.startswith("_")
    }
    picture = text("docs/architecture.md").partition("## Life")[0]

    assert sorted(room for room in rooms if not re.search(rf"\b{room}\b", picture)) == []


@pytest.mark.parametrize("page", PAGES)
def test_options_of_a_command_line_exist(page: str) -> None:
    """Each `bpf-harness COMMAND …` that a page shows uses options which that command takes."""
    unknown = []
    for line in _COMMAND.findall(text(page)):
        words = shlex.split(line.partition(" # ")[0].replace("…", ""), comments=False)
        name = next(name for name in (" ".join(words[:2]), words[0]) if name in commands())
        known = options(commands()[name])
        # What follows two dashes is a program's own.
        own = words[: words.index("--")] if "--" in words else words
        flags = [word.partition("=")[0] for word in own if re.fullmatch(_OPTION, word)]
        unknown += [f"{name} {flag}" for flag in flags if flag not in known]

    assert unknown == []


@pytest.mark.parametrize("page", PAGES)
def test_options_in_prose_exist_in_some_command(page: str) -> None:
    known = frozenset().union(*(options(parser) for parser in commands().values())) | _FOREIGN

    words = [word for code in _CODE.findall(text(page)) for word in code.split()]
    named = [word.partition("=")[0] for word in words if word.startswith("--") and word != "--"]

    assert sorted(set(named) - known) == []


@pytest.mark.parametrize("page", PAGES)
def test_targets_of_make_exist(page: str) -> None:
    rules = frozenset(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    code = [*_CODE.findall(text(page)), *re.findall(r"^    .*$", text(page), re.MULTILINE)]

    named = {target for line in code for target in _MAKE_TARGET.findall(line)}

    assert sorted(named - rules) == []


def test_the_page_of_tables_shows_the_table_of_tables() -> None:
    """Row by row, in the kernel's order, and nothing else between."""
    lines = text("docs/tables.md").splitlines()
    start = lines.index(HEAD[0])

    assert lines[start : start + 2 + len(TABLE_ROWS) - 1] == [*HEAD, *type_lines()]
    assert lines[start + 2 + len(TABLE_ROWS) - 1] == ""


def test_operations_on_tables_that_the_page_names_exist() -> None:
    rows = text("docs/tables.md").partition("| on a table | is |")[2].partition("\n\n")[0]
    firsts = [row.split("|")[1] for row in rows.splitlines()[2:]]
    named = {re.match(r"[\w.]+", word)[0] for cell in firsts for word in _CODE.findall(cell)}  # type: ignore[index]

    known = {name for name in vars(Table) if not name.startswith("_")} | {"bench.guest.stream"}
    assert sorted(named - known) == []


def test_all_modes_are_listed() -> None:
    words = frozenset(_CODE.findall(text(WRITING)))

    assert [mode.value for mode in Mode if mode.value not in words] == []


def test_the_readme_is_short() -> None:
    assert len(text("README.md").splitlines()) < 150


def test_every_mistake_of_a_kernel_that_is_probed_is_told() -> None:
    told = (ROOT / "docs" / "findings.md").read_text()

    assert [row.name for row in FEATURES if row.bug and f"`{row.name}`" not in told] == []


def test_every_mistake_that_is_told_is_a_feature() -> None:
    """A row whose feature has another name by now, or none, sends its reader nowhere."""
    rows = [line for line in text("docs/findings.md").splitlines() if line.startswith("| `")]
    told = [name for row in rows for name in _CODE.findall(row.split("|")[1])]

    assert len(told) >= len(rows) > 0
    assert sorted(set(told) - {row.name for row in FEATURES}) == []
