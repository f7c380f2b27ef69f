"""Reading what the agent says of the guest's state between trials."""

from harness.channels.fields import Fields
from harness.values.observation import Health


def read_health(reply: Fields) -> Health:
    """Raises ProtocolError if a field is missing or no number."""
    return Health(
        boot_id=reply.text("boot_id"),
        taint=reply.integer("taint"),
        programs=reply.integer("programs"),
        tables=reply.integer("tables"),
        links=reply.integer("links"),
        btfs=reply.integer("btfs"),
        handles=reply.integer("handles"),
        perf_events=reply.integer("perf_events"),
        probes=reply.integer("probes"),
        processes=reply.integer("processes"),
        available_kb=reply.integer("mem_available_kb"),
        resident_kb=reply.integer("resident_kb"),
    )
