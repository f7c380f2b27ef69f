"""The cases of the soak, each with the verdict that it was written for.

Half of them are wrong on purpose: a verdict that is lost, or is another guest's, shows in either
direction.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from harness.guest.guest import Guest
from harness.runner.cases import Case, Seen
from harness.runner.collect import Chosen, Collector
from harness.toolchain.case_compiler import case_compiler
from harness.values.arch import Arch
from harness.values.case import CaseId
from harness.values.mode import Mode
from harness.values.verdict import Outcome

_FILTERS = """\
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} slots SEC(".maps");

static __always_inline int add_one(void)
{
	__u64 *value = bpf_map_lookup_elem(&slots, &(__u32){ 0 });

	if (value)
		*value += 1;
	return 0;
}

SEC("socket") __success __retval(7)
int seven(void *ctx)
{
	return 7;
}

SEC("socket") __success __retval(8)
int not_eight(void *ctx)
{
	return 7;
}

SEC("socket") __success __put(slots, "u32:0", "u64:4") __table(slots, "u32:0", "u64:5")
int counts(void *ctx)
{
	return add_one();
}

SEC("socket") __success __put(slots, "u32:0", "u64:4") __table(slots, "u32:0", "u64:6")
int miscounts(void *ctx)
{
	return add_one();
}

SEC("socket") __failure __msg("R0 !read_ok")
__naked int returns_nothing(void)
{
	asm volatile("exit;" ::: __clobber_all);
}

SEC("socket") __success
__naked int ought_to_return(void)
{
	asm volatile("exit;" ::: __clobber_all);
}

SEC("socket") __failure
int harmless(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
"""

_SCENARIOS = """\
from harness.scenario import Bench, scenario


@scenario()
def speaks(bench: Bench) -> None:
    shell = bench.guest.shell("echo 7")
    assert (shell.wait(), shell.output) == (0, "7\\n")


@scenario()
def panics(bench: Bench) -> None:
    bench.guest.shell("echo c >/proc/sysrq-trigger").wait()
"""

# What the reason must contain, beside the outcome.
EXPECTED = {
    "seven": (Outcome.PASSED, "expected"),
    "not_eight": (Outcome.FAILED, "retval 7, expected 8"),
    "counts": (Outcome.PASSED, "expected"),
    "miscounts": (Outcome.FAILED, "slots"),
    "returns_nothing": (Outcome.PASSED, "rejected"),
    "ought_to_return": (Outcome.FAILED, "rejected"),
    "harmless": (Outcome.FAILED, "accepted"),
    "speaks": (Outcome.PASSED, "expected"),
    "panics": (Outcome.CRASHED, "sysrq triggered crash"),
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """One of many copies of a case, under a name of its own."""

    case: Case
    number: int

    @property
    def id(self) -> CaseId:
        return replace(self.case.id, program=f"{self.case.id.program}#{self.number}")

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The only mode that all kernels have."""
        return (Mode.INTERP,)

    @property
    def needs(self) -> tuple[str, ...]:
        return self.case.needs

    def at_once(self, guest: Guest) -> bool:
        return self.case.at_once(guest)

    def start(self, guest: Guest, mode: Mode) -> Callable[[], Seen]:
        return self.case.start(guest, mode)

    def run(self, guest: Guest, mode: Mode) -> Seen:
        return self.case.run(guest, mode)


def read_mix(arch: Arch, folder: Path) -> tuple[Case, ...]:
    """One case for each row of EXPECTED; their files are written to the folder."""
    files = {"mix.bpf.c": _FILTERS, "scenario_mix.py": _SCENARIOS}
    for name, text in files.items():
        (folder / name).write_text(text)
    chosen = tuple(Chosen(folder / name, None) for name in files)
    cases = Collector(arch, case_compiler(arch)).collect(chosen)
    assert {case.id.program for case in cases} == set(EXPECTED)
    return cases


def copies(mix: Sequence[Case], count: int) -> Iterator[Case]:
    """So many cases: the mix again and again."""
    for number, case in enumerate(islice(cycle(mix), count)):
        yield Numbered(case, number)


def expected_of(program: str) -> tuple[Outcome, str]:
    """Outcome of a copy, and what its reason contains."""
    return EXPECTED[program.partition("#")[0]]
