"""Filters with annotations, for the tests of what these mean."""

from harness.formats.annotations import read_expectation
from harness.formats.decl_tags import Generation
from harness.values.expectation import Expectation
from harness.values.filter_spec import FilterSpec


def filter_with(*tags: str) -> FilterSpec:
    """A filter `f` with these tags, in the encoding of the third generation."""
    numbered = tuple(f"comment:{i}:{tag}" for i, tag in enumerate(tags))
    return FilterSpec("f", "socket", 2, "GPL", tags=numbered)


def read_tags(*tags: str) -> Expectation:
    """What they say; raises AnnotationError."""
    return read_expectation(filter_with(*tags), Generation.G3)
