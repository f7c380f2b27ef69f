"""Finding out in a guest whether its kernel has a feature. Decides nothing about what it means."""

from typing import assert_never

from harness.guest.guest import Guest
from harness.guest.links import AttachError
from harness.guest.raw import RawFilter
from harness.guest.stream_probe import streams_are_divided
from harness.guest.table_probes import TableProber
from harness.guest.tables import Table
from harness.values.arch import ByteOrder
from harness.values.errors import RefusedError
from harness.values.feature import (
    AttachProbe,
    Feature,
    HelperProbe,
    LoadProbe,
    OperationProbe,
    RunProbe,
    SelfContainedProbe,
    ShellProbe,
    SlotProbe,
    StreamProbe,
    TableProbe,
    TypesProbe,
)
from harness.values.insn import Insn, opcodes

_BTF = "/sys/kernel/btf/vmlinux"
_MAX_BTF = 16 * 1024 * 1024

_CALL, _EXIT = 0x85, 0x95
# What the verifier says of a number it does not know, and of a helper that this type cannot use:
# the latter since and before 6.10.
_NO_HELPER = ("invalid func ", "unknown func ", "program of this type cannot use helper ")

_PACKET = bytes(64)
_SOCKET_FILTER = 1


class Prober:
    """Probes one guest, which must be in the mode that is asked about."""

    def __init__(self, guest: Guest, order: ByteOrder) -> None:
        self.guest = guest
        self._order = order
        self._tables = TableProber(guest, order)
        self._btf: bytes | None = None

    def has(self, feature: Feature) -> bool:
        """Raises GuestError if the guest is lost, or if it cannot say."""
        match feature.probe:
            case ShellProbe(command):
                found = self.guest.shell(command).wait() == 0
            case LoadProbe() as probe:
                found = self._loads(probe)
            case RunProbe() as probe:
                found = self._returns(probe)
            case SelfContainedProbe() as probe:
                found = self._calls_nothing(probe)
            case AttachProbe() as probe:
                found = self._attaches(probe)
            case TypesProbe(name):
                found = b"\0%s\0" % name.encode() in self._types()
            case HelperProbe(helper, program_type):
                found = self._calls(helper, program_type)
            case TableProbe() | OperationProbe() as probe:
                found = self._tables.has(probe)
            case SlotProbe() | StreamProbe() as probe:
                found = self._works_on_table(probe)
            case other:
                assert_never(other)
        return found

    def _load(
        self,
        insns: tuple[Insn, ...],
        program_type: int,
        *,
        flags: int = 0,
        table: Table | None = None,
    ) -> RawFilter:
        ref = None if table is None else table.ref
        return RawFilter.load(self.guest, insns, self._order, program_type, flags=flags, table=ref)

    def _is_whole(self, loaded: RawFilter) -> bool:
        """Accepted, and not left to the interpreter in a mode that JITs."""
        mode = self.guest.mode
        jits = mode is not None and mode.jits
        return loaded.verdict.accepted and (loaded.verdict.jited or not jits)

    def _loads(self, probe: LoadProbe) -> bool:
        try:
            table = None if probe.table is None else self._tables.create(probe.table)
        except RefusedError:
            return False
        loaded = self._load(probe.insns, probe.program_type, flags=probe.flags, table=table)
        try:
            return self._is_whole(loaded)
        finally:
            loaded.close()
            if table is not None:
                table.close()

    def _returns(self, probe: RunProbe) -> bool:
        loaded = self._load(probe.insns, probe.program_type, flags=probe.flags)
        try:
            if not self._is_whole(loaded):
                return False
            data = _PACKET if probe.program_type == _SOCKET_FILTER else None
            run = loaded.run(data, cpu=probe.cpu)
            return run.errno == 0 and run.retval == probe.retval
        finally:
            loaded.close()

    def _calls_nothing(self, probe: SelfContainedProbe) -> bool:
        loaded = self._load(probe.insns, probe.program_type)
        try:
            if not self._is_whole(loaded):
                return False
            return loaded.verdict.jited or _CALL not in opcodes(loaded.code().xlated)
        finally:
            loaded.close()

    def _attaches(self, probe: AttachProbe) -> bool:
        loaded = RawFilter.load(
            self.guest,
            probe.insns,
            self._order,
            probe.program_type,
            flags=probe.flags,
            attach_type=probe.attach_type,
            attach_btf=probe.function,
        )
        if not loaded.verdict.accepted:
            return False
        links = []
        try:
            if probe.again:
                loaded.attach(probe.event).detach()
            for _ in range(probe.times):
                links.append(loaded.attach(probe.event))
            return not probe.command or self.guest.shell(probe.command).wait() == 0
        except AttachError:
            return False
        finally:
            for link in links:
                link.detach()
            loaded.close()

    def _calls(self, helper: int, program_type: int) -> bool:
        """As libbpf_probe_bpf_helper: a call without arguments is refused, but for them."""
        loaded = self._load((Insn(_CALL, imm=helper), Insn(_EXIT)), program_type)
        loaded.close()
        return not any(words in loaded.verdict.log for words in _NO_HELPER)

    def _works_on_table(self, probe: SlotProbe | StreamProbe) -> bool:
        if isinstance(probe, SlotProbe):
            return self._finds_in_slot(probe)
        return streams_are_divided(self.guest, self._order, probe)

    def _finds_in_slot(self, probe: SlotProbe) -> bool:
        table = self._tables.create(probe.table)
        loaded = self._load(probe.insns, probe.program_type)
        slot = probe.slot.to_bytes(probe.table.key_size, self._order.value)
        try:
            errno = table.submit_add_filter(slot, loaded.ref).result()
            return errno == 0 and table.lookup(slot) is not None
        finally:
            loaded.close()
            table.close()

    def _types(self) -> bytes:
        if self._btf is None:
            try:
                self._btf = self.guest.read_file(_BTF, _MAX_BTF)
            except RefusedError:
                self._btf = b""
        return self._btf
