"""Rules of the splat table, by recorded logs, and of the finder, by torn and hostile text."""

import random
import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.formats.splat_rows import ROWS, Severity, SplatRow
from harness.formats.splats import MAX_LINES, MAX_SPLATS, Splat, find_splats

_LOGS = Path(__file__).parent / "recorded" / "splats"


@dataclass(frozen=True)
class _Recorded:
    """A log, and what its header says is in it."""

    expected: tuple[str, ...]
    text: str


def _read(name: str) -> _Recorded:
    lines = (_LOGS / name).read_text().split("\n")
    header = [line for line in lines if line.startswith("# ")]
    expected = tuple(line[9:] for line in header if line.startswith("# splat: "))
    assert expected or "# no splat" in header, f"{name} does not say what is in it"
    return _Recorded(expected, "\n".join(lines[len(header) :]))


def _describe(splat: Splat) -> str:
    return f"{splat.name} | {splat.title} | {splat.function or '-'}"


def _names(text: str) -> list[str]:
    return [splat.name for splat in find_splats(text)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_catches_its_log(row: SplatRow) -> None:
    """Exactly that row, with the title and function that the header of the log says."""
    log = _read(f"{row.name}.catch.log")

    found = find_splats(log.text)

    assert log.expected == tuple(_describe(splat) for splat in found)
    assert {row.name} == {splat.name for splat in found}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_leaves_its_look_alike_alone(row: SplatRow) -> None:
    """A message that looks like the row's, or belongs to the same subject, is no splat."""
    log = _read(f"{row.name}.leave.log")

    assert log.text.strip()
    assert log.expected == tuple(_describe(splat) for splat in find_splats(log.text))
    assert row.name not in _names(log.text)


def test_every_log_belongs_to_a_row() -> None:
    """A log whose row was renamed would be read by no test."""
    wanted = {f"{row.name}.{kind}.log" for row in ROWS for kind in ("catch", "leave")}

    assert wanted == {path.name for path in _LOGS.iterdir()}


def test_row_names_are_unique_and_patterns_hold_no_group_but_function() -> None:
    """The finder tells the row by the number of the group that matched."""
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        pattern = re.compile(row.pattern)
        assert set(pattern.groupindex) <= {"function"}
        assert pattern.groups == len(pattern.groupindex)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        # 5.10, arch/x86/kernel/traps.c
        (
            "gpf",
            "general protection fault, probably for non-canonical address 0x6b6b: 0000 [#1] SMP",
        ),
        ("gpf", "general protection fault: 0000 [#1] SMP NOPTI"),
        ("page-fault", "BUG: unable to handle kernel paging request at ffffc90000000000"),
        (
            "null-pointer",
            "BUG: unable to handle kernel NULL pointer dereference at 0000000000000008",
        ),
        ("stack-overflow", "BUG: stack guard page was hit at 00000000c2d9dd5c (stack is 1..2)"),
        ("stack-overflow", "BUG: IRQ stack guard page was hit at 00000000c2d9dd5c (stack is 1..2)"),
        ("stack-overflow", "Kernel stack overflow."),
        ("die", "invalid opcode: 0000 [#1] SMP NOPTI"),
        ("die", "Oops: Oops: 0002 [#1] SMP"),
        ("die", "Internal error: Oops: 0000000096000044 [#1] SMP"),
        ("die", "Internal error: Oops - BUG: 00000000f2000800 [#1] PREEMPT SMP"),
        ("die", "Internal error: Oops: 805 [#1] SMP ARM"),
        ("die", "Oops [#1]"),
        ("die", "Oops - illegal instruction [#2]"),
        ("die", "Kernel BUG [#1]"),
        ("die", "Oops: Exception in kernel mode, sig: 5 [#1]"),
        ("die", "illegal operation: 0001 ilc:1 [#1] SMP "),
        ("die", "monitor event: 0040 ilc:2 [#1] SMP "),
        (
            "kernel-fault",
            "Unable to handle kernel read from unreadable memory at virtual address 00",
        ),
        (
            "kernel-fault",
            "Unable to handle kernel NULL pointer dereference at virtual address 0 when read",
        ),
        ("s390-fault", "Unable to handle kernel paging request in virtual user address space"),
        (
            "powerpc-fault",
            "BUG: Unable to handle kernel data access on write at 0xc00c000000000000",
        ),
        ("powerpc-fault", "BUG: Unable to handle kernel instruction fetch (NULL pointer?)"),
        (
            "powerpc-fault",
            "Kernel attempted to read user page (10001000) - exploit attempt? (uid: 0)",
        ),
        (
            "exec-protected",
            "kernel tried to execute exec-protected page (c008) - exploit attempt? (uid: 0)",
        ),
        ("exec-protected", "unable to execute userspace code (SMEP?) (uid: 0)"),
        (
            "arm64-unhandled",
            "Unhandled 64-bit el1h sync exception on CPU0, ESR 0x0 -- DABT (current EL)",
        ),
        ("warning", "WARNING: CPU: 1 PID: 7 at kernel/bpf/verifier.c:1234 do_check+0x1/0x2"),
        ("warning", "WARNING: CPU: 1 PID: 7 at do_check+0x1/0x2"),
        ("warning", "WARNING: kernel/bpf/verifier.c:1234 at do_check+0x1/0x2, CPU#0: agent/71"),
        ("warning", "WARNING: net/x.c:1 at do_check+0x1/0x2 [nf_tables], CPU#0: agent/71"),
        ("warning", "WARNING: at do_check+0x1/0x2, CPU#0: agent/71"),
        ("list", "list_add double add: new=ffff, prev=ffff, next=ffff."),
        ("list", "list_del corruption, ffff->next is LIST_POISON1 (dead000000000100)"),
        ("slab", "BUG kmalloc-64 (Not tainted): Right Redzone overwritten"),
        ("slab", "BUG radix_tree_node (Tainted: G    B   W         ): Poison overwritten"),
        ("bad-page", "BUG: Bad rss-counter state mm:00000000 type:MM_ANONPAGES val:1"),
        ("bad-page", "BUG: Bad page map in process agent  pte:8000000000000000 pmd:00000001"),
        ("kasan", "BUG: KASAN: double-free or invalid-free in kfree+0x1/0x2"),
        ("kasan", "BUG: KASAN: invalid-access"),
        ("kfence", "BUG: KFENCE: memory corruption in kfree+0x1/0x2"),
        ("kcsan", "BUG: KCSAN: assert: race in f+0x1/0x2"),
        ("ubsan", "UBSAN: array-index-out-of-bounds in kernel/bpf/core.c:1:2"),
        ("lockdep-inversion", "WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected"),
        ("lockdep-held", "WARNING: agent/71 still has locks held!"),
        ("lockdep-held", "WARNING: lock held when returning to user space!"),
        ("lockdep-balance", "WARNING: Nested lock was not taken"),
        ("workqueue-leak", "BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000001/9"),
        ("spinlock", "BUG: spinlock lockup suspected on CPU#0, agent/71"),
        ("spinlock", "BUG: rwlock recursion on CPU#0, agent/71, 0000"),
        ("hard-lockup", "NMI watchdog: Watchdog detected hard LOCKUP on cpu 1"),
        ("hard-lockup", "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 1"),
        ("hard-lockup", "watchdog: CPU 0 Hard LOCKUP"),
        ("hard-lockup", "watchdog: CPU 0 self-detected hard LOCKUP @ f+0x1/0x2"),
        ("hard-lockup", "watchdog: CPU 0 detected hard LOCKUP on other CPUs 1"),
        ("rcu-stall", "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:"),
        (
            "rcu-stall",
            "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-... } 21",
        ),
        ("rcu-stall", "INFO: rcu_tasks detected stalls on tasks:"),
        ("rcu-stall", "rcu: INFO: rcu_preempt detected stall, but suppressed full report due to a"),
        ("hung-task", "INFO: task my task:71 blocked for more than 120 seconds."),
        ("hung-task", "INFO: task jbd2/vda1-8:71 blocked in I/O wait for more than 120 seconds."),
        ("bpf-jit", "bpf_jit: fatal error"),
        ("bpf-jit", "bpf-jit: unknown opcode e6"),
        ("bpf-jit", "multi-func JIT bug 100 > 96"),
        ("out-of-memory", "Kernel panic - not syncing: System is deadlocked on memory"),
        ("aftermath", "Kernel panic - not syncing: Oops: Fatal exception in interrupt"),
        ("aftermath", "Kernel panic - not syncing: kernel: panic_on_warn set ..."),
        ("aftermath", "Kernel panic - not syncing: softlockup: hung tasks"),
        ("aftermath", "Kernel panic - not syncing: hung_task: blocked tasks"),
        ("taint", "test_module: loading test module taints kernel."),
        ("taint", "x: module license 'Proprietary' taints kernel."),
        ("taint", "Disabling lock debugging due to kernel taint"),
    ],
)
def test_titles_of_other_releases_and_architectures_are_caught(name: str, title: str) -> None:
    """The recorded logs show one form of each; these are the others in the kernel's sources."""
    assert [name] == _names(f"[    1.000000] {title}\n")


def test_a_warn_says_what_it_was_about() -> None:
    """The words of WARN(1, "…") come before its title: they are the ones that tell."""
    (splat,) = find_splats(_read("warning.catch.log").text)

    assert splat.message == "splat: 3 tables left"
    assert splat.lines[0] == "splat: 3 tables left"
    assert str(splat).endswith("splat_warn+0x1a/0x30 [splat]: splat: 3 tables left")


def test_the_titles_of_one_oops_are_one_splat() -> None:
    """BUG, Oops and panic of a NULL dereference are one report."""
    (splat,) = find_splats(_read("null-pointer.catch.log").text)

    assert any(line.startswith("Oops: Oops: 0002") for line in splat.lines)
    assert str(splat) == (
        "BUG: kernel NULL pointer dereference, address: 0000000000000008 (in splat_null)"
    )


def test_two_warnings_are_two_splats() -> None:
    """The end marker of the first lets the second begin."""
    log = _read("warning.catch.log").text

    assert _names(log + log) == ["warning", "warning"]


def test_a_panic_of_its_own_is_not_hidden_by_an_earlier_warning() -> None:
    """Only the panics that a report ends in belong to it."""
    log = _read("warning.catch.log").text + _read("panic.catch.log").text

    assert _names(log) == ["warning", "panic"]


def test_a_crash_right_after_a_note_is_found() -> None:
    """A failed allocation may be what the WARN that follows stumbles over."""
    log = "[    1.0] x\nsh: page allocation failure: order:10\n"
    log += "WARNING: CPU: 0 PID: 1 at mm/x.c:1 f+0x1/0x2\n"

    assert _names(log) == ["page-allocation", "warning"]


def test_init_killed_by_an_oops_is_the_fault_of_the_oops() -> None:
    """Alone it means that our PID 1 went away by itself."""
    killed = "Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\n"
    oops = "BUG: kernel NULL pointer dereference, address: 0\n"

    assert _names(killed) == ["init-killed"]
    assert _names(oops + "---[ end trace 0 ]---\n" + killed) == ["null-pointer"]


def test_a_report_without_an_end_is_over_after_a_while() -> None:
    """A title that would be part of it is then a report of its own."""
    for lines, names in ((199, ["bug"]), (200, ["bug", "kernel-bug"])):
        assert _names("BUG: endless\n" + "x\n" * lines + "kernel BUG at a.c:1!\n") == names


def test_a_cut_here_line_far_above_introduces_nothing() -> None:
    """Something else was said in between."""
    title = "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n"
    for lines, message in ((7, "x"), (8, "")):
        (splat,) = find_splats("------------[ cut here ]------------\n" + "x\n" * lines + title)
        assert splat.message == message


def test_a_report_ends_with_the_trial() -> None:
    """What comes after the agent's marker is not part of a report that never ended."""
    log = "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [a:1]\nx\nbpf-harness: end 1\ny\n"
    (splat,) = find_splats(log)

    assert splat.lines[-1] == "bpf-harness: end 1"


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "[    1.234567] ",
        "[12345.678901][  T123] ",
        "[    1.234567][    C0] ",
        "[  T1] ",
        "<4>[    1.234567] ",
        "<12>",
        "half a line of user space[    1.234567] ",
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r\r\n", "  \n", ""])
def test_prefixes_and_line_ends_do_not_matter(prefix: str, ending: str) -> None:
    """printk may be without time or with a caller, a UART adds carriage returns."""
    (splat,) = find_splats(f"{prefix}kernel BUG at kernel/bpf/core.c:1!{ending}")

    assert splat.title == "kernel BUG at kernel/bpf/core.c:1!"


def test_a_title_torn_at_the_end_is_caught() -> None:
    """The guest stopped in the middle of the line."""
    assert _names("[    1.000000] BUG: kernel NULL pointer dereferen") == ["null-pointer"]
    assert _names("[    1.000000] BUG: kernel NU") == ["bug"]


@pytest.mark.parametrize(
    ("running", "function"),
    [
        ("RIP: 0010:htab_map_delete_elem+0x7d/0x1a0", "htab_map_delete_elem"),
        ("pc : bpf_prog_0123_f+0x10/0x40", "bpf_prog_0123_f"),
        ("epc : htab_map_delete_elem+0x7d/0x1a0", "htab_map_delete_elem"),
        ("NIP [c0000000003b1f48] htab_map_delete_elem+0x68/0x5b0", "htab_map_delete_elem"),
        ("PC is at htab_map_delete_elem+0x68/0x5b0 [x]", "htab_map_delete_elem"),
        ("Krnl PSW : 0704c00180000000 00000000003d2a4e (f.cold+0x9e/0x4f0)", "f.cold"),
        ("RIP: 0033:0x4d1749", None),
        (" panic+0x1/0x2", None),
        (" ? stale_frame+0x1/0x2", None),
        (" [<00000000003d3012>] do_xdp_generic+0x92/0x2a0", "do_xdp_generic"),
        ("[c00001] [c00002] bpf_map_update_value+0x160/0x3e0", "bpf_map_update_value"),
        (" bpf_check from bpf_prog_load+0x1/0x2", "bpf_prog_load"),
    ],
)
def test_the_function_is_found_on_every_architecture(running: str, function: str | None) -> None:
    """The line that says where the kernel was, as each architecture prints it."""
    (splat,) = find_splats(f"BUG: something\n{running}\n")

    assert function == splat.function


def test_the_reporters_are_not_blamed() -> None:
    """refcount_warn_saturate() only noticed; its caller did it."""
    log = (
        "refcount_t: saturated; leaking memory.\npc : refcount_warn_saturate+0x1/0x2\n f+0x1/0x2\n"
    )
    (splat,) = find_splats(log)

    assert splat.function == "f"


def test_reports_and_their_lines_are_bounded() -> None:
    """A guest that only prints splats costs no memory to speak of."""
    splats = find_splats("BUG: again\n" * 5000)

    assert len(splats) == MAX_SPLATS
    (splat,) = find_splats("BUG: long\n" + "x\n" * 5000)
    assert len(splat.lines) == MAX_LINES
    (splat,) = find_splats("BUG: wide " + "x" * 100_000)
    assert len(splat.title) <= 512


def test_many_notes_do_not_push_out_a_crash() -> None:
    """The worst are kept, in the order in which they came."""
    notes = "x: loading out-of-tree module taints kernel.\n" * 100
    splats = find_splats(notes + "kernel BUG at a.c:1!\n" + notes)

    assert len(splats) == MAX_SPLATS
    assert [s.name for s in splats if s.severity is Severity.CRASH] == ["kernel-bug"]


def _garbage(kind: str, size: int) -> str:
    rng = random.Random(7)
    if kind == "bytes":
        return rng.randbytes(size).decode("utf-8", "replace")
    if kind == "one line":
        return "[" * size
    if kind == "stamps":
        return "[    1.000000]" * (size // 14)
    if kind == "almost":
        return "WARNING: CPU: 1 PID: 1 at a:1 \nBUG KMALLOC (Tainted: \nInternal error: a: \n" * (
            size // 75
        )
    return ("BUG: a\n" + " " * 200 + "\n") * (size // 208)


@pytest.mark.parametrize("kind", ["bytes", "one line", "stamps", "almost", "titles"])
def test_megabytes_of_garbage_take_time_in_proportion(kind: str) -> None:
    """A megabyte takes well under a second, whatever is in it."""
    text = _garbage(kind, 4 << 20)
    started_s = time.process_time()

    find_splats(text)

    assert time.process_time() - started_s < 4.0
