"""Features and skips are settled before a guest boots, or without one."""

from pathlib import Path

import pytest

from harness.guest.features import find_feature, is_due
from harness.guest.guest import Guest
from harness.runner.collect import Collector
from harness.runner.filter_case import FilterCase
from harness.toolchain.case_compiler import case_compiler
from harness.values.arch import X86_64
from harness.values.errors import CaseError
from harness.values.mode import Mode
from harness.values.verdict import Outcome
from harness.vm.fake import FakeVm

SOURCE = """
#include <case.h>
SEC("socket") __success {tag}
int one(void *ctx) {{ return 1; }}
char _license[] SEC("license") = "GPL";
"""


def collect(tmp_path: Path, tag: str) -> FilterCase:
    """The only case of a file with that annotation."""
    path = tmp_path / "one.bpf.c"
    path.write_text(SOURCE.format(tag=tag))
    (case,) = Collector(X86_64, case_compiler(X86_64)).read(path)
    assert isinstance(case, FilterCase)
    return case


def test_an_unknown_feature_is_refused_before_anything_boots(tmp_path: Path) -> None:
    """Exit code 2 and the features there are, not three guests and BROKEN."""
    with pytest.raises(CaseError, match="unknown feature 'magic'") as caught:
        collect(tmp_path, '__needs("magic")')
    assert "btf kprobe" in str(caught.value)


def test_a_known_feature_is_kept(tmp_path: Path) -> None:
    assert collect(tmp_path, '__needs("btf kprobe")').needs == ("btf", "kprobe")


def test_a_case_that_says_so_is_skipped_with_its_reason(tmp_path: Path) -> None:
    """Nothing of it reaches the guest."""
    case = collect(tmp_path, '__skip("see bug 1")')
    vm = FakeVm(tmp_path / "console.log", {})

    seen = case.run(Guest(vm), Mode.JIT)

    assert seen.verdict.outcome is Outcome.UNSUPPORTED
    assert "see bug 1" in seen.verdict.reason
    assert vm.channel.requests == []


@pytest.mark.parametrize(
    ("release", "due"),
    [("6.12.117+deb13-cloud-amd64", True), ("5.4.0", False), ("7.3-rc1", True), ("next", False)],
)
def test_a_feature_is_due_from_its_release_on(release: str, due: bool) -> None:
    """A release that nobody can read accuses nobody."""
    assert is_due(find_feature("fentry"), release, None) is due
