"""Features and skips are settled before a guest boots, or without one."""

from pathlib import Path

import pytest

from harness.formats.kconfig import parse_kconfig
from harness.guest.feature_rows import FEATURES
from harness.guest.features import find_feature, is_due
from harness.guest.guest import Guest
from harness.runner.collect import Collector
from harness.runner.filter_case import FilterCase
from harness.toolchain.case_compiler import case_compiler
from harness.values.arch import ARM, PPC64LE, S390X, X86_64
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
    assert is_due(find_feature("fentry"), X86_64, release, None, jits=True) is due


def test_an_architecture_may_have_come_later_or_not_yet() -> None:
    """fentry of ppc64le is of 6.13; arm has none as of 7.2."""
    fentry = find_feature("fentry")
    due = [
        is_due(fentry, arch, release, None, jits=True)
        for arch, release in ((PPC64LE, "6.12.9"), (PPC64LE, "6.13"), (ARM, "7.2.13"))
    ]

    assert due == [False, True, False]


def test_a_jit_may_lack_what_the_interpreter_must_have() -> None:
    """32-bit arm interprets atomic operations and does not translate them."""
    atomics = find_feature("atomics")

    assert is_due(atomics, ARM, "7.2.13", None, jits=False)
    assert not is_due(atomics, ARM, "7.2.13", None, jits=True)


def test_a_jit_may_have_what_the_interpreter_cannot() -> None:
    tail_calls = find_feature("tail-calls-with-subprograms")

    assert is_due(tail_calls, X86_64, "7.2.13", None, jits=True)
    assert not is_due(tail_calls, X86_64, "7.2.13", None, jits=False)


def test_what_was_lost_by_mistake_is_due_before_it_only() -> None:
    """A kernel that loses it again earlier is to blame."""
    extension = find_feature("zero-extension-on-pruned-paths")
    due = [is_due(extension, ARM, release, None, jits=True) for release in ("6.17.13", "6.18.5")]

    assert due == [True, False]


def test_a_feature_that_was_configured_away_is_not_due() -> None:
    """Every option it depends on must be on."""
    config = parse_kconfig("CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y\nCONFIG_DEBUG_INFO_BTF=y\n")

    assert not is_due(find_feature("fentry"), S390X, "7.2.13", config, jits=False)


def test_each_feature_has_one_row() -> None:
    names = [feature.name for feature in FEATURES]

    assert len(names) == len(set(names))


def test_a_feature_is_due_nowhere_before_it_was_there_at_all() -> None:
    """An architecture that has its own first release came later, not earlier."""
    early = [
        f"{feature.name} on {arch}"
        for feature in FEATURES
        for arch, release in feature.elsewhere
        if release is not None and release < feature.since
    ]

    assert early == []
