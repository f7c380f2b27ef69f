"""What a machine that runs already says of itself before anything is put on it."""

import zlib
from dataclasses import dataclass

from harness.channels.ssh_session import SshSession
from harness.formats.kconfig import Kconfig, parse_kconfig
from harness.values.arch import Arch, parse_arch
from harness.values.deadline import Deadline
from harness.values.errors import TargetError, UnknownNameError
from harness.values.ssh_address import SshAddress

_MAX_FACTS = 64 * 1024
_MAX_CONFIG = 4 * 1024 * 1024

# Before the first fact, so that what a login shell prints by itself is not taken for one.
_BEGIN = "bpf-harness facts"

_ASK = (
    f"echo '{_BEGIN}'; uname -m; uname -r; uname -v; id -u; "
    "cat /proc/sys/kernel/random/boot_id; nproc"
)

_ASK_CONFIG = (
    "r=$(uname -r); cat /proc/config.gz 2>/dev/null || cat /boot/config-$r 2>/dev/null || "
    "cat /lib/modules/$r/config 2>/dev/null"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """One look at a machine."""

    machine: str
    """uname -m"""

    release: str
    version: str
    uid: int
    boot_id: str
    cpus: int


def read_facts(session: SshSession, address: SshAddress, deadline: Deadline) -> Facts:
    """Raises TargetError for what is no Linux machine with a shell."""
    ran = session.run(posix(_ASK), deadline, _MAX_FACTS)
    lines = ran.output.decode("utf-8", "replace").splitlines()
    facts = lines[lines.index(_BEGIN) + 1 :] if _BEGIN in lines else []
    if len(facts) < 6 or not (facts[3].isdigit() and facts[5].isdigit()):
        said = " ".join((*lines[:3], ran.errors))[:200] or "nothing"
        raise TargetError(
            f"{address} does not answer as a Linux machine with a POSIX shell: it said {said!r}",
            remedy="whoever logs in must get a shell: no ForceCommand, no command= of the key",
        )
    return Facts(facts[0], facts[1], facts[2], int(facts[3]), facts[4], int(facts[5]))


def fit_arch(facts: Facts, address: SshAddress) -> Arch:
    """The architecture; raises TargetError if cases cannot be run there."""
    try:
        arch = parse_arch(facts.machine)
    except UnknownNameError as error:
        raise TargetError(f"{address} is a {facts.machine}, which has no agent") from error
    if facts.uid:
        raise TargetError(
            f"{address} does not give us root: the user there has the number {facts.uid}",
            remedy=f"log in as root: --target ssh://root@{address.host}, with a key for root",
        )
    return arch


def read_config(session: SshSession, deadline: Deadline) -> Kconfig | None:
    """What the kernel was built with; None where the machine does not have it."""
    ran = session.run(posix(_ASK_CONFIG), deadline, _MAX_CONFIG)
    try:
        data = _unpack(ran.output)
    except (OSError, EOFError, zlib.error):
        return None
    config = parse_kconfig(data.decode("utf-8", "replace"))
    return config if config.options else None


def _unpack(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    return unpacker.decompress(data, _MAX_CONFIG)


def posix(script: str) -> str:
    """The script for whatever shell logs in there; raises ValueError for one of several lines."""
    if "\n" in script:
        raise ValueError("csh takes no line end in quotes")
    return "exec sh -c '" + script.replace("'", "'\\''") + "'"
