# SPDX-License-Identifier: GPL-2.0-only
"""Prefixes of addresses: the longest one that fits is found. kernel/bpf/lpm_trie.c."""

import errno

from harness.scenario import Bench, Table, Update, refusal, scenario
from harness.values.deadline import Deadline

NO_PREALLOC = 1


def make(bench: Bench, *, entries: int = 16, key_size: int = 8, flags: int = NO_PREALLOC) -> Table:
    return bench.guest.table(
        "routes", type="lpm_trie", entries=entries, key_size=key_size, value_size=4, flags=flags
    )


def prefix(bench: Bench, text: str) -> bytes:
    """struct bpf_lpm_trie_key of `10.0.0.0/8`: bits in the machine's order, bytes in the net's."""
    address, _, bits = text.partition("/")
    return bench.u32(int(bits)) + bytes(int(byte) for byte in address.split("."))


@scenario(modes="interp", needs="lpm_trie")
def longest_prefix_is_found(bench: Bench) -> None:
    table = make(bench)
    for number, text in enumerate(("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32")):
        table.add(prefix(bench, text), bench.u32(number))

    def found(address: str) -> int:
        value = table.lookup(prefix(bench, f"{address}/32"))
        assert value is not None
        return bench.number(value)

    assert [found(each) for each in ("10.1.2.3", "10.1.2.4", "10.2.0.0", "11.0.0.0")] == [
        3,
        2,
        1,
        0,
    ]
    table.remove(prefix(bench, "10.1.0.0/16"))
    assert [found(each) for each in ("10.1.2.3", "10.1.2.4")] == [3, 1]


@scenario(modes="interp", needs="lpm_trie")
def prefix_is_found_by_a_prefix_as_long(bench: Bench) -> None:
    """A lookup says how many bits of its own count; a shorter one finds nothing longer."""
    table = make(bench)
    table.add(prefix(bench, "10.1.0.0/16"), bench.u32(1))

    assert table.lookup(prefix(bench, "10.1.0.0/16")) == bench.u32(1)
    assert table.lookup(prefix(bench, "10.1.0.0/15")) is None
    assert table.lookup(prefix(bench, "10.0.0.0/16")) is None


@scenario(modes="interp", needs="lpm_trie")
def bits_beyond_the_prefix_do_not_count(bench: Bench) -> None:
    """10.1.2.3/16 is 10.1.0.0/16, when it is added and when it is removed."""
    table = make(bench)
    table.add(prefix(bench, "10.1.2.3/16"), bench.u32(1))
    new = Update.ONLY_NEW
    assert refusal(table.add, prefix(bench, "10.1.9.9/16"), bench.u32(2)) == 0
    assert len(table.dump()) == 1

    table.remove(prefix(bench, "10.1.0.0/16"))

    assert table.dump() == ()
    table.add(prefix(bench, "10.1.2.3/16"), bench.u32(1), new)


@scenario(modes="interp", needs="lpm_trie")
def full_trie_refuses(bench: Bench) -> None:
    """ENOSPC; a longer prefix than the key has bits is EINVAL, and so are unknown flags."""
    table = make(bench, entries=4)
    for number in range(4):
        table.add(prefix(bench, f"10.{number}.0.0/16"), bench.u32(number))

    assert refusal(table.add, prefix(bench, "11.0.0.0/8"), bench.u32(9)) == errno.ENOSPC
    assert refusal(table.add, prefix(bench, "10.0.0.0/33"), bench.u32(9)) == errno.EINVAL
    assert refusal(table.add, prefix(bench, "10.0.0.0/8"), bench.u32(9), 8) == errno.EINVAL
    assert refusal(table.remove, prefix(bench, "12.0.0.0/8")) == errno.ENOENT
    assert refusal(table.remove, prefix(bench, "12.0.0.0/33")) == errno.EINVAL
    assert len(table.dump()) == 4


@scenario(modes="interp", needs="lpm_trie")
def trie_sizes(bench: Bench) -> None:
    """Keys hold 1 to 256 bytes beside the number of bits; BPF_F_NO_PREALLOC must be said."""
    assert refusal(make, bench, flags=0) == errno.EINVAL
    assert refusal(make, bench, key_size=4) == errno.EINVAL
    assert refusal(make, bench, key_size=4 + 257) == errno.EINVAL
    assert refusal(make, bench, entries=0) == errno.EINVAL
    table = make(bench, key_size=4 + 256)
    longest = bench.u32(2048) + b"\xff" * 256
    table.add(longest, bench.u32(1))
    table.add(bench.u32(2047) + b"\xff" * 256, bench.u32(2))

    assert table.lookup(longest) == bench.u32(1)
    assert table.lookup(bench.u32(2048) + b"\xff" * 255 + b"\xfe") == bench.u32(2)


@scenario(modes="interp", needs="lpm_trie")
def trie_is_walked_from_the_longest_prefix(bench: Bench) -> None:
    """trie_get_next_key() goes through the tree in postorder."""
    table = make(bench)
    texts = ("10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24", "192.168.0.0/16")
    for text in texts:
        table.add(prefix(bench, text), bench.u32(1))

    order = [key for key, _ in table.dump()]

    assert sorted(order) == sorted(prefix(bench, text) for text in texts)
    assert order.index(prefix(bench, "10.1.1.0/24")) < order.index(prefix(bench, "10.0.0.0/8"))


@scenario(modes="interp", needs="batches-of-lpm_trie")
def trie_batches(bench: Bench) -> None:
    table = make(bench, entries=256)
    wanted = {prefix(bench, f"10.{number}.0.0/16"): bench.u32(number) for number in range(200)}
    # Memory for nodes is fetched from an interrupt, and ENOMEM until it is: bpf_mem_alloc.
    deadline = Deadline.after(10)
    while number := refusal(table.add_batch, tuple(wanted.items())):
        assert number == errno.ENOMEM
        assert not deadline.expired, "no memory comes"
    assert dict(table.dump()) == wanted

    table.remove_batch(list(wanted)[:150])

    assert dict(table.dump()) == dict(list(wanted.items())[150:])
