"""Annotations that hold on some releases only: __kernels."""

import pytest

from harness.formats.annotations import read_expectation
from harness.formats.decl_tags import Generation
from harness.values.errors import AnnotationError
from harness.values.expectation import Errno, Expectation, LoadExpectation, Message, Retval
from harness.values.filter_spec import FilterSpec
from harness.values.release import upstream_release


def _read(*tags: str) -> Expectation:
    numbered = tuple(f"comment:{i}:{tag}" for i, tag in enumerate(tags))
    return read_expectation(FilterSpec("f", "socket", 2, "GPL", tags=numbered), Generation.G3)


def _texts(messages: tuple[Message, ...]) -> list[str]:
    return [message.pattern.text for message in messages]


def test_an_older_kernel_may_word_a_refusal_otherwise() -> None:
    """Result and errno are taken over; an unprivileged load that says nothing follows as well."""
    found = _read(
        "test_expect_failure",
        "test_expect_failure_unpriv",
        "bh_errno=EACCES",
        "test_expect_msg=new words",
        "bh_kernels=|6.1",
        "test_expect_msg=old words",
    )

    old, new = found.on_release("6.1.0-56-amd64"), found.on_release("6.2.0")

    for expectation, words in ((old, "old words"), (new, "new words")):
        for load in (expectation.privileged, expectation.unprivileged):
            assert load is not None
            assert (load.accepted, _texts(load.messages)) == (False, [words])
        assert expectation.privileged is not None
        assert expectation.privileged.errno == Errno("EACCES", 13)


def test_an_older_kernel_may_decide_otherwise() -> None:
    """Messages and errno of the other result are not looked for."""
    found = _read(
        "test_expect_failure",
        "bh_errno=EACCES",
        "test_expect_msg=words",
        "bh_kernels=5.10|5.15",
        "test_expect_success",
        "test_retval=3",
    )

    assert found.on_release("5.15.7").privileged == LoadExpectation(retval=Retval(3))
    assert found.on_release("5.9.1").privileged == found.privileged


def test_each_range_of_releases_has_its_own_expectation() -> None:
    """What holds for one is not said for the next."""
    found = _read(
        "test_retval=3",
        "bh_kernels=5.10|5.15",
        "test_retval=1",
        "bh_kernels=5.16|6.1",
        "test_expect_failure",
        "bh_errno=EINVAL",
    )
    loads = [found.on_release(release).privileged for release in ("5.10.1", "6.1", "6.2", "next")]

    assert loads == [
        LoadExpectation(retval=Retval(1)),
        LoadExpectation(accepted=False, errno=Errno("EINVAL", 22)),
        LoadExpectation(retval=Retval(3)),
        LoadExpectation(retval=Retval(3)),
    ]


def test_a_load_that_is_no_test_is_none_on_older_kernels_either() -> None:
    """The cases of a file do not depend on the kernel."""
    found = _read("test_expect_failure_unpriv", "bh_kernels=|6.1", "test_expect_success_unpriv")

    assert found.on_release("6.1.1").privileged is None
    assert found.on_release("6.1.1").unprivileged == LoadExpectation()


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (("bh_kernels=5.10|6.1",), "says nothing of the releases 5.10 to 6.1"),
        (("bh_kernels=6.1", "test_retval=1"), "write __kernels"),
        (("bh_kernels=|", "test_retval=1"), "no range"),
        (("bh_kernels=new|", "test_retval=1"), "is not a release"),
        (("bh_kernels=6.1|5.10", "test_retval=1"), "ends before it begins"),
        (("bh_kernels=|6.1", "test_retval=1", "bh_kernels=5.10|5.15"), "overlaps"),
        (("bh_kernels=|6.1", "bh_repeat=2"), "put it before"),
        (("bh_kernels=|6.1", "bh_needs=btf"), "put it before"),
        (("bh_kernels=|6.1", "test_prog_flags=1"), "put it before"),
        (("test_retval=1", "bh_kernels=|6.1", "test_expect_failure_unpriv"), "no test"),
        (("test_retval=1", "bh_kernels=|6.1", "bh_errno=EPERM"), "without __failure"),
        (("bh_trigger=true", "bh_kernels=|6.1", "test_retval=1"), "nobody sees"),
    ],
)
def test_an_overlay_that_cannot_hold_is_refused(tags: tuple[str, ...], message: str) -> None:
    """Before anything boots."""
    with pytest.raises(AnnotationError, match=message):
        _read(*tags)


@pytest.mark.parametrize(
    ("release", "version", "upstream"),
    [
        ("6.1.0-50-powerpc64le", "#1 SMP Debian 6.1.176-1 (2026-07-02)", "6.1.176"),
        ("7.3-rc2-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 7.3~rc2-1~exp1 (2026-11-01)", "7.3"),
        ("6.12.117", "#1 SMP PREEMPT_DYNAMIC Mon Nov 23 01:58:47 UTC 2026", "6.12.117"),
        ("6.12.117", "#1 SMP Debian kernel of one's own", "6.12.117"),
    ],
)
def test_a_kernel_that_counts_abis_says_what_it_is_made_from(
    release: str, version: str, upstream: str
) -> None:
    assert upstream_release(release, version) == upstream
