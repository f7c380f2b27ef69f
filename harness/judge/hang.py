"""Words on a guest that went silent: where its CPUs were found."""

from harness.values.autopsy import IDLE, Autopsy, CpuPlaces

# Of one CPU, in the reason; the evidence has all.
_MAX_PLACES = 2


def hang_reason(autopsy: Autopsy) -> str:
    """One line: where each CPU was, those that were busy first.

    `guest hung: CPU 1 in bpf_prog_ab12_outer+0x66 (7 of 8 samples), bpf_loop+0x8 (1), CPU 0 idle`
    """
    if not autopsy.cpus:
        return "guest hung: nobody could see where"
    busy = [_cpu(cpu, _MAX_PLACES) for cpu in autopsy.cpus if not cpu.is_idle]
    idle = [f"CPU {cpu.cpu} {IDLE}" for cpu in autopsy.cpus if cpu.is_idle]
    return f"guest hung: {', '.join((*busy, *idle))}"


def hang_evidence(autopsy: Autopsy) -> tuple[str, ...]:
    """All places of all CPUs, what could not be seen, what the kernel said when it was asked."""
    places = (_cpu(cpu, len(cpu.places)) for cpu in autopsy.cpus)
    backtrace = ("backtraces, asked for with SysRq-l:", *autopsy.backtrace)
    return (*places, *autopsy.notes, *(backtrace if autopsy.backtrace else ()))


def _cpu(cpu: CpuPlaces, most: int) -> str:
    (first, count), *others = cpu.places[:most]
    more = "".join(f", {place} ({number})" for place, number in others)
    where = first if first == IDLE else f"in {first}"
    return f"CPU {cpu.cpu} {where} ({count} of {cpu.samples} samples){more}"
