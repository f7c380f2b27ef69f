"""Annotations that are malformed, contradict each other, or do not fit their object."""

import pytest

from harness.formats.annotations import read_expectations
from harness.formats.object_file import ObjectFile
from harness.values.arch import ByteOrder
from harness.values.errors import AnnotationError
from harness.values.table_spec import TableSpec
from tests.annotating import filter_with, read_tags


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (("test_expect_success", "test_expect_failure"), "to succeed and to fail"),
        (("test_expect_success_unpriv", "test_expect_failure_unpriv"), "to succeed and to fail"),
        (("test_expect_failure", "test_retval=1"), "expected to fail"),
        (("test_retval=1", "test_retval=2"), r"contradicts __retval\(1\)"),
        (("test_expect_success", "bh_errno=EACCES"), "without __failure"),
        (("bh_errno=EACCES",), "without __failure"),
        (("bh_errno=EACCES", "bh_errno=EPERM"), "contradicts __errno"),
        (("bh_errno=EWHATEVER", "test_expect_failure"), "'EWHATEVER' is not"),
        (("test_retval=",), "'' is not a number"),
        (("test_retval=one",), "'one' is not a number"),
        (("test_retval=1x",), "'1x' is not a number"),
        (("test_retval=0x100000000",), "32 bits"),
        (("test_retval",), "needs a value"),
        (("test_expect_success=1",), "takes no value"),
        (("test_log_level=9",), "not between 0 and 7"),
        (("test_prog_flags=BPF_F_UNHEARD_OF",), "not a number"),
        (("test_arch=VAX",), "unknown architecture 'VAX'"),
        (("test_jited=ret",), "before any __arch_"),
        (("test_caps_unpriv=CAP_BPF",), "not a number"),
        (("test_expect_msg={{[}}",), "without"),
        (("load_mode=maybe",), "neither jited nor no_jited"),
        (("test_expectsuccess",), "unknown annotation"),
        (("test_expect_msgs=a",), "unknown annotation"),
        (("bh_dat=00",), "unknown annotation"),
        (("bh_data=0",), "hex digits"),
        (("bh_data=00", "bh_data=01"), "contradicts an earlier"),
        (("bh_put=t|00",), "needs 3 parts, not 2"),
        (("bh_put=a b|00|00",), "not the name of a table"),
        (("bh_table_entries=t|many",), "not a number"),
        (("bh_tail=t|-1|f",), "not between"),
        (("bh_modes=fast",), "unknown mode 'fast'"),
        (("bh_modes=",), "names no mode"),
        (("bh_needs= ",), "is empty"),
        (("bh_only_endian=middle|x",), "__only_endian"),
        (("bh_only_endian=big|",), "__only_endian"),
        (("bh_trigger= ",), "is empty"),
        (("bh_repeat=0",), "show nothing"),
        (("test_expect_failure", "bh_data=00"), "refused cannot be run"),
        (("test_expect_failure", "bh_trigger=true"), "refused cannot be run"),
        (("bh_trigger=true", "test_retval=1"), "nobody sees"),
        (("bh_trigger=true", "bh_data=00"), "are for runs"),
    ],
)
def test_malformed_and_contradictory_annotations_are_refused(
    tags: tuple[str, ...], message: str
) -> None:
    """The filter and the remedy are named; nothing is guessed."""
    with pytest.raises(AnnotationError, match=message) as caught:
        read_tags(*tags)
    assert "filter f" in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("bh_put=tabel|u32:1|u64:1", "no table 'tabel'"),
        ("bh_table=t|u16:1|u64:1", "the key 'u16:1' has 2 bytes, table t takes 4"),
        ("bh_table=t|u32:1|u32:1", "the value 'u32:1' has 4 bytes, table t takes 8"),
        ("bh_table_entries=x|1", "no table 'x'"),
        ("bh_tail=t|0|f", "table t is a hash, not a prog_array"),
        ("bh_tail=j|2|f", "table j has 2 slots, not slot 2"),
        ("bh_tail=j|0|g", "no filter 'g'"),
    ],
)
def test_annotations_must_fit_the_tables_and_filters_of_the_object(tag: str, message: str) -> None:
    """Said when the case is read, not by an errno in the guest."""
    tables = (TableSpec("t", 1, 4, 8, 1), TableSpec("j", 3, 4, 4, 2))
    obj = ObjectFile(ByteOrder.LITTLE, "GPL", (filter_with(tag),), tables)

    with pytest.raises(AnnotationError, match=message) as caught:
        read_expectations(obj)
    assert "filter f" in caught.value.message
    assert caught.value.remedy
