"""filter.h and the mail of 2014: its program, its wishes, on real guests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.guest.filters import LoadOptions
from harness.guest.guest import Guest
from harness.runner.target import Target, prepare_target
from harness.toolchain.clang import installed_clang
from harness.toolchain.filter_source import FilterBuild, FilterStore
from harness.toolchain.plain_filters import compile_plain_filters
from harness.toolchain.sysroot import get_sysroot
from harness.values.accel import AccelChoice
from harness.values.arch import ARM64, X86_64, Arch
from harness.values.deadline import Deadline
from harness.values.event import parse_event
from harness.values.mode import Mode

_MAIL = Path(__file__).parents[1] / "cases" / "mail"
_PING = "ping -c 1 127.0.0.1 >/dev/null"

# As it stands in the mail, whose archive dropped the lines that hold only a brace.
_TEXT = """\
void my_filter(struct bpf_context *ctx)
char devname[4] = "lo";
struct net_device *dev;
struct sk_buff *skb = 0;

skb = (struct sk_buff *)ctx->arg1;
dev = bpf_load_pointer(&skb->dev);
if (bpf_memcmp(dev->name, devname, 2) == 0) {
char fmt[] = "skb %p dev %p \\n";
bpf_trace_printk(fmt, sizeof(fmt), (long)skb, (long)dev, 0);
"""

_STRINGS = """
static __noinline int check(int number, int ok)
{
	if (!ok)
		trace_printk("wrong %d\\n", number);
	return ok;
}

void my_filter(struct bpf_context *ctx)
{
	char on_stack[] = "abcdefghijkl";
	struct sk_buff *skb = (struct sk_buff *)ctx->arg1;
	struct net_device *dev = bpf_load_pointer(&skb->dev);
	int good = 0;

	good += check(1, strcmp(on_stack, "abcdefghijkl") == 0);
	good += check(2, strcmp("abcdefg", "abcdefgh") < 0);
	good += check(3, strcmp("abcdefgh", "abcdefg") > 0);
	good += check(4, strcmp("abcdefg", "abcdefg") == 0);
	good += check(5, strcmp("", "") == 0);
	good += check(6, strcmp("", "a") < 0);
	good += check(7, strcmp("\\xff", "a") > 0);
	good += check(8, strncmp(on_stack, "abcdefghXX", 8) == 0);
	good += check(9, strncmp(on_stack, "abcdefghXX", 9) > 0);
	good += check(10, strncmp(on_stack, "X", 0) == 0);
	good += check(11, memcmp(on_stack, "abcdefghijkl\\0", 13) == 0);
	good += check(12, memcmp(on_stack, "abcdefghijkm", 12) < 0);
	good += check(13, memcmp("a\\0b", "a\\0c", 3) < 0);
	good += check(14, strcmp(dev->name, "lo") == 0);
	good += check(15, strcmp((char *)8, (char *)8) != 0);
	good += check(16, bpf_load_pointer((long *)8) == 0);
	trace_printk("%d good, %s %d %d %d %d\\n", good, "and", 1, 2, 3, 4);
}
"""

_WILD = """
void my_filter(struct bpf_context *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->arg1;

	trace_printk("alive %p %s\\n", task->mm->binfmt->module, task->nsproxy->uts_ns->name.nodename);
}
"""


def test_the_mails_program_is_the_mails_text() -> None:
    """Every line of it, in order, and nothing else but braces."""
    lines = (_MAIL / "mail.c").read_text().splitlines()

    assert [line for line in lines if line.strip(" {}") or not line] == _TEXT.splitlines()


@pytest.fixture(scope="module", params=[X86_64, ARM64], ids=str)
def target(request: pytest.FixtureRequest) -> Target:
    arch: Arch = request.param
    return prepare_target(arch, "debian:6.12", AccelChoice.AUTO)


@pytest.fixture(scope="module")
def guest(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    folder = tmp_path_factory.mktemp("guest")
    plan = target.plan(folder)
    with Guest.start(plan, Deadline.after(120)) as started:
        yield started


def _trace(guest: Guest, target: Target, source: Path, *events: str, trigger: str) -> list[str]:
    """What the file prints while the trigger runs."""
    build = FilterBuild(source, installed_clang(), get_sysroot(target.arch))
    wanted = {"my_filter": [parse_event(event) for event in events]}
    made = compile_plain_filters(FilterStore(), build, wanted)
    loaded = guest.load(made.compiled.data, LoadOptions(keep_going=True))
    stream = guest.trace()
    try:
        for entry in loaded.filters.values():
            assert entry.accepted, entry.verdict.log
            for event in made.events[entry.name]:
                entry.attach(event)
        assert guest.shell(trigger).wait() == 0
        loaded.detach()
    finally:
        lines = stream.stop()
        loaded.close()
    return [line.message.strip() for line in lines]


@pytest.mark.vm
@pytest.mark.parametrize(
    ("event", "mode"),
    [
        ("raw_tp/netif_receive_skb", Mode.INTERP),
        ("raw_tp/netif_receive_skb", Mode.JIT),
        ("raw_tp/netif_receive_skb", Mode.JIT_HARDEN),
        ("tp_btf/netif_receive_skb", Mode.JIT),
        ("kprobe/netif_rx_internal", Mode.INTERP),
        ("fentry/netif_rx_internal", Mode.JIT),
    ],
)
def test_the_mails_program_prints_a_line_for_each_packet_on_lo(
    guest: Guest, target: Target, event: str, mode: Mode
) -> None:
    """A ping is two packets, there and back; the text is the mail's own, whatever the event."""
    guest.set_mode(mode)

    lines = _trace(guest, target, _MAIL / "mail.c", event, trigger=_PING)

    assert len(lines) == 2
    assert all(line.startswith("skb 00000000") and " dev 00000000" in line for line in lines)


@pytest.mark.vm
def test_one_filter_goes_to_events_of_several_kinds(guest: Guest, target: Target) -> None:
    """Two packets, seen at three places."""
    events = ("raw_tp/netif_receive_skb", "raw_tp/netif_rx", "kprobe/netif_rx_internal")

    assert len(_trace(guest, target, _MAIL / "mail.c", *events, trigger=_PING)) == 6


@pytest.mark.vm
@pytest.mark.parametrize("event", ["raw_tp/netif_receive_skb", "kprobe/netif_rx_internal"])
def test_strings_are_taken_in_the_normal_way(guest: Guest, target: Target, event: str) -> None:
    """char * from the stack, from a literal and from the kernel."""
    lines = _trace(guest, target, _MAIL / "strings.c", event, trigger=_PING)

    assert lines == ["packet on lo, loopback"] * 2


@pytest.mark.vm
@pytest.mark.parametrize(
    ("event", "mode"),
    [
        ("tp_btf/netif_receive_skb", Mode.INTERP),
        ("tp_btf/netif_receive_skb", Mode.JIT),
        ("fentry/netif_rx_internal", Mode.JIT_HARDEN),
    ],
)
def test_pointers_are_followed_in_the_normal_way(
    guest: Guest, target: Target, event: str, mode: Mode
) -> None:
    """strcmp(skb->dev->name, "lo") == 0"""
    guest.set_mode(mode)

    lines = _trace(guest, target, _MAIL / "dereference.c", event, trigger=_PING)

    assert len(lines) == 2
    assert all(line.endswith(" len 84") for line in lines)


@pytest.mark.vm
@pytest.mark.parametrize("mode", Mode, ids=str)
def test_comparisons_are_those_of_the_c_library(
    guest: Guest, target: Target, mode: Mode, tmp_path: Path
) -> None:
    """At the edges of the seven and eight bytes that are compared at a time, and at bad memory."""
    (tmp_path / "strings.c").write_text(_STRINGS)
    guest.set_mode(mode)

    lines = _trace(guest, target, tmp_path / "strings.c", "raw_tp/netif_receive_skb", trigger=_PING)

    assert lines == ["16 good, and 1 2 3 4"] * 2


@pytest.mark.vm
@pytest.mark.parametrize("mode", Mode, ids=str)
def test_pointers_that_lead_nowhere_do_no_harm(
    guest: Guest, target: Target, mode: Mode, tmp_path: Path
) -> None:
    """A dead task has no memory and no namespaces: its pointers are NULL."""
    (tmp_path / "wild.c").write_text(_WILD)
    guest.set_mode(mode)
    before = guest.health()

    lines = _trace(
        guest,
        target,
        tmp_path / "wild.c",
        "tp_btf/sched_process_free",
        trigger="/bin/busybox true; sleep 1",
    )

    assert lines
    assert all(line.startswith("alive 0000") for line in lines)
    after = guest.health()
    assert (after.boot_id, after.taint) == (before.boot_id, before.taint)
