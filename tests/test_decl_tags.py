"""The three encodings of declaration tags."""

import pytest

from harness.formats.decl_tags import Generation, Tag, detect_generation, read_tags
from harness.formats.object_file import read_object
from tests.recorded_files import recorded_object


def _pairs(tags: tuple[Tag, ...]) -> list[tuple[str, str | None]]:
    return [(tag.key, tag.value) for tag in tags]


@pytest.mark.parametrize(
    ("name", "generation"),
    [
        ("first_generation.o", Generation.G1),
        ("second_generation.o", Generation.G2),
        ("case_h.o", Generation.G3),
        ("case_h.big.o", Generation.G3),
        ("tables.o", Generation.G1),
    ],
)
def test_the_generation_is_found_from_all_tags_of_an_object(
    name: str, generation: Generation
) -> None:
    """An object without tags counts as G1: there is nothing to take apart."""
    found = read_object(recorded_object(name))

    assert detect_generation(t for spec in found.filters for t in spec.tags) is generation


def test_a_text_that_looks_like_a_counter_does_not_make_an_object_g2() -> None:
    """One message without a counter proves that the other's digits are text."""
    tags = ["comment:test_expect_msg=1=a", "comment:test_expect_msg=plain"]

    generation = detect_generation(tags)

    assert generation is Generation.G1
    assert _pairs(read_tags(tags, generation)) == [
        ("test_expect_msg", "1=a"),
        ("test_expect_msg", "plain"),
    ]


def test_g2_counters_are_taken_off_repeated_keys_only() -> None:
    """`test_retval=5=` would be no counter, and the order of the BTF is kept."""
    tags = ["comment:test_expect_msg=9=2=b", "comment:test_retval=5", "comment:test_jited=3=c"]

    assert _pairs(read_tags(tags, Generation.G2)) == [
        ("test_expect_msg", "2=b"),
        ("test_retval", "5"),
        ("test_jited", "c"),
    ]


def test_g3_tags_are_ordered_by_their_numbers() -> None:
    """By value, not by digits; clang does not promise the order of the source."""
    tags = ["comment:10:test_expect_msg=c", "comment:9:test_expect_msg=b", "comment:1:a"]

    assert _pairs(read_tags(tags, Generation.G3)) == [
        ("a", None),
        ("test_expect_msg", "b"),
        ("test_expect_msg", "c"),
    ]


def test_other_declaration_tags_are_not_annotations() -> None:
    """kfuncs, contention marks and so on use the same mechanism."""
    assert read_tags(["bpf_kfunc", "exception_callback:x"], Generation.G3) == ()
