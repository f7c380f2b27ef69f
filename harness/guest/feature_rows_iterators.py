"""Features that iterators need: what a kernel can have a filter walk over, and how."""

from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.feature import AttachProbe, Feature, ShellProbe, TypesProbe
from harness.values.insn import Insn

# linux/bpf.h: enum bpf_prog_type, enum bpf_attach_type
_TRACING, _ITERATOR = 26, 28
# BPF_F_SLEEPABLE
_SLEEPABLE = 1 << 4

_RETURN_0 = (Insn(0xB7), Insn(0x95))

_ITERATORS = (
    # commit 15d83c4d7cef ("bpf: Allow loading of a bpf_iter program") in v5.8.
    Feature("iterators", TypesProbe("bpf_iter__task"), (5, 8), ("DEBUG_INFO_BTF",)),
    # commit b77fb25dcb34 ("bpf: Add support for bpf iterator programs to use sleepable helpers") in
    # v5.18.
    Feature(
        "sleepable-iterators",
        AttachProbe(
            _RETURN_0,
            _TRACING,
            Event(EventKind.ITERATOR, "iter.s/task"),
            _ITERATOR,
            "task",
            flags=_SLEEPABLE,
        ),
        (5, 18),
        ("DEBUG_INFO_BTF",),
    ),
)

# What is walked over, by the type of what the filter is handed and the release that brought it.
_WALKED = tuple(
    Feature(name, TypesProbe(name), since, ("DEBUG_INFO_BTF", *options))
    for name, since, options in (
        ("bpf_iter__bpf_prog", (5, 9), ()),
        ("bpf_iter__ipv6_route", (5, 8), ("IPV6",)),
        ("bpf_iter__bpf_sk_storage_map", (5, 9), ()),
        ("bpf_iter__sockmap", (5, 10), ("BPF_STREAM_PARSER",)),
        ("bpf_iter__tcp", (5, 9), ("INET",)),
        ("bpf_iter__udp", (5, 9), ("INET",)),
        ("bpf_iter__task_vma", (5, 12), ()),
        ("bpf_iter__unix", (5, 15), ("UNIX",)),
        ("bpf_iter__bpf_link", (5, 19), ()),
        ("bpf_iter__ksym", (6, 0), ("KALLSYMS",)),
        ("bpf_iter__cgroup", (6, 1), ("CGROUPS",)),
        ("bpf_iter__kmem_cache", (6, 13), ("SLUB",)),
        ("bpf_iter__dmabuf", (6, 17), ("DMA_SHARED_BUFFER",)),
    )
)

_ORDERS = (
    # What is just below a cgroup, since v7.0.
    Feature(
        "iter-cgroup-children",
        TypesProbe("BPF_CGROUP_ITER_CHILDREN"),
        (7, 0),
        ("CGROUPS", "DEBUG_INFO_BTF"),
    ),
)

_BUFFERS = (
    # commit fbb0de795078 ("Add udmabuf misc device") in v4.20.
    Feature("udmabuf", ShellProbe("test -c /dev/udmabuf"), (4, 20), ("UDMABUF",)),
)

ITERATOR_FEATURES: tuple[Feature, ...] = (
    *_ITERATORS,
    *_WALKED,
    *_ORDERS,
    *_BUFFERS,
)
