"""case.h: its macros say what the annotation reader understands, and nothing else."""

import re
from pathlib import Path

import pytest

from harness.formats.annotation_keys import known_keys
from harness.formats.annotations import read_expectations
from harness.formats.object_file import read_object
from harness.toolchain.clang import installed_clang
from harness.toolchain.filter_source import HEADERS, FilterBuild, FilterStore
from harness.toolchain.sysroot import get_sysroot
from harness.values.arch import ARM64, X86_64, Arch
from tests.recorded_files import OBJECTS, recorded_object

_KEY = re.compile(r'__bh_tag\("([a-z_]+)')


def test_the_header_and_the_reader_know_the_same_keys() -> None:
    """But for __regex, which only two kernels have had."""
    spelt = set(_KEY.findall((HEADERS / "case.h").read_text()))

    assert spelt == known_keys() - {"test_expect_regex", "test_expect_regex_unpriv"}


@pytest.mark.vm
@pytest.mark.parametrize("arch", [X86_64, ARM64], ids=str)
def test_every_macro_compiles_to_what_was_recorded(arch: Arch, tmp_path: Path) -> None:
    """The recorded object has each of them once; needs the target's headers."""
    build = FilterBuild(OBJECTS / "case_h.c", installed_clang(), get_sysroot(arch))

    found = read_object(FilterStore(tmp_path).get(build).data)

    recorded = read_object(recorded_object("case_h.o"))
    assert found.filters == recorded.filters
    assert found.tables == recorded.tables
    assert read_expectations(found) == read_expectations(recorded)
