"""What a telnet server says between the bytes: options, all of which are declined. RFC 854."""

_IAC, _DONT, _DO, _WONT, _WILL = 255, 254, 253, 252, 251
_SUBNEGOTIATION, _END = 250, 240

# What we answer to who wants to do something, or wants us to.
_ANSWER = {_WILL: _DONT, _DO: _WONT}


class TelnetText:
    """Takes the bytes of a connection in pieces of any size.

    >>> TelnetText().feed(bytes([255, 253, 1]) + b"login:")
    (b'login:', b'\\xff\\xfc\\x01')
    """

    def __init__(self) -> None:
        self._order = bytearray()
        """Of an order that has not come to its end, from IAC on."""

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """The text in it, and what is to be answered."""
        text, answer = bytearray(), bytearray()
        for byte in data:
            if not self._order and byte != _IAC:
                text.append(byte)
                continue
            self._order.append(byte)
            if self._is_whole():
                text += b"\xff" if self._order[1] == _IAC else b""
                answer += self._reply()
                self._order.clear()
        return bytes(text), bytes(answer)

    def _is_whole(self) -> bool:
        order = self._order
        if len(order) < 2:
            return False
        if order[1] == _SUBNEGOTIATION:
            # Of what a server goes on about, no more is kept than its end takes to see.
            if len(order) > 4:
                del order[2:-2]
            return len(order) >= 4 and order[-2] == _IAC and order[-1] == _END
        return len(order) == (3 if _WILL <= order[1] <= _DONT else 2)

    def _reply(self) -> bytes:
        kind = self._order[1]
        return bytes((_IAC, _ANSWER[kind], self._order[2])) if kind in _ANSWER else b""
