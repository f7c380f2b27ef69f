"""The table of events: one row for each kind. docs/events.md shows it."""

from harness.values.event_kind import EventRow
from harness.values.event_rows_cgroup import CGROUP_EVENTS
from harness.values.event_rows_net import NETWORK_EVENTS
from harness.values.event_rows_tracing import TRACING_EVENTS

EVENTS: tuple[EventRow, ...] = TRACING_EVENTS + NETWORK_EVENTS + CGROUP_EVENTS
