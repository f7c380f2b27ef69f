"""Reading what the agent says of the guest's state between trials."""

from harness.channels.fields import Fields
from harness.values.observation import Health, Objects


def read_health(reply: Fields) -> Health:
    """Raises ProtocolError if a field is missing or of the wrong type."""
    return Health(
        boot_id=reply.text("boot_id"),
        taint=reply.integer("taint"),
        objects=Objects(
            programs=frozenset(reply.all_integers("programs")),
            tables=frozenset(reply.all_integers("tables")),
            links=frozenset(reply.all_integers("links")),
            btfs=frozenset(reply.all_integers("btfs")),
        ),
        handles=reply.integer("handles"),
        perf_events=reply.integer("perf_events"),
        probes=reply.integer("probes"),
        processes=reply.integer("processes"),
        available_kb=reply.integer("mem_available_kb"),
        resident_kb=reply.integer("resident_kb"),
    )
