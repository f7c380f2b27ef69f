"""Which tables a kernel can make, and what it serves on them, found out on a fake agent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.formats.btf_bytes import KEY_TYPE, VALUE_TYPE, byte_types
from harness.guest.guest import Guest
from harness.guest.table_probes import TableProber
from harness.values.arch import ByteOrder
from harness.values.feature import OperationProbe, TableProbe
from harness.values.table_row import Operation
from harness.vm.fake import FakeVm

Handler = Callable[[dict[str, Any]], dict[str, Any]]

HASH = TableProbe(1, 4, 8, 4)
OK: Handler = lambda request: {"errno": 0}  # noqa: E731 - a handler like the others
NOT_SUPPORTED: Handler = lambda request: {"errno": 524}  # noqa: E731 - the same


def prober(**handlers: Handler) -> tuple[TableProber, list[dict[str, Any]]]:
    """A prober on a guest whose kernel serves what is not said otherwise, and what it is asked."""
    asked: list[dict[str, Any]] = []

    def noted(handler: Handler) -> Handler:
        def serve(request: dict[str, Any]) -> dict[str, Any]:
            asked.append(request)
            return handler(request)

        return serve

    serving = {
        "table_create": OK,
        "table_update": OK,
        "table_add_batch": OK,
        "table_take": lambda request: {"errno": 0, "value": bytes(8)},
        "descriptor": OK,
        **handlers,
    }
    guest = Guest(FakeVm(Path("/dev/null"), {name: noted(one) for name, one in serving.items()}))
    return TableProber(guest, ByteOrder.BIG), asked


def test_a_table_that_cannot_be_made_is_absent() -> None:
    there, _ = prober()
    absent, _ = prober(table_create=lambda request: {"errno": 22})

    assert there.has(HASH)
    assert not absent.has(HASH)
    assert not absent.has(OperationProbe(HASH, Operation.TAKE))


def test_a_table_of_tables_is_made_with_a_pattern() -> None:
    probing, asked = prober()

    assert probing.has(TableProbe(12, 4, 4, 4, of_tables=True))
    pattern, outer = asked
    assert outer["inner"] == [pattern["as"], "pattern"]


def test_a_table_with_types_is_made_with_btf_of_the_guests_order() -> None:
    probing, asked = prober()

    assert probing.has(TableProbe(24, 4, 8, 0, 1, with_types=True))
    assert asked[0]["types"] == byte_types(8, ByteOrder.BIG)
    assert (asked[0]["key_type"], asked[0]["value_type"]) == (KEY_TYPE, VALUE_TYPE)


@pytest.mark.parametrize(
    ("operation", "request_name"),
    [
        (Operation.TAKE, "table_take"),
        (Operation.LOOKUP_BATCH, "table_add_batch"),
        (Operation.UPDATE, "table_update"),
    ],
)
def test_an_operation_is_there_if_the_kernel_serves_it(
    operation: Operation, request_name: str
) -> None:
    there, _ = prober()
    absent, _ = prober(**{request_name: NOT_SUPPORTED})

    assert there.has(OperationProbe(HASH, operation))
    assert not absent.has(OperationProbe(HASH, operation))


def test_flags_are_those_of_the_operation() -> None:
    """The first entry is added without: only the second asks what the kernel knows."""
    probing, asked = prober()

    assert probing.has(OperationProbe(HASH, Operation.UPDATE, flags=4))
    assert [one["flags"] for one in asked if one["op"] == "table_update"] == [0, 4]


def test_a_value_that_belongs_to_somebody_is_added_by_descriptor() -> None:
    probe = OperationProbe(HASH, Operation.UPDATE, owner="udp")
    probing, asked = prober()
    absent, _ = prober(table_update=lambda request: {"errno": 12})

    assert probing.has(probe)
    opened, updated = asked[1:]
    assert (opened["kind"], updated["key_of"]) == ("udp", opened["as"])
    assert not absent.has(probe)
