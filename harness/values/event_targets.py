"""How the targets of tracing events are written, as the agent's `attach` takes them.

Each reads what stands behind the section; None says that it has not that form.
"""

import re

from harness.values.event_kind import Arguments
from harness.values.event_rows_cgroup import FILTERED

# Of linux/perf_event.h: enum perf_type_id, enum perf_sw_ids, enum perf_hw_id.
_HARDWARE, _SOFTWARE = 0, 1
_COUNTERS = {
    "cpu-clock": (_SOFTWARE, 0),
    "task-clock": (_SOFTWARE, 1),
    "page-faults": (_SOFTWARE, 2),
    "context-switches": (_SOFTWARE, 3),
    "cpu-migrations": (_SOFTWARE, 4),
    "minor-faults": (_SOFTWARE, 5),
    "major-faults": (_SOFTWARE, 6),
    "alignment-faults": (_SOFTWARE, 7),
    "emulation-faults": (_SOFTWARE, 8),
    "cpu-cycles": (_HARDWARE, 0),
    "instructions": (_HARDWARE, 1),
}
# In nanoseconds for the clocks, in events for the rest.
_CLOCK_PERIOD = 1_000_000
_CLOCKS = ("cpu-clock", "task-clock")
_CYCLES_PERIOD = 1_000_000

# Of linux/hw_breakpoint.h: HW_BREAKPOINT_R, HW_BREAKPOINT_W, HW_BREAKPOINT_X.
_ACCESSES = {"r": 1, "w": 2, "rw": 3, "x": 4}
_BREAKPOINT = re.compile(
    r"mem:(?:(?P<address>0x[0-9a-f]{1,16})|(?P<symbol>[A-Za-z_]\w*))"
    r"(?:/(?P<length>[1248]))?:(?P<access>r|w|rw|x)\Z",
    re.ASCII,
)
# What fits into a register of most machines.
_LENGTH = 4

# Of linux/bpf.h: enum bpf_cgroup_iter_order.
_ORDERS = {"self": 1, "pre": 2, "post": 3, "up": 4, "children": 5}

_NUMBER = re.compile(r"(?:0x[0-9a-fA-F]{1,16}|[0-9]{1,18})\Z", re.ASCII)
_FUNCTION = re.compile(r"[\w.$]+\Z", re.ASCII)
_PATTERN = re.compile(r"[\w.*?$]+\Z", re.ASCII)


def counters() -> tuple[str, ...]:
    """Names of perf events that overflow."""
    return tuple(_COUNTERS)


def functions(target: str) -> Arguments | None:
    """`NAME`, `NAME,NAME`, or a pattern with `*` and `?`."""
    if not target.replace(",", "") or not _PATTERN.match(target.replace(",", "")):
        return None
    if "*" in target or "?" in target:
        return None if "," in target else {"pattern": target}
    names = target.split(",")
    return {"functions": names} if all(names) else None


def place_in_file(target: str) -> Arguments | None:
    """`PATH:FUNCTION`, `PATH:FUNCTION+OFFSET`, or `PATH:OFFSET` in bytes of the file."""
    path, colon, place = target.rpartition(":")
    if not path.startswith("/") or not colon:
        return None
    if _NUMBER.match(place):
        return {"path": path, "offset": int(place, 0)}
    function, plus, offset = place.partition("+")
    if not _PATTERN.match(function) or (plus and not _NUMBER.match(offset)):
        return None
    return {"path": path, "function": function, "offset": int(offset, 0) if plus else 0}


def static_tracepoint(target: str) -> Arguments | None:
    """`PATH:PROVIDER:NAME`."""
    path, _, rest = target.partition(":")
    provider, colon, name = rest.partition(":")
    if not path.startswith("/") or not colon or not provider or not name or ":" in name:
        return None
    return {"path": path, "provider": provider, "name": name}


def counter(target: str) -> Arguments | None:
    """`NAME` or `NAME/PERIOD`."""
    name, slash, period = target.partition("/")
    if name not in _COUNTERS or (slash and not _NUMBER.match(period)):
        return None
    kind, config = _COUNTERS[name]
    usual = _CLOCK_PERIOD if name in _CLOCKS else 1 if kind == _SOFTWARE else _CYCLES_PERIOD
    count = int(period, 0) if slash else usual
    return {"type": kind, "config": config, "period": count} if count else None


def breakpoint_place(target: str) -> Arguments | None:
    """`mem:SYMBOL:w`, `mem:0xADDRESS/LENGTH:rw`: r, w, rw or x, and 1, 2, 4 or 8 bytes."""
    match = _BREAKPOINT.match(target)
    if match is None:
        return None
    where: Arguments
    if match["address"]:
        where = {"address": int(match["address"], 16)}
    else:
        where = {"symbol": match["symbol"]}
    return where | {
        "length": int(match["length"] or _LENGTH),
        "access": _ACCESSES[match["access"]],
    }


def iterated(target: str) -> Arguments | None:
    """`iter/WHAT`, `iter/WHAT:TABLE` for what walks over a table, `iter/WHAT:PID` for a task.

    `iter/cgroup:ORDER:CGROUP` for cgroups from one on; all of them, if nothing is said.
    """
    section, _, what = target.partition("/")
    name, colon, narrowed = what.partition(":")
    if not section or not _FUNCTION.match(name):
        return None
    if name == "cgroup":
        return cgroups_from(narrowed) if colon else {"cgroup": ".", "order": _ORDERS["pre"]}
    if not colon:
        return {}
    if _NUMBER.match(narrowed):
        return {"pid": int(narrowed, 0)}
    return {"table": narrowed} if _FUNCTION.match(narrowed) else None


def cgroups_from(target: str) -> Arguments | None:
    """`ORDER:CGROUP`, or `ORDER` for the cgroup that is made for it."""
    order, colon, cgroup = target.partition(":")
    if order not in _ORDERS or (colon and not cgroup):
        return None
    return {"cgroup": cgroup or FILTERED, "order": _ORDERS[order]}


def hook_of_a_cgroup(target: str) -> Arguments | None:
    """`lsm_cgroup/HOOK:CGROUP`, or `lsm_cgroup/HOOK` for the cgroup that is made for it."""
    _, _, what = target.partition("/")
    hook, colon, cgroup = what.partition(":")
    if not _FUNCTION.match(hook) or (colon and not cgroup):
        return None
    return {"cgroup": cgroup or FILTERED}


def itself(target: str) -> Arguments | None:
    """Nothing at all: the section is all there is to say."""
    return None if target else {}
