"""Functions without SEC(): which there are, and what they take."""

import pytest

from harness.formats.loose_functions import LooseFunction, read_loose_functions
from harness.values.errors import ObjectError
from tests.elf_builder import build_elf
from tests.mutations import mutations
from tests.recorded_files import recorded_object


def test_global_functions_without_a_section_are_found_with_their_context() -> None:
    """Static ones are helpers; one with a section is a filter already."""
    assert read_loose_functions(recorded_object("loose.o")) == (
        LooseFunction("my_filter", "bpf_context"),
        LooseFunction("on_packet", "__sk_buff"),
        LooseFunction("helper", None),
        LooseFunction("two", None),
    )


def test_an_object_without_plain_code_has_none() -> None:
    """Everything has SEC()."""
    assert read_loose_functions(build_elf({"socket": bytes(16)})) == ()


def test_types_are_needed() -> None:
    """Without them nobody knows what a function takes."""
    with pytest.raises(ObjectError, match="no BTF"):
        read_loose_functions(build_elf({".text": bytes(16)}, functions={"f": ".text"}))


def test_damaged_objects_give_object_errors_and_nothing_else() -> None:
    """As for the reader of filters."""
    refused = 0
    for damaged in mutations(recorded_object("loose.o"), count=300, seed=5):
        try:
            read_loose_functions(damaged)
        except ObjectError:
            refused += 1

    assert 50 < refused < 300
