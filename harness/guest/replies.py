"""What the agent says of loaded programs and tables: verdicts, runs, code, places of code."""

from dataclasses import dataclass

from harness.channels.fields import Fields
from harness.guest.later import Connection, Later
from harness.guest.tables import Ref
from harness.values.autopsy import CodeRange
from harness.values.errors import GuestError
from harness.values.observation import LoadObservation, RunObservation
from harness.values.table_spec import TableSpec


@dataclass(frozen=True, slots=True)
class Code:
    """A loaded filter's instructions, as bpf_prog_get_info_by_fd gives them."""

    xlated: bytes
    """BPF instructions after the verifier's rewriting, 8 bytes each."""

    jited: bytes
    """Machine code, empty if the interpreter runs the filter."""


def submit_code(connection: Connection, ref: Ref) -> Later[Code]:
    """Ask for the instructions of a loaded program."""

    def read(reply: Fields) -> Code:
        if errno := reply.errno():
            raise GuestError(f"cannot read the code of {ref.name}: errno {errno}")
        return Code(reply.data("xlated"), reply.data("jited"))

    return connection.submit("code", read, {"program": ref.packed()})


def read_run(reply: Fields) -> RunObservation:
    """The result of one `run` operation."""
    return RunObservation(
        errno=reply.errno(),
        retval=reply.integer("retval") & 0xFFFFFFFF,
        data_out=reply.data("data_out"),
        ctx_out=reply.data("ctx_out"),
    )


def read_verdict(program: Fields) -> LoadObservation:
    """What the kernel said to one program of a load."""
    return LoadObservation(
        errno=program.errno(),
        log=program.text("log").rstrip("\0"),
        jited_size=program.integer_or_none("jited_size") or 0,
        xlated_size=program.integer_or_none("xlated_size") or 0,
        verified_insns=program.integer_or_none("verified_insns"),
        log_truncated=program.boolean("log_truncated"),
    )


def read_places(program: Fields) -> list[CodeRange]:
    """What the JIT made of one program of a load; its first function is the program itself."""
    places, lengths = program.all_integers("places"), program.all_integers("lengths")
    if not places:
        return []
    name = f"bpf_prog_{program.data('tag').hex()}_{program.text('name')}"
    return [
        CodeRange(f"{name}[{at}]" if at else name, place, length)
        for at, (place, length) in enumerate(zip(places, lengths, strict=False))
    ]


def read_spec(table: Fields) -> TableSpec:
    """What the agent says of one table of a load."""
    return TableSpec(
        name=table.text("name"),
        type=table.integer("type"),
        key_size=table.integer("key_size"),
        value_size=table.integer("value_size"),
        entries=table.integer("entries"),
        flags=table.integer("flags"),
    )
