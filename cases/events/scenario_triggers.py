# SPDX-License-Identifier: GPL-2.0-only
"""The triggers themselves, with no filter in their way: each does what docs/triggers.md says."""

import time

from harness.scenario import Bench, scenario

# No filter is loaded, so that one mode is enough.


@scenario(modes="interp")
def system_calls_take_numbers_buffers_and_results(bench: Bench) -> None:
    bench.fire("@syscall mkdirat AT_FDCWD text:/tmp/folder 0755 = 0")
    bench.fire("@syscall mkdirat AT_FDCWD text:/tmp/folder 0755 = EEXIST")
    # AT_REMOVEDIR
    bench.fire("@syscall unlinkat AT_FDCWD text:/tmp/folder 0x200 = 0")
    # SO_TYPE of a datagram socket
    bench.fire("@syscall socket 2 2 0 ; getsockopt $1 1 3 zero:4 u32:4 = u32:2 u32:4")
    failed = bench.fire("@syscall close -1 ; getpid = EBADF")
    assert failed.step == "close", failed
    assert bench.fire("@syscall getpid").value > 1


@scenario(modes="interp")
def a_system_call_that_the_kernel_lacks_is_an_errno(bench: Bench) -> None:
    """create_module and its like are in no kernel any more; nfsservctl has only its number left."""
    bench.fire("@syscall nfsservctl = ENOSYS")


@scenario(modes="interp")
def datagrams_arrive(bench: Bench) -> None:
    bench.fire("@udp 127.0.0.1:4000 text:hello")
    bench.fire("@udp [::1]:4000 text:hello")
    assert bench.fire("@udp times=5 127.0.0.1:4000 text:hello = 5").data == b"hello"
    bench.fire("@udp listen=none 127.0.0.1:4000 text:hello = 1")
    bench.fire("@udp listen=127.0.0.1:4001 127.0.0.1:4000 text:hello = nothing")
    bench.fire("@unix times=3 text:hello u32:5")
    bench.fire("@unix times=2 @name text:hello")
    bench.fire("@unix listen=@other @name text:hello = ECONNREFUSED")
    bench.fire("@unix listen=none @name text:hello = ECONNREFUSED")


@scenario(modes="interp")
def connections_are_made(bench: Bench) -> None:
    bench.fire("@tcp 127.0.0.1:4000 text:hello")
    bench.fire("@tcp [::1]:4000 text:hello")
    bench.fire("@tcp times=3 cc=reno 127.0.0.1:4000 zero:60000")
    assert bench.fire("@tcp cc=none 127.0.0.1:4000 00 = ENOENT").step == "TCP_CONGESTION"
    refused = bench.fire("@tcp listen=127.0.0.1:4001 127.0.0.1:4000 00 = ECONNREFUSED")
    assert refused.step == "connect", refused


@scenario(modes="interp")
def frames_go_round_the_loopback_interface(bench: Bench) -> None:
    bench.fire("@packet lo zero:12 be16:0x88b5 text:hello")
    bench.fire("@packet times=3 lo zero:12 be16:0x88b5 = 3")
    bench.fire("@packet nowhere zero:12 be16:0x88b5 = ENODEV")
    bench.fire("@packet lo zero:13 = EINVAL")


@scenario(modes="interp")
def processes_are_made_and_waited_for(bench: Bench) -> None:
    bench.fire("@exec /bin/busybox true")
    bench.fire("@exec /bin/busybox false = 1")
    bench.fire("@exec /bin/busybox kill -9 0 = killed:SIGKILL")
    assert bench.fire("@exec /nowhere = ENOENT").step == "execve"
    bench.fire("@fork 5 = 5")
    bench.fire("@signal times=3 SIGUSR1")
    bench.fire("@signal SIGKILL = killed:SIGKILL")


@scenario(modes="interp")
def files_are_written_and_read(bench: Bench) -> None:
    bench.fire("@write /tmp/file text:hello = 5")
    bench.fire("@read /tmp/file = text:hello")
    bench.fire("@read /proc/sys/kernel/ostype = text:Linux hex:0a")
    bench.fire("@read /nowhere = ENOENT")
    bench.fire("@syscall unlinkat AT_FDCWD text:/tmp/file 0")


@scenario(modes="interp")
def time_passes_and_pages_fault(bench: Bench) -> None:
    before = time.monotonic()
    bench.fire("@timer 100")
    bench.fire("@cpu 100")
    assert time.monotonic() - before >= 0.2
    bench.fire("@fault 100")
    bench.fire("@fault 16384 = any")
    bench.fire("@touch times=3 read")
    bench.fire("@touch times=3 write")


@scenario(modes="interp", needs="two-cpus")
def each_runs_on_the_cpu_it_is_put_on(bench: Bench) -> None:
    for cpu in (0, 1):
        bench.fire(f"@syscall on={cpu} getcpu zero:4 0 0 = u32:{cpu}")


@scenario(modes="interp")
def a_cgroup_is_there_meanwhile_and_gone_after(bench: Bench) -> None:
    bench.fire("@read cgroup=trial /proc/self/cgroup = text:0::/trial hex:0a")
    bench.fire("@read /sys/fs/cgroup/trial/cgroup.procs = ENOENT")
    bench.fire("@syscall mkdirat AT_FDCWD text:/sys/fs/cgroup/kept 0755")
    bench.fire("@read cgroup=kept /proc/self/cgroup = text:0::/kept hex:0a")
    bench.fire("@read /sys/fs/cgroup/kept/cgroup.procs = 0")
    bench.fire("@syscall unlinkat AT_FDCWD text:/sys/fs/cgroup/kept 0x200")


@scenario(modes="interp")
def one_that_does_not_end_is_ended(bench: Bench) -> None:
    """And with it what it started: nothing but the agent is left."""
    result = bench.start("@exec /bin/busybox sh -c busybox${IFS}sleep${IFS}1000").wait(1.0)

    assert result.timed_out, result
    assert bench.guest.health().processes == 0


@scenario(modes="interp")
def several_run_at_once(bench: Bench) -> None:
    long, short = bench.start("@timer 400"), bench.start("@timer 50")
    short.wait()
    assert not long.ended
    assert long.wait().value == 1
