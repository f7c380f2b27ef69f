"""--guest host: what is refused before anything starts, virtme-ng's words, and the judgement."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from harness.boot.vng_command import check_host_files, vng_argv
from harness.cli import host_guest, shell
from harness.formats.kconfig import parse_kconfig
from harness.values.accel import Accel
from harness.values.arch import ARM64, X86_64
from harness.values.errors import BootError, KernelError, UsageError
from harness.values.kernel import Kernel
from harness.vm.console import ConsoleLog

KERNEL = Kernel(
    X86_64, "6.12.1-cloud-amd64", Path("/k/image"), Path("/k/lib"), None, "debian:6.12", "", "0"
)
PANIC = "[    9.100000] Kernel panic - not syncing: sysrq triggered crash\n"


class Ended:
    """A guest that has gone, with what it left."""

    def __init__(self, folder: Path, console: str, *, begun: bool, status: int | None) -> None:
        self.console = ConsoleLog(folder / "console.log")
        self.console.path.write_text(console)
        self.begun, self.status = begun, status


def judge(guest: Ended, *, in_time: bool = True) -> int:
    return host_guest._judge(guest, in_time, 60.0)  # type: ignore[arg-type]


def arguments(*words: str) -> Namespace:
    parser = ArgumentParser()
    shell.add_arguments(parser)
    return parser.parse_args(words)


def test_virtme_ng_is_asked_for_its_console_and_for_no_kvm_that_does_not_work() -> None:
    words = vng_argv(Path("/v/vng"), KERNEL, Accel.TCG, Path("/s"), Path("/s/script"))

    assert words[:2] == ("/v/vng", "--disable-kvm")
    assert "--verbose" in words
    assert words[-4:] == ("--run", "/k/image", "--exec", "/bin/sh /s/script")


def test_kvm_that_works_is_used() -> None:
    words = vng_argv(Path("/v/vng"), KERNEL, Accel.KVM, Path("/s"), Path("/s/script"))

    assert "--disable-kvm" not in words


def test_a_kernel_without_9p_is_refused_and_another_one_named() -> None:
    config = parse_kconfig("CONFIG_OVERLAY_FS=m\n# CONFIG_9P_FS is not set\n")

    with pytest.raises(KernelError, match="lacks 9P_FS NET_9P_VIRTIO") as caught:
        check_host_files(config, KERNEL)
    assert "debian:6.12.1-amd64" in str(caught.value)


def test_a_kernel_with_9p_in_modules_will_do() -> None:
    check_host_files(
        parse_kconfig("CONFIG_9P_FS=m\nCONFIG_NET_9P_VIRTIO=m\nCONFIG_OVERLAY_FS=m\n"), KERNEL
    )


def test_the_programs_status_is_handed_on(tmp_path: Path) -> None:
    assert judge(Ended(tmp_path, "all is well\n", begun=True, status=5)) == 5


def test_a_crash_counts_more_than_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the time limit came while the guest hung in its panic."""
    assert judge(Ended(tmp_path, PANIC, begun=True, status=0)) == 1
    assert judge(Ended(tmp_path, PANIC, begun=True, status=None), in_time=False) == 1
    assert "sysrq triggered crash" in capsys.readouterr().err


def test_the_time_limit_has_its_own_code(tmp_path: Path) -> None:
    assert judge(Ended(tmp_path, "", begun=True, status=None), in_time=False) == 124


def test_a_guest_that_goes_while_the_program_runs_is_the_kernels_doing(tmp_path: Path) -> None:
    assert judge(Ended(tmp_path, "bye\n", begun=True, status=None)) == 1


def test_a_guest_that_never_came_up_is_ours(tmp_path: Path) -> None:
    with pytest.raises(BootError, match=r"did not come as far as the program\n  \| cannot mount"):
        judge(Ended(tmp_path, "cannot mount\n", begun=False, status=None))


@pytest.mark.parametrize(
    ("words", "command"),
    [(("-c", "a b"), "a b"), (("--", "a", "b c"), "a 'b c'"), ((), "")],
)
def test_a_command_is_text_or_words(words: tuple[str, ...], command: str) -> None:
    assert shell._command(arguments(*words)) == command


def test_two_commands_are_one_too_many() -> None:
    with pytest.raises(UsageError, match="not both"):
        shell._command(arguments("-c", "a", "--", "b"))


@pytest.mark.parametrize(
    ("arch", "words", "said"),
    [
        (ARM64, ("-c", "true"), "which is x86_64, not arm64"),
        (X86_64, (), "runs one command"),
        (X86_64, ("-c", "true", "--get", "/a:b"), "takes no --get"),
    ],
)
def test_what_it_cannot_do_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, arch: object, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    args = arguments("--guest", "host", *words)

    with pytest.raises(UsageError, match=said):
        shell._check_host_guest(args, arch, shell._command(args))  # type: ignore[arg-type]
