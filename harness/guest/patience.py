"""How long an operation may take before a guest counts as silent: longer in a slower guest."""

# A filter at the verifier's limit of a million instructions takes it a minute under emulation.
BASE_S = 120.0

# What the agent's piece of work (guest_images/agent/survey.c) takes at most of the emulated
# architectures on the machine where that minute was measured; with the processor's own speed it
# takes 75 µs.
REFERENCE_NS = 500_000

# 15 s to six minutes. A busy host makes one measurement as long as it likes, ten times and more.
_FASTEST = 1 / 8
_SLOWEST = 3.0


def patience_s(spin_ns: int) -> float:
    """BASE_S times how much slower than the reference the guest was at that work, within bounds.

    >>> patience_s(1_000_000)
    240.0
    """
    return BASE_S * min(max(spin_ns / REFERENCE_NS, _FASTEST), _SLOWEST)
