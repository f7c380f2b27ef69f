"""Where the console of a machine is that is not ours to boot: `--console`."""

from dataclasses import dataclass
from enum import Enum

from harness.values.errors import UsageError

_DEFAULT_SPEED = 115200

_REMEDY = (
    "use /dev/ttyUSB0[,SPEED], telnet:HOST:PORT, tcp:HOST:PORT or "
    "cmd:COMMAND (for example cmd:'ipmitool … sol activate')"
)


class ConsoleKind(Enum):
    """How its bytes are come by."""

    SERIAL = "serial"
    TELNET = "telnet"
    TCP = "tcp"
    COMMAND = "cmd"


@dataclass(frozen=True, slots=True)
class ConsoleSource:
    """A console that can be opened."""

    kind: ConsoleKind
    place: str
    """A device's path, a host, or a shell command."""

    number: int = 0
    """The device's speed in bits a second, or the port."""

    def __str__(self) -> str:
        match self.kind:
            case ConsoleKind.SERIAL:
                return f"{self.place},{self.number}"
            case ConsoleKind.TELNET | ConsoleKind.TCP:
                return f"{self.kind.value}:{self.place}:{self.number}"
            case ConsoleKind.COMMAND:
                return f"cmd:{self.place}"


def parse_console_source(text: str) -> ConsoleSource:
    """Raises UsageError for what is none of them.

    >>> parse_console_source("telnet:bmc:2003").number
    2003
    """
    if text.startswith("/"):
        path, comma, speed = text.partition(",")
        return ConsoleSource(
            ConsoleKind.SERIAL, path, _number(speed, text) if comma else _DEFAULT_SPEED
        )
    word, _, rest = text.partition(":")
    if word == ConsoleKind.COMMAND.value and rest.strip():
        return ConsoleSource(ConsoleKind.COMMAND, rest)
    host, _, port = rest.rpartition(":")
    if word in (ConsoleKind.TELNET.value, ConsoleKind.TCP.value) and host:
        return ConsoleSource(ConsoleKind(word), host.strip("[]"), _number(port, text))
    raise UsageError(f"{text!r} is no console", remedy=_REMEDY)


def _number(text: str, whole: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 1 << 32:
        raise UsageError(f"{text!r} in {whole!r} is not a number that can be", remedy=_REMEDY)
    return int(text)
