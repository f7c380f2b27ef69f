"""Where a machine is that is not ours to boot, `ssh://user@host:port`, and the keys to it."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from harness.values.errors import UsageError

_REMEDY = "for example --target ssh://root@testbox or ssh://root@[fd00::2]:2222"


@dataclass(frozen=True, slots=True)
class SshAddress:
    """As the user named it; what is None is for ~/.ssh/config or ssh's own defaults to say."""

    host: str
    user: str | None = None
    port: int | None = None

    def __str__(self) -> str:
        user = "" if self.user is None else f"{self.user}@"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"ssh://{user}{host}{port}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the user gave to prove who is who; by default what ssh(1) uses."""

    identities: tuple[Path, ...] = ()
    """Private keys that are shown before ssh-agent's; with none, those in ~/.ssh after them."""

    known_hosts: Path | None = None
    """Instead of ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts."""


def parse_ssh_address(text: str) -> SshAddress:
    """Raises UsageError for what is not `ssh://[USER@]HOST[:PORT]`.

    >>> str(parse_ssh_address("ssh://root@testbox:2222"))
    'ssh://root@testbox:2222'
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"{text!r} is no target: {error}", remedy=_REMEDY) from error
    if parts.scheme != "ssh" or not host or port == 0:
        raise UsageError(f"{text!r} is not ssh://[USER@]HOST[:PORT]", remedy=_REMEDY)
    if parts.password is not None:
        raise UsageError(
            "a password in --target would be seen by everybody",
            remedy="use a key: -i FILE, or ssh-agent",
        )
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username == "":
        raise UsageError(f"{text!r} has more than a user, a host and a port", remedy=_REMEDY)
    return SshAddress(host, parts.username, port)
