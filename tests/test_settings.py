"""harness.guest.settings: when sysctls are read, and which of them count as changed."""

from pathlib import Path
from typing import Any

import pytest

from harness.guest.guest import Guest
from harness.values.errors import ProtocolError
from harness.values.mode import Mode
from harness.values.observation import SettingChange
from harness.vm.fake import FakeVm


class Kernel:
    """A guest with a few sysctls, by path; a shell command changes them as `effect` says."""

    def __init__(self) -> None:
        self.sysctls = {
            "kernel/panic": b"0\n",
            "kernel/ns_last_pid": b"7\n",
            "kernel/sched_domain/cpu0/domain0/max_newidle_lb_cost": b"99\n",
            "net/core/bpf_jit_enable": b"1\n",
            "net/core/bpf_jit_harden": b"0\n",
            "net/ipv4/conf/eth0.1/mtu": b"1500\n",
        }
        self.effect: dict[str, bytes] = {}
        handlers = {
            "settings": self._settings,
            "write_file": self._write,
            "shell_start": self._shell,
        }
        self.vm = FakeVm(Path("/dev/null"), handlers)
        self.guest = Guest(self.vm)

    def asked(self) -> list[str]:
        return [request["op"] for request in self.vm.channel.requests]

    def _settings(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"settings": [[path.encode(), value] for path, value in self.sysctls.items()]}

    def _write(self, request: dict[str, Any]) -> dict[str, Any]:
        self.sysctls[request["path"].removeprefix("/proc/sys/")] = request["data"] + b"\n"
        return {"errno": 0}

    def _shell(self, request: dict[str, Any]) -> dict[str, Any]:
        self.sysctls |= self.effect
        return {"errno": 0}


@pytest.fixture
def kernel() -> Kernel:
    kernel = Kernel()
    kernel.guest.settings.guard()
    return kernel


def test_a_trial_without_commands_and_writes_costs_no_look(kernel: Kernel) -> None:
    assert kernel.guest.settings.changed() == ()
    assert kernel.asked() == []


def test_nobody_looks_before_there_are_trials() -> None:
    """A guest of `bpf-harness run` or `shell` is not used again."""
    kernel = Kernel()
    kernel.guest.shell("true")

    assert kernel.guest.settings.changed() == ()
    assert kernel.asked() == ["shell_start"]


def test_the_first_look_comes_before_what_may_change_them(kernel: Kernel) -> None:
    kernel.effect = {"kernel/panic": b"1\n"}
    kernel.guest.shell("echo 1 > /proc/sys/kernel/panic")

    assert kernel.guest.settings.changed() == (SettingChange("kernel.panic", "0", "1"),)
    assert kernel.asked() == ["settings", "shell_start", "settings"]


def test_a_write_to_a_file_counts_as_a_command_does(kernel: Kernel) -> None:
    kernel.guest.write_file("/proc/sys/kernel/panic", "9")

    assert kernel.guest.settings.changed() == (SettingChange("kernel.panic", "0", "9"),)


def test_the_first_look_serves_all_later_trials(kernel: Kernel) -> None:
    kernel.guest.shell("true")
    assert kernel.guest.settings.changed() == ()

    kernel.guest.shell("true")

    assert kernel.guest.settings.changed() == ()
    assert kernel.guest.settings.changed() == ()
    assert kernel.asked().count("settings") == 3


def test_the_mode_that_the_harness_sets_is_no_change(kernel: Kernel) -> None:
    kernel.guest.shell("true")
    kernel.guest.set_mode(Mode.INTERP)

    assert kernel.sysctls["net/core/bpf_jit_enable"] == b"0\n"
    assert kernel.guest.settings.changed() == ()


def test_a_mode_that_a_command_sets_is_one(kernel: Kernel) -> None:
    """Else later trials would run in another mode than their record says."""
    kernel.guest.set_mode(Mode.INTERP)
    kernel.effect = {"net/core/bpf_jit_enable": b"1\n"}
    kernel.guest.shell("echo 1 > /proc/sys/net/core/bpf_jit_enable")

    changes = kernel.guest.settings.changed()

    assert changes == (SettingChange("net.core.bpf_jit_enable", "0", "1"),)


def test_those_that_change_by_themselves_are_left_alone(kernel: Kernel) -> None:
    kernel.effect = {
        "kernel/ns_last_pid": b"8\n",
        "kernel/sched_domain/cpu0/domain0/max_newidle_lb_cost": b"98\n",
    }
    kernel.guest.shell("true")

    assert kernel.guest.settings.changed() == ()


def test_those_that_come_and_go_are_named_as_sysctl_does(kernel: Kernel) -> None:
    """Those of a network interface, for example."""
    kernel.effect = {"net/ipv4/conf/veth0/mtu": b"1500\n"}
    kernel.guest.shell("ip link add veth0 type veth")
    del kernel.sysctls["net/ipv4/conf/eth0.1/mtu"]

    assert kernel.guest.settings.changed() == (
        SettingChange("net.ipv4.conf.eth0/1.mtu", "1500", None),
        SettingChange("net.ipv4.conf.veth0.mtu", None, "1500"),
    )


def test_what_a_guest_says_is_one_printable_line(kernel: Kernel) -> None:
    kernel.effect = {"kernel/panic": b"1\n\t2 \x1b[2J\xff\n"}
    kernel.guest.shell("true")

    assert kernel.guest.settings.changed() == (
        SettingChange("kernel.panic", "0", "1 2 \ufffd[2J\ufffd"),
    )


def test_an_answer_of_the_wrong_type_is_a_protocol_error(kernel: Kernel) -> None:
    kernel.guest.shell("true")
    kernel.vm.channel.handlers["settings"] = lambda request: {"settings": [["kernel/panic"]]}

    with pytest.raises(ProtocolError):
        kernel.guest.settings.changed()
