"""The CPU models of the table of architectures, and what their features mean for JITed code."""

import pytest

from harness.values.arch import ARCHES, ARM64, RISCV64, X86_64, Arch


@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_every_model_of_a_row_is_another_one(arch: Arch) -> None:
    """A model with the features of an earlier one would cost guests and show nothing."""
    models = arch.cpu_models

    assert len({model.qemu for model in models}) == len(models)
    assert len({model.features for model in models}) == len(models)


@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_every_feature_is_turned_off_by_some_model_if_there_are_several(arch: Arch) -> None:
    models = arch.cpu_models
    always_on = [
        feature.name
        for feature in arch.code.features
        if len(models) > 1 and all(feature in model.features for model in models)
    ]

    assert always_on == []


@pytest.mark.parametrize("arch", ARCHES, ids=str)
def test_no_instruction_belongs_to_two_features(arch: Arch) -> None:
    """An instruction that shows two features shows neither."""
    names = [name for feature in arch.code.features for name in feature.instructions]

    assert len(set(names)) == len(names)


def test_x86_64_runs_without_cmpxchg16b_on_every_model() -> None:
    """QEMU 7.2 emulates it wrongly with two CPUs."""
    assert [model.qemu for model in X86_64.cpu_models if "-cx16" not in model.qemu] == []


def test_features_are_seen_by_their_instructions() -> None:
    seen = X86_64.code.features_in(frozenset({"movq", "shlxq", "retq"}))

    assert seen == ("bmi2", "ret")


def test_code_without_an_instruction_of_a_feature_does_not_show_it() -> None:
    assert RISCV64.code.features_in(frozenset({"slli", "srli", "ret"})) == ()
    assert ARM64.code.features_in(frozenset({"ldxr", "stxr"})) == ("ll-sc",)
