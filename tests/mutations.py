"""Damaged copies of a file, the same ones on every run."""

import random
from collections.abc import Iterator

_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF)
_WIDE = (0, 1 << 30, (1 << 32) - 1, (1 << 63) - 1, (1 << 64) - 1)


def mutations(data: bytes, *, count: int, seed: int) -> Iterator[bytes]:
    """`count` copies with flipped bytes, overwritten numbers, cuts and repeats."""
    dice = random.Random(seed)
    for _ in range(count):
        damaged = bytearray(data)
        for _ in range(dice.choice((1, 1, 2, 8))):
            _damage(damaged, dice)
        yield bytes(damaged)


def _damage(data: bytearray, dice: random.Random) -> None:
    if not data:
        return
    at = dice.randrange(len(data))
    match dice.randrange(6):
        case 0:
            data[at] ^= 1 << dice.randrange(8)
        case 1:
            data[at] = dice.choice(_INTERESTING)
        case 2:
            size = dice.choice((4, 8))
            number = dice.choice(_WIDE) % (1 << (8 * size))
            data[at : at + size] = number.to_bytes(size, dice.choice(("little", "big")))
        case 3:
            del data[at:]
        case 4:
            del data[at : at + dice.randrange(1, 64)]
        case _:
            data[at:at] = data[at : at + dice.randrange(1, 64)]
