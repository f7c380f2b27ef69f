"""harness.vm.cpu_check: a CPU model is refused before a guest is started, in QEMU's own words."""

from pathlib import Path

import pytest

from harness.boot.command import Hardware
from harness.values.accel import Accel
from harness.values.arch import X86_64
from harness.values.errors import MissingToolError, UnknownNameError
from harness.vm.cpu_check import check_cpu_model

REFUSED = """\
echo "qemu-system-x86_64: warning: TCG doesn't support requested feature: bit 5" >&2
echo "qemu-system-x86_64: unable to find CPU model 'nonsense'" >&2
exit 1
"""
TAKEN = """\
echo "qemu-system-x86_64: warning: TCG doesn't support requested feature: bit 5" >&2
read -r command
test "$command" = quit
"""


def qemu(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str | None) -> None:
    """A shell script in QEMU's place, which keeps its arguments; none if there is no script."""
    if script is not None:
        program = folder / X86_64.qemu
        program.write_text(f'#!/bin/sh\necho "$@" >{folder}/arguments\n{script}')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def hardware(model: str | None) -> Hardware:
    return Hardware(Accel.TCG, cpu_model=model)


def test_a_model_that_qemu_refuses_is_an_unknown_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is QEMU's last line, the remedy what to choose from; exit code 2."""
    qemu(tmp_path, monkeypatch, REFUSED)

    with pytest.raises(UnknownNameError) as caught:
        check_cpu_model(X86_64, hardware("nonsense"))

    assert caught.value.exit_code == 2
    assert caught.value.message == (
        "QEMU makes no CPU 'nonsense' on x86_64: unable to find CPU model 'nonsense'"
    )
    assert "max,-cx16 max,-cx16,-bmi2" in (caught.value.remedy or "")


def test_a_model_that_qemu_takes_with_warnings_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    qemu(tmp_path, monkeypatch, TAKEN)

    check_cpu_model(X86_64, hardware("EPYC,-cx16"))

    arguments = (tmp_path / "arguments").read_text()
    assert "-machine q35 -accel tcg -cpu EPYC,-cx16" in arguments
    assert "-S -monitor stdio" in arguments


def test_the_default_model_is_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    qemu(tmp_path, monkeypatch, REFUSED)

    check_cpu_model(X86_64, hardware(None))

    assert not (tmp_path / "arguments").exists()


def test_a_missing_qemu_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    qemu(tmp_path, monkeypatch, None)

    with pytest.raises(MissingToolError):
        check_cpu_model(X86_64, hardware("max"))
