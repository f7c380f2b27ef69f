"""The object reader: real objects give specs, anything else gives an ObjectError."""

import struct

import pytest

from harness.formats.object_file import read_object
from harness.values.arch import ByteOrder
from harness.values.errors import ObjectError, UnknownNameError
from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.table_spec import TableOrigin
from tests.elf_builder import SHF_COMPRESSED, SHT_NOBITS, build_elf, patched_section
from tests.mutations import mutations
from tests.recorded_files import recorded_object

_EVERY_OBJECT = (
    "case_h.o",
    "case_h.big.o",
    "first_generation.o",
    "second_generation.o",
    "tables.o",
    "tables.big.o",
)


@pytest.mark.parametrize(
    ("name", "byte_order"), [("tables.o", ByteOrder.LITTLE), ("tables.big.o", ByteOrder.BIG)]
)
def test_both_byte_orders_give_the_same_specs(name: str, byte_order: ByteOrder) -> None:
    """The byte order is the only difference that a reader of the specs sees."""
    little = read_object(recorded_object("tables.o"))

    found = read_object(recorded_object(name))

    assert byte_order is found.byte_order
    assert little.filters == found.filters
    assert little.tables == found.tables


def test_filters_are_the_functions_outside_text() -> None:
    """Functions in .text, global or not, are called by filters and are none themselves."""
    found = read_object(recorded_object("tables.o"))

    assert sorted(spec.name for spec in found.filters) == ["first", "second", "third"]


def test_a_section_that_names_an_event_gives_it() -> None:
    """tp/…, fentry/… and so on are read the way --event reads them."""
    found = read_object(recorded_object("tables.o"))

    assert Event(EventKind.TRACEPOINT, "sched/sched_switch") == found.filter("first").event
    assert Event(EventKind.TRACE, "fentry/vfs_read") == found.filter("second").event


def test_a_section_that_names_only_a_type_gives_no_event() -> None:
    """SEC("socket") says how to load the filter, not what to attach it to."""
    assert read_object(recorded_object("first_generation.o")).filter("refused").event is None


def test_a_question_mark_before_the_section_turns_autoload_off() -> None:
    """libbpf's SEC("?tp/…"); the section itself is the same."""
    found = read_object(recorded_object("tables.o"))

    assert (
        found.filter("third").section,
        found.filter("third").autoload,
    ) == ("tp/sched/sched_switch", False)
    assert found.filter("first").autoload


def test_a_void_filter_is_known_as_one() -> None:
    """The kernel refuses a filter that leaves R0 unset, and C's void does just that."""
    found = read_object(recorded_object("tables.o"))

    assert (
        found.filter("first").returns_value,
        found.filter("third").returns_value,
    ) == (True, False)


def test_instructions_and_license_are_read() -> None:
    """`return 0;` is two instructions; the license is text up to the null byte."""
    spec = read_object(recorded_object("first_generation.o")).filter("refused")

    assert (spec.insns, spec.license) == (2, "Dual BSD/GPL")


def test_sections_with_data_become_tables() -> None:
    """libbpf makes an array of one entry of each; its value is the whole section."""
    tables = [t for t in read_object(recorded_object("tables.o")).tables if t.name[0] == "."]

    assert [
        (t.name, t.type_name, t.key_size, t.value_size, t.entries, t.origin) for t in tables
    ] == [
        (".rodata", "array", 4, 4, 1, TableOrigin.RODATA),
        (".data", "array", 4, 4, 1, TableOrigin.DATA),
        (".bss", "array", 4, 8, 1, TableOrigin.BSS),
    ]


def test_an_unknown_name_lists_the_known_ones() -> None:
    """A typing error on the command line is answered with what there is."""
    found = read_object(recorded_object("case_h.o"))

    with pytest.raises(UnknownNameError, match="it has: whole target refused"):
        found.filter("hole")
    with pytest.raises(UnknownNameError, match="it has: counts jumps"):
        found.table("count")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an ELF file: it begins with nothing"),
        (b"int main(void) {}", "not an ELF file: it begins with 69 6e 74 20"),
        (b"\x7fELF\x02\x01", "truncated: 6 bytes"),
        (b"\x7fELF\x01\x01" + bytes(90), "64-bit"),
    ],
)
def test_bytes_that_are_no_object_are_refused(data: bytes, message: str) -> None:
    """The message says what the file is instead."""
    with pytest.raises(ObjectError, match=message):
        read_object(data)


def test_a_truncated_object_is_refused() -> None:
    """The section table comes last, so half a file has none."""
    data = recorded_object("tables.o")

    with pytest.raises(ObjectError, match="truncated: its section table ends at"):
        read_object(data[: len(data) // 2])


def test_an_object_for_another_machine_is_refused() -> None:
    """The commonest mistake: clang without -target bpf."""
    data = bytearray(recorded_object("tables.o"))
    struct.pack_into("<H", data, 18, 62)

    with pytest.raises(ObjectError, match="for the machine X86_64, not for BPF") as caught:
        read_object(bytes(data))
    assert "-target bpfel" in str(caught.value)


def test_an_object_without_filters_is_refused() -> None:
    """There is nothing to load in it."""
    with pytest.raises(ObjectError, match="holds no filter") as caught:
        read_object(build_elf({"license": b"GPL\0"}))
    assert 'put SEC("…") above' in str(caught.value)


def test_a_section_that_claims_a_gigabyte_is_refused() -> None:
    """Nothing is allocated for it: the claim is compared with the file."""
    data = patched_section(recorded_object("tables.o"), ".rodata", size=1 << 30)

    with pytest.raises(ObjectError, match="claims 1073741824 bytes"):
        read_object(data)


def test_a_bss_that_no_table_could_hold_is_refused() -> None:
    """.bss takes no room in the file, so its size is compared with the kernel's limit."""
    data = patched_section(recorded_object("tables.o"), ".bss", size=1 << 33)

    with pytest.raises(ObjectError, match="claims 8589934592 bytes of memory"):
        read_object(data)


def test_a_large_bss_costs_nothing_to_read() -> None:
    """A gigabyte of zeroes is the kernel's business, not the reader's."""
    data = patched_section(recorded_object("tables.o"), ".bss", size=1 << 30)

    assert read_object(data).table(".bss").value_size == 1 << 30


def test_a_compressed_section_is_refused() -> None:
    """A few bytes could inflate to anything."""
    data = patched_section(recorded_object("tables.o"), ".rodata", flags=SHF_COMPRESSED)

    with pytest.raises(ObjectError, match="is compressed"):
        read_object(data)


def test_tables_of_before_libbpf_1_are_refused_by_name() -> None:
    """SEC("maps") compiles and links, and would silently make no table at all."""
    with pytest.raises(ObjectError, match='section "maps"') as caught:
        read_object(build_elf({"maps": bytes(20)}))
    assert 'SEC(".maps")' in str(caught.value)


def test_tables_without_btf_are_refused() -> None:
    """The sizes are only in the BTF, so -g is not optional."""
    data = build_elf({"socket": bytes(16), ".maps": bytes(32)}, functions={"f": "socket"})

    with pytest.raises(ObjectError, match="no BTF") as caught:
        read_object(data)
    assert "-g" in str(caught.value)


def test_an_object_without_btf_still_gives_its_filters() -> None:
    """Assembled by hand, say: no tags, and nothing known of return types."""
    found = read_object(build_elf({"socket": bytes(16)}, functions={"f": "socket"}))

    assert [(spec.name, spec.insns, spec.tags, spec.returns_value) for spec in found.filters] == [
        ("f", 2, (), True)
    ]


def test_a_static_filter_is_refused() -> None:
    """libbpf refuses the whole object then, and its message names neither cause nor cure."""
    data = build_elf({"socket": bytes(16)}, functions={"f": "socket"}, local=True)

    with pytest.raises(ObjectError, match="filter f in section 'socket' is static"):
        read_object(data)


def test_a_filter_that_ends_outside_its_section_is_refused() -> None:
    """A symbol is a claim like any other."""
    data = build_elf({"socket": bytes(16)}, functions={"f": "socket"}, size=24)

    with pytest.raises(ObjectError, match=r"filter f has 24 bytes at 0 .* which has 16"):
        read_object(data)


def test_executable_sections_without_content_hold_no_filter() -> None:
    """Only PROGBITS is code."""
    data = build_elf({"socket": bytes(16)}, functions={"f": "socket"})

    with pytest.raises(ObjectError, match="holds no filter"):
        read_object(patched_section(data, "socket", type=SHT_NOBITS))


@pytest.mark.parametrize("name", _EVERY_OBJECT)
def test_damaged_objects_give_object_errors_and_nothing_else(name: str) -> None:
    """Whatever the bytes, the reader returns specs or raises ObjectError."""
    refused = 0
    for damaged in mutations(recorded_object(name), count=300, seed=2014):
        try:
            read_object(damaged)
        except ObjectError:
            refused += 1

    assert 100 < refused < 300


def test_a_filter_reaches_the_tables_that_its_code_and_its_functions_refer_to() -> None:
    found = read_object(recorded_object("tables.o"))

    assert found.filter("first").tables == (".rodata", ".data", ".bss")
    assert found.filter("second").tables == ()
