"""Where an SSH connection leads and with which keys: the address, the options, ~/.ssh/config."""

from dataclasses import dataclass
from pathlib import Path

import paramiko

from harness.values.errors import UsageError
from harness.values.ssh_address import Credentials, SshAddress

PORT = 22

_USER_CONFIG = Path("~/.ssh/config")


@dataclass(frozen=True, slots=True)
class Place:
    """An address with everything that ~/.ssh/config and the defaults add."""

    host: str
    port: int
    user: str
    identities: tuple[str, ...]
    proxy: str | None = None
    """A command whose standard input and output are the connection: ProxyCommand."""


def locate(address: SshAddress, credentials: Credentials, config: Path | None = None) -> Place:
    """With what ~/.ssh/config says of the host; raises UsageError if that cannot be read."""
    path = (config or _USER_CONFIG).expanduser()
    said: dict[str, object] = {}
    try:
        if path.is_file():
            said = dict(paramiko.SSHConfig.from_path(str(path)).lookup(address.host))
    except (OSError, paramiko.SSHException, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error
    keys = said.get("identityfile", [])
    named = tuple(str(_check(identity)) for identity in credentials.identities)
    configured = tuple(map(str, keys)) if isinstance(keys, list) else ()
    # ssh(1) passes over those that are not there.
    there = tuple(name for name in configured if Path(name).expanduser().is_file())
    proxy = said.get("proxycommand")
    return Place(
        host=str(said.get("hostname", address.host)),
        port=address.port or int(str(said.get("port", PORT))),
        user=address.user or str(said.get("user", "root")),
        identities=named or there,
        proxy=None if proxy is None else str(proxy),
    )


def _check(identity: Path) -> Path:
    """Raises UsageError for what is no private key; whether it is encrypted is seen later."""
    path = identity.expanduser()
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(f"there is no key {identity}: {error.strerror}") from error
    if b"PRIVATE KEY-----" not in text:
        raise UsageError(
            f"{identity} is no private key",
            remedy="-i takes the file that `ssh-keygen` makes, without .pub",
        )
    return path
