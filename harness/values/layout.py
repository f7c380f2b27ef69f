"""Where the numbers are in a key or a value of a table, as its C type says."""

from dataclasses import dataclass

from harness.values.arch import ByteOrder


@dataclass(frozen=True, slots=True)
class Layout:
    """Numbers in the machine's byte order. What is not covered is padding, and means nothing."""

    size: int
    numbers: tuple[tuple[int, int], ...]
    """Offset and size of each, in bytes."""

    def read(self, data: bytes, byte_order: ByteOrder) -> str:
        """The numbers, unsigned: the same text for machines of either byte order.

        >>> Layout(8, ((0, 4), (4, 1))).read(bytes.fromhex("0500000007000000"), ByteOrder.LITTLE)
        '5 7'
        """
        return " ".join(
            str(int.from_bytes(data[at : at + size], byte_order.value)) for at, size in self.numbers
        )
