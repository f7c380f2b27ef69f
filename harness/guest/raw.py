"""A program given as instructions rather than as an object: loaded, run, closed."""

from harness.channels.fields import Fields
from harness.guest.guest import Guest
from harness.guest.links import Link
from harness.guest.replies import Code, read_places, read_run, read_verdict, submit_code
from harness.guest.tables import Ref
from harness.values.arch import ByteOrder
from harness.values.errors import ProtocolError
from harness.values.event import Event
from harness.values.insn import Insn, pack_insns
from harness.values.observation import LoadObservation, RunObservation

_NAME = "raw"
# linux/bpf.h
_LD_IMM_DW = 0x18
_BPF_F_TEST_RUN_ON_CPU = 1


class RawFilter:
    """A program that was presented to the kernel by bpf(2) alone: no object, no types."""

    def __init__(self, guest: Guest, handle: int, verdict: LoadObservation) -> None:
        self._guest = guest
        self._handle = handle
        self.verdict = verdict

    @classmethod
    def load(
        cls,
        guest: Guest,
        insns: tuple[Insn, ...],
        order: ByteOrder,
        program_type: int,
        *,
        flags: int = 0,
        attach_type: int = 0,
        attach_btf: str = "",
        table: Ref | None = None,
    ) -> "RawFilter":
        """BPF_PROG_LOAD; a refusal is in the verdict, with the verifier's log.

        `attach_btf` is the kernel function that a tracing program is for; `table` is what all wide
        loads are the address of.
        """
        handle = guest.connection.new_handle()
        arguments: dict[str, object] = {
            "as": handle,
            "type": program_type,
            "insns": pack_insns(insns, order),
            "license": "GPL",
            "flags": flags,
            "log_level": 1,
            "attach_type": attach_type,
            "attach_btf": attach_btf or None,
            "tables": None if table is None else _wide_loads(insns, table),
        }

        def read(reply: Fields) -> LoadObservation:
            program = _only_program(reply)
            guest.connection.code.extend(read_places(program))
            return read_verdict(program)

        return cls(guest, handle, guest.connection.submit("load_raw", read, arguments).result())

    @property
    def ref(self) -> Ref:
        """What the agent knows it by."""
        return Ref(self._handle, _NAME)

    def code(self) -> Code:
        """Its instructions, translated and as machine code."""
        return submit_code(self._guest.connection, self.ref).result()

    def run(self, data: bytes | None = None, *, cpu: int | None = None) -> RunObservation:
        """BPF_PROG_TEST_RUN once; on one CPU if given (raw_tracepoint programs only)."""
        arguments: dict[str, object] = {
            "program": self.ref.packed(),
            "data_in": data,
            "repeat": 0 if data is None else 1,
            "cpu": cpu,
            "flags": 0 if cpu is None else _BPF_F_TEST_RUN_ON_CPU,
        }
        return self._guest.connection.submit("run", read_run, arguments).result()

    def attach(self, event: Event) -> Link:
        """Raises AttachError."""
        return Link.attach(self._guest.connection, self.ref, event)

    def close(self) -> None:
        """Unload it; what was refused is not there any more."""
        if self.verdict.accepted:
            self._guest.connection.submit("close", lambda reply: None, {"handle": self._handle})


def _wide_loads(insns: tuple[Insn, ...], table: Ref) -> list[object]:
    return [[i, table.packed()] for i, insn in enumerate(insns) if insn.code == _LD_IMM_DW]


def _only_program(reply: Fields) -> Fields:
    programs = reply.all_maps("programs")
    if len(programs) != 1:
        raise ProtocolError(f"the agent answered for {len(programs)} programs, not for one")
    return programs[0]
