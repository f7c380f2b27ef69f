"""Keys for a guest of one run: its own, and the one that lets us in."""

import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

_KIND = b"ssh-ed25519"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """One Ed25519 key in the forms that SSH programs take."""

    openssh: bytes
    """The private key as ssh(1) reads it from a file."""

    dropbear: bytes
    """The same for dropbear: dropbear's src/ed25519.c, buf_put_ed25519_priv_key()."""

    public: str
    """`ssh-ed25519 AAAA…`"""


def make_key_pair() -> KeyPair:
    """A new key, without a passphrase."""
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = key.public_key()
    both = secret + public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return KeyPair(
        key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
        _string(_KIND) + _string(both),
        public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii"),
    )


def _string(data: bytes) -> bytes:
    """RFC 4251, section 5."""
    return struct.pack(">I", len(data)) + data
