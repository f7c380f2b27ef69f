"""harness.boot.ssh_command: a machine as others have it, that reaches nothing but one port."""

from pathlib import Path

import pytest

from harness.boot.command import Hardware
from harness.boot.ssh_command import SshEnds, ssh_argv
from harness.values.accel import Accel
from harness.values.arch import ARCHES, Arch
from tests.test_boot import after, kernel


@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_it_has_a_network_card_and_may_reboot(arch: Arch) -> None:
    ends = SshEnds(2222, Path("/reports/console.log"))
    words = ssh_argv(kernel(arch), Path("/i"), Hardware(Accel.TCG), ends)

    assert after(words, "-netdev") == ["user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22"]
    assert [word.split(",")[0] for word in after(words, "-device")] == [
        arch.virtio_serial.replace("serial", "net")
    ]
    assert "-no-reboot" not in words
    assert {"-nodefaults", "-no-user-config", "-sandbox"} <= set(words)
    assert f"console={arch.console}" in after(words, "-append")[0].split()
