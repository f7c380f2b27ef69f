"""Annotations: what is written above a filter."""

import pytest

from harness.formats.annotations import read_expectations
from harness.formats.object_file import read_object
from harness.formats.pattern import parse_pattern
from harness.values.arch import ARM, ARM64, S390X, X86_64, ByteOrder
from harness.values.byte_template import parse_byte_template
from harness.values.expectation import (
    Endianness,
    Errno,
    Expectation,
    JitCondition,
    LoadExpectation,
    Message,
    Retval,
    TableCount,
    TableEntry,
    TailSlot,
)
from harness.values.mode import Mode
from tests.annotating import read_tags
from tests.recorded_files import recorded_object


def _recorded(name: str, program: str) -> Expectation:
    return read_expectations(read_object(recorded_object(name)))[program]


def _texts(messages: tuple[Message, ...]) -> list[str]:
    return [message.pattern.text for message in messages]


def _entry(table: str, key: str, value: str) -> TableEntry:
    return TableEntry(table, parse_byte_template(key), parse_byte_template(value))


def test_no_annotations_mean_that_the_privileged_load_succeeds() -> None:
    """As in the kernel's own loader."""
    assert _recorded("first_generation.o", "untold") == Expectation()
    assert Expectation().privileged == LoadExpectation(accepted=True)
    assert Expectation().unprivileged is None


def test_first_generation() -> None:
    """Linux 6.1: digits at the beginning of a text are text."""
    found = _recorded("first_generation.o", "refused")

    assert found.log_level == 2
    assert found.privileged is not None
    assert not found.privileged.accepted
    assert _texts(found.privileged.messages) == ["R2 !read_ok", "5=five, not a counter"]


def test_second_generation() -> None:
    """Linux 6.12: counters go, equal messages stay two."""
    found = _recorded("second_generation.o", "both")

    assert found.privileged == LoadExpectation(retval=Retval(0xBADCAFE, any_value=True))
    assert found.unprivileged is not None
    assert not found.unprivileged.accepted
    assert _texts(found.unprivileged.messages) == ["first", "7=second", "first"]
    assert found.description == "bounds of a packet"
    assert (found.flags_set, found.flags_clear) == (0x108, 0x4)


def test_lines_of_machine_code_belong_to_the_architecture_named_before_them() -> None:
    """`...` is no line; what follows it may be anywhere below."""
    load = _recorded("second_generation.o", "lines").privileged

    assert load is not None
    assert [(m.pattern.text, m.arch, m.on_next_line) for m in load.jited] == [
        ("\tendbr64", "X86_64", True),
        ("\t{{(retq|jmp\t0x)}}", "X86_64", False),
        ("\tbti\tjc", "ARM64", True),
    ]
    assert _texts(load.xlated) == ["0: r0 = 0", "1: exit"]


@pytest.mark.parametrize("name", ["case_h.o", "case_h.big.o"])
def test_our_own_annotations(name: str) -> None:
    """Everything that case.h can say about a run, in both byte orders."""
    found = _recorded(name, "whole")

    assert found == Expectation(
        privileged=LoadExpectation(retval=Retval(-1)),
        description="everything that a run can be told",
        log_level=6,
        log_always=True,
        flags_set=8,
        flags_clear=4,
        data=parse_byte_template("be16:0x0800 text:lo zero:10"),
        data_out=parse_byte_template("hex:00ff"),
        ctx=parse_byte_template("u32:1 u32:2"),
        puts=(_entry("counts", "u32:1", "u64:5"),),
        entries=(_entry("counts", "u32:1", "u64:6"), _entry("counts", "u32:2", "u64:7")),
        counts=(TableCount("counts", 2),),
        varying=("counts",),
        tails=(TailSlot("jumps", 1, "target"),),
        modes=(Mode.INTERP, Mode.JIT),
        needs=("fentry", "kfuncs"),
        endianness=Endianness(ByteOrder.LITTLE, "a byte is read"),
        labels=("edge", "tables"),
        repeat=3,
    )
    assert found.test_runs
    assert not found.attaches


def test_refusal_with_errno_and_ordered_messages() -> None:
    """The order is the source's, although two messages are equal and one must be absent."""
    load = _recorded("case_h.o", "refused").privileged

    assert load is not None
    assert load.errno == Errno("EACCES", 13)
    assert [(m.pattern.text, m.absent) for m in load.messages] == [
        ("first", False),
        ("absent", True),
        ("R{{[0-9]+}} second", False),
        ("first", False),
    ]


def test_the_other_annotations_of_the_selftests() -> None:
    """Each list has an unprivileged twin."""
    found = _recorded("case_h.o", "listing")

    for load, letter in ((found.privileged, "1"), (found.unprivileged, "u")):
        assert load is not None
        lists = (load.xlated, load.jited, load.stderr, load.stdout)
        assert [messages[0].pattern.text[-1] for messages in lists] == [letter] * 4
    assert found.unprivileged is not None
    assert found.unprivileged.errno == Errno("EPERM", 1)
    assert found.arches == ("X86_64", "ARM64", "RISCV64", "s390x", "LOONGARCH")
    assert (found.jit, found.linear_size) == (JitCondition.ON, 14)
    assert (found.skip, found.btf_path, found.btf_func_path) == ("not today", "a.btf", "b.btf")


def test_a_traced_filter_is_attached_and_not_test_run() -> None:
    """__trigger makes the difference."""
    found = _recorded("case_h.o", "traced")

    assert [str(trigger) for trigger in found.triggers] == ["echo 1 > /proc/self/comm"]
    assert found.jit is JitCondition.OFF
    assert [pattern.text for pattern in found.trace] == ["pid {{[0-9]+}}", "done"]
    assert [str(event) for event in found.events] == [
        "kprobe/do_something",
        "uprobe//bin/busybox:0x40",
    ]
    assert found.attaches
    assert not found.test_runs


def test_an_iterator_is_attached_to_beread_tags() -> None:
    """And needs no trigger."""
    found = _recorded("case_h.o", "walked")

    assert [pattern.text for pattern in found.reads] == ["task {{[0-9]+}}", "end"]
    assert (found.attaches, found.test_runs, found.triggers) == (True, False, ())


def test_an_auxiliary_filter_is_loaded_with_the_others() -> None:
    """In both modes, if both are said."""
    found = _recorded("case_h.o", "target")

    assert (found.auxiliary, found.auxiliary_unpriv) == (True, True)


def test_any_privileged_annotation_turns_the_privileged_load_on() -> None:
    """And only an unprivileged one leaves it out."""
    assert read_tags("test_expect_success_unpriv").privileged is None
    assert read_tags("test_retval=1", "test_expect_success_unpriv").privileged is not None
    assert read_tags("test_retval=1").unprivileged is None


def test_the_unprivileged_load_inherits_what_is_not_said_about_it() -> None:
    """Result, errno, return value and each list that is empty."""
    found = read_tags(
        "test_expect_failure", "bh_errno=EINVAL", "test_expect_msg=a", "test_expect_msg_unpriv=b"
    )

    assert found.unprivileged == LoadExpectation(
        accepted=False,
        errno=Errno("EINVAL", 22),
        messages=(Message(parse_pattern("b")),),
    )
    assert read_tags("test_retval=3", "test_expect_success_unpriv").unprivileged == LoadExpectation(
        retval=Retval(3)
    )


def test_the_expressions_of_6_10_are_messages_too() -> None:
    """__regex was replaced by {{…}} in 6.12."""
    load = read_tags("test_expect_regex=R[0-9]+ invalid").privileged

    assert load is not None
    assert load.messages[0].pattern.search("3: R10 invalid") == (3, 14)


def test_an_unprivileged_refusal_inherits_no_errno_and_no_return_value() -> None:
    """The privileged load succeeds, so it has neither."""
    found = read_tags("test_expect_success", "test_retval=3", "test_expect_failure_unpriv")

    assert found.unprivileged == LoadExpectation(accepted=False)


@pytest.mark.parametrize(
    ("text", "matching", "other"),
    [
        ("7", 7, 8),
        ("0x10", 16, 10),
        ("-1", 0xFFFFFFFF, 1),
        ("INT_MIN", 0x80000000, 0),
        ("_INT_MIN", 0x80000000, 0),
        ("TEST_DATA_LEN", 64, 0),
        ("4294967295", 0xFFFFFFFF, 0),
    ],
)
def test_return_values_are_compared_as_32_bits(text: str, matching: int, other: int) -> None:
    """The kernel hands back a u32; the annotation is an int."""
    load = read_tags(f"test_retval={text}").privileged

    assert load is not None
    assert load.retval is not None
    assert load.retval.matches(matching)
    assert not load.retval.matches(other)


@pytest.mark.parametrize("text", ["POINTER_VALUE", "0xbadcafe"])
def test_a_pointer_value_matches_anything(text: str) -> None:
    """Its spelling in 6.12, and what later kernels expand it to."""
    load = read_tags(f"test_retval={text}").privileged

    assert load is not None
    assert load.retval is not None
    assert load.retval.matches(0)
    assert str(load.retval) == "any value"


@pytest.mark.parametrize(
    ("text", "errno"),
    [
        ("EACCES", Errno("EACCES", 13)),
        ("13", Errno("EACCES", 13)),
        ("-13", Errno("EACCES", 13)),
        ("ENOTSUPP", Errno("ENOTSUPP", 524)),
        ("EOPNOTSUPP", Errno("EOPNOTSUPP", 95)),
        ("95", Errno("EOPNOTSUPP", 95)),
        ("EDEADLK", Errno("EDEADLK", 35)),
    ],
)
def test_errnos_have_names_and_numbers(text: str, errno: Errno) -> None:
    """ENOTSUPP is the kernel's own and must not be taken for EOPNOTSUPP."""
    load = read_tags("test_expect_failure", f"bh_errno={text}").privileged

    assert load is not None
    assert load.errno == errno


def test_flags_accumulate_and_the_later_word_wins() -> None:
    """`!` clears, also what the loader would set by itself."""
    found = read_tags(
        "test_prog_flags=BPF_F_STRICT_ALIGNMENT",
        "test_prog_flags=!BPF_F_TEST_RND_HI32",
        "test_prog_flags=!1",
        "test_prog_flags=0x80",
    )

    assert (found.flags_set, found.flags_clear) == (0x80, 0x5)


def test_capabilities_are_a_mask() -> None:
    """Numbers joined by a bar, with or without blanks."""
    assert read_tags("test_caps_unpriv=12 | 39").caps_unpriv == 1 << 12 | 1 << 39
    assert read_tags("test_caps_unpriv=12").unprivileged is not None


def test_a_case_applies_to_the_architectures_it_names() -> None:
    """None named means all; one without a name upstream is never named."""
    named = read_tags("test_arch=X86_64", "test_arch=ARM64")

    assert [named.applies_to(a) for a in (X86_64, ARM64, S390X, ARM)] == [True, True, False, False]
    assert Expectation().applies_to(ARM)


def test_a_case_about_one_byte_order_does_not_apply_to_the_other() -> None:
    """The reason is kept for the report."""
    found = read_tags("bh_only_endian=big|why not")

    assert [found.applies_to(arch) for arch in (X86_64, S390X)] == [False, True]


def test_an_unknown_comment_of_somebody_else_is_left_alone() -> None:
    """Only the selftests' names and ours are ours to judge."""
    assert read_tags("some other remark") == Expectation()
