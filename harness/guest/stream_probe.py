"""Finding out in a guest whether a stream survives being divided into messages by a filter."""

from harness.guest.guest import Guest
from harness.guest.links import AttachError, Link
from harness.guest.raw import RawFilter
from harness.guest.table_probes import TableProber
from harness.values.arch import ByteOrder
from harness.values.errors import RefusedError
from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.feature import StreamProbe

# linux/bpf.h: enum bpf_prog_type, enum bpf_attach_type
_SK_SKB = 14
_STREAM_PARSER, _STREAM_VERDICT = 4, 5

# What the kernel made of the stream is told by a socket when it is used next; when that is, the
# kernel may still be at it.
_ROUNDS = 2


def streams_are_divided(guest: Guest, order: ByteOrder, probe: StreamProbe) -> bool:
    """Whether the socket whose stream was divided still sends."""
    try:
        table = TableProber(guest, order).create(probe.table)
    except RefusedError:
        return False
    programs = tuple(
        RawFilter.load(guest, insns, order, _SK_SKB, attach_type=kind, table=table.ref)
        for insns, kind in ((probe.parser, _STREAM_PARSER), (probe.verdict, _STREAM_VERDICT))
    )
    links: list[Link] = []
    try:
        if not all(program.verdict.accepted for program in programs):
            return False
        for program, section in zip(programs, ("stream_parser", "stream_verdict"), strict=True):
            event = Event(EventKind.SK_SKB, f"sk_skb/{section}/{table.spec.name}")
            links.append(program.attach(event))
        return _goes_on(links[-1], probe.data)
    except AttachError:
        return False
    finally:
        for link in reversed(links):
            link.detach()
        for program in programs:
            program.close()
        table.close()


def _goes_on(link: Link, data: bytes) -> bool:
    """Socket 0 receives the data, which is dropped; what it sends comes to socket 1."""
    try:
        link.send(data, socket=1)
        for _ in range(_ROUNDS):
            link.send(data, socket=0)
            if link.received_stream(len(data), socket=1) != data:
                return False
    except RefusedError:
        return False
    return True
