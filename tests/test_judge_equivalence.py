"""Rules of equivalence: modes must do the same, save for what cannot be the same."""

import random
from dataclasses import replace

import pytest

from harness.judge.equivalence import compare
from harness.values.mode import Mode
from harness.values.observation import (
    LoadObservation,
    Observation,
    RunObservation,
    TableContents,
)
from harness.values.table_spec import TABLE_TYPES

_LOAD = LoadObservation(0, "")
_RUN = RunObservation(0, 5, b"\1\2", b"\3")


def _table(kind: str, *entries: tuple[bytes, bytes], truncated: bool = False) -> TableContents:
    return TableContents("t", TABLE_TYPES.index(kind), entries, truncated)


def _seen(*tables: TableContents, run: RunObservation | None = _RUN) -> Observation:
    return Observation(_LOAD, run, tables)


def _compare(
    reference: Observation, seen: Observation, *, varying: frozenset[str] = frozenset()
) -> str | None:
    return compare(Mode.INTERP, reference, Mode.JIT, seen, varying=varying)


def test_the_same_is_no_difference() -> None:
    """How it was compiled does not matter."""
    jited = replace(_LOAD, jited_size=80, log="x", verified_insns=7)

    assert _compare(_seen(), replace(_seen(), load=jited)) is None


@pytest.mark.parametrize(
    ("seen", "difference"),
    [
        (
            replace(_seen(), load=LoadObservation(13, "")),
            "load gave EACCES, expected success",
        ),
        (_seen(run=replace(_RUN, errno=524)), "test run gave ENOTSUPP, expected success"),
        (_seen(run=replace(_RUN, retval=0xFFFFFFFB)), "(0xfffffffb != 0x5)"),
        (
            _seen(run=replace(_RUN, data_out=b"\1\7")),
            "data out differs at byte 1: 0x07, expected 0x02",
        ),
        (_seen(run=replace(_RUN, ctx_out=b"")), "context out has 0 bytes, expected 1"),
        (_seen(run=None), "was not run"),
        (_seen(_table("hash")), "tables t, expected none"),
    ],
)
def test_the_first_difference_names_both_modes(seen: Observation, difference: str) -> None:
    """And says which of them is taken as the measure."""
    found = _compare(_seen(), seen)

    assert found is not None
    assert found.startswith("differs between interp (expected) and jit: ")
    assert found.endswith(difference)


@pytest.mark.parametrize(
    ("seen", "difference"),
    [
        (((b"\1", b"\7"),), "table t[01] is 07, expected 05"),
        ((), "table t[01] is missing, expected 05"),
        (((b"\1", b"\5"), (b"\2", b"")), "table t[02] is nothing, expected missing"),
    ],
)
def test_tables_must_hold_the_same(seen: tuple[tuple[bytes, bytes], ...], difference: str) -> None:
    """Keys that are missing, added or have another value."""
    found = _compare(_seen(_table("hash", (b"\1", b"\5"))), _seen(_table("hash", *seen)))

    assert found is not None
    assert found.endswith(difference)


def test_the_order_of_a_hash_table_does_not_matter() -> None:
    """It comes from a seed that is new with every table."""
    rng = random.Random(2014)
    entries = [(rng.randbytes(8), rng.randbytes(8)) for _ in range(200)]
    shuffled = entries[:]
    rng.shuffle(shuffled)

    assert _compare(_seen(_table("hash", *entries)), _seen(_table("hash", *shuffled))) is None


def test_one_changed_bit_is_always_found() -> None:
    """Wherever it is, and in whatever order the entries come."""
    rng = random.Random(2014)
    for _ in range(200):
        entries = [(bytes([key]), rng.randbytes(16)) for key in range(rng.randrange(1, 20))]
        changed = entries[:]
        at, bit = rng.randrange(len(entries)), rng.randrange(128)
        value = (int.from_bytes(entries[at][1]) ^ 1 << bit).to_bytes(16)
        changed[at] = (entries[at][0], value)
        rng.shuffle(changed)
        kind = rng.choice(["hash", "array", "lru_hash", "percpu_hash", "lpm_trie"])

        found = _compare(_seen(_table(kind, *entries)), _seen(_table(kind, *changed)))

        assert found is not None
        assert f"table t[{entries[at][0].hex()}]" in found


def test_per_cpu_values_may_be_on_any_cpu() -> None:
    """Which CPU runs the filter is chosen anew each time; its value is not."""
    value, other = b"\7".ljust(8, b"\0"), b"\x08".ljust(8, b"\0")
    reference = _seen(_table("percpu_array", (b"\0", value + bytes(8))))

    assert _compare(reference, _seen(_table("percpu_array", (b"\0", bytes(8) + value)))) is None
    assert _compare(reference, _seen(_table("percpu_array", (b"\0", bytes(8) + other)))) is not None


@pytest.mark.parametrize("kind", ["prog_array", "array_of_maps", "stack_trace", "sockmap"])
def test_ids_and_addresses_are_not_compared(kind: str) -> None:
    """They are new with every load."""
    assert (
        _compare(_seen(_table(kind, (b"\0", b"\1"))), _seen(_table(kind, (b"\0", b"\2")))) is None
    )


def test_of_tables_that_were_cut_only_common_keys_are_compared() -> None:
    """The parts that were read need not be the same."""
    reference = _seen(_table("hash", (b"\1", b"\5"), (b"\2", b"\5"), truncated=True))

    assert _compare(reference, _seen(_table("hash", (b"\1", b"\5"), truncated=True))) is None
    assert _compare(reference, _seen(_table("hash", (b"\1", b"\6"), truncated=True))) is not None
    assert _compare(reference, _seen(_table("hash", (b"\1", b"\5")))) is None
    assert _compare(_seen(_table("hash", (b"\1", b"\5"))), reference) is None


@pytest.mark.parametrize(
    ("varying", "seen"),
    [
        ("retval", _seen(run=replace(_RUN, retval=9))),
        ("data out", _seen(run=replace(_RUN, data_out=b"x"))),
        ("context out", _seen(run=replace(_RUN, ctx_out=b"x"))),
    ],
)
def test_what_may_vary_is_left_out(varying: str, seen: Observation) -> None:
    """Times and addresses differ for a good reason; nothing else does."""
    assert _compare(_seen(), seen) is not None
    assert _compare(_seen(), seen, varying=frozenset({varying})) is None


def test_a_table_that_may_vary_is_left_out() -> None:
    """By its name."""
    reference, seen = _seen(_table("array", (b"\0", b"\1"))), _seen(_table("array", (b"\0", b"\2")))

    assert _compare(reference, seen) is not None
    assert _compare(reference, seen, varying=frozenset({"t"})) is None


def test_a_load_that_was_not_seen_is_no_difference() -> None:
    """There is nothing to compare, and the verdict on it is another's."""
    unseen = Observation(None)

    assert _compare(unseen, replace(_seen(), run=None)) is None
    assert _compare(replace(_seen(), run=None), unseen) is None


def test_two_refusals_are_equal() -> None:
    """Neither was run."""
    refused = Observation(LoadObservation(13, "no"))

    assert _compare(refused, replace(refused, load=LoadObservation(13, "another log"))) is None
