"""The one message for each way not to be let in by a machine, with its remedy."""

import os
import socket

import paramiko

from harness.channels.ssh_place import PORT, Place
from harness.values.errors import TargetError, UnreachableError
from harness.values.ssh_address import SshAddress

_KEY_REMEDY = "give a key that it accepts: -i FILE, or ssh-add FILE"

# What paramiko says when the connection ended, or stood still, while keys were shown.
_HUNG_UP = (
    "No existing session",
    "Authentication timeout.",
    "Authentication failed: transport shut down or saw EOF",
)

_NO_BANNER = "Error reading SSH protocol banner"
_NO_KEY = "No authentication methods available"


class UnknownHostError(Exception):
    """Its host key is in no file."""

    def __init__(self, key: paramiko.PKey) -> None:
        super().__init__(key.get_name())
        self.key = key


def refusal(error: BaseException, address: SshAddress, place: Place) -> Exception | None:
    """The error for the user; None for what is not about the connection."""
    match error:
        case UnknownHostError() | paramiko.BadHostKeyException():
            return _host_key(error, address, place)
        case paramiko.SSHException() if str(error) in _HUNG_UP:
            # A machine that goes down, or a server that has seen more keys than MaxAuthTries.
            return UnreachableError(
                f"{address} hung up before {place.user} was let in: {words_of(error)}",
                remedy="if ssh-agent has many keys, name the one that is meant: -i FILE",
            )
        case paramiko.SSHException() if str(error) == _NO_KEY:
            return TargetError(
                f"there is no key to show to {address}: {_agent()}, and ~/.ssh has none",
                remedy=_KEY_REMEDY,
            )
        case paramiko.AuthenticationException():
            return _authentication(error, address, place)
        case paramiko.SSHException() | OSError() | EOFError():
            return _unreachable(error, address, place)
    return None


def _unreachable(error: Exception, address: SshAddress, place: Place) -> TargetError:
    if isinstance(error, socket.gaierror):
        return TargetError(
            f"there is no host {place.host}: {words_of(error)}",
            remedy="check the name in --target",
        )
    remedy = f"check that the machine is up and runs an SSH server on port {place.port}"
    if str(error).startswith(_NO_BANNER):
        remedy += "; OpenSSH may hold failed logins against us for minutes (PerSourcePenalties)"
    return UnreachableError(f"cannot connect to {address}: {words_of(error)}", remedy=remedy)


def _host_key(
    error: UnknownHostError | paramiko.BadHostKeyException, address: SshAddress, place: Place
) -> TargetError:
    if isinstance(error, UnknownHostError):
        return TargetError(
            f"the host key of {address} is not known: {_fingerprint(error.key)}",
            remedy=f"compare it with the machine's own, then: "
            f"ssh-keyscan -p {place.port} {place.host} >>~/.ssh/known_hosts",
        )
    known = place.host if place.port == PORT else f"[{place.host}]:{place.port}"
    return TargetError(
        f"the host key of {address} has changed: it is {_fingerprint(error.key)}, and "
        f"known_hosts has {_fingerprint(error.expected_key)}; somebody may be in between",
        remedy=f"if the machine was installed anew: ssh-keygen -R '{known}', then add its new key",
    )


def _authentication(
    error: paramiko.AuthenticationException, address: SshAddress, place: Place
) -> TargetError:
    match error:
        case paramiko.PasswordRequiredException():
            keys = " ".join(place.identities) or "the key in ~/.ssh"
            return TargetError(
                f"no key could be shown to {address}: {keys} is encrypted, and {_agent()}",
                remedy="ssh-add FILE asks for its passphrase; nothing is asked for here",
            )
        case paramiko.BadAuthenticationType():
            wanted = " or ".join(error.allowed_types)
            return TargetError(
                f"{address} takes no key of {place.user}: it wants {wanted}",
                remedy="passwords are not used: it must have PubkeyAuthentication",
            )
    said = words_of(error)
    return TargetError(f"{address} does not let {place.user} in: {said}", remedy=_KEY_REMEDY)


def agent_fault() -> str:
    """Why ssh-agent cannot be asked for keys; empty if it can."""
    path = os.environ.get("SSH_AUTH_SOCK")
    if not path:
        return "there is no ssh-agent (SSH_AUTH_SOCK is not set)"
    with socket.socket(socket.AF_UNIX) as agent:
        try:
            agent.connect(path)
        except OSError as error:
            return f"no ssh-agent answers at {path}: {error.strerror}"
    return ""


def _agent() -> str:
    """What became of asking it."""
    return agent_fault() or "ssh-agent has none"


def _fingerprint(key: paramiko.PKey) -> str:
    return f"{key.get_name()} {key.fingerprint}"


def words_of(error: BaseException) -> str:
    """What it says, in one line; the name of its type if that is nothing."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:300] or type(error).__name__
