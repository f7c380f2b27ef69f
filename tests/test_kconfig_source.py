"""What a tree's Kconfig files say of an option."""

from harness.formats.kconfig_source import (
    merge_definitions,
    parse_definitions,
    parse_kconfig_list,
)

# The text of kernel/bpf/Kconfig and lib/Kconfig.debug of 6.12, shortened.
_TEXT = """\
menu "BPF subsystem"

config BPF_JIT
\tbool "Enable BPF Just In Time compiler"
\tdepends on BPF
\tdepends on HAVE_CBPF_JIT || HAVE_EBPF_JIT
\tselect EXECMEM
\thelp
\t  BPF programs are normally handled by a BPF interpreter. This option
\t  depends on nothing that the next line defines:
\t  config NOT_AN_OPTION

choice
\tprompt "Debug information"
\tdepends on DEBUG_KERNEL

menuconfig DEBUG_INFO_BTF
\tbool "Generate BTF type information"
\tdepends on !DEBUG_INFO_SPLIT && \\
\t\t!DEBUG_INFO_REDUCED
endchoice
"""


def test_options_are_found_with_what_they_depend_on() -> None:
    """Several lines of it are several conditions; a continued line is one."""
    found = parse_definitions(_TEXT)

    assert found["BPF_JIT"][:2] == ("BPF", "HAVE_CBPF_JIT || HAVE_EBPF_JIT")
    assert found["DEBUG_INFO_BTF"] == ("!DEBUG_INFO_SPLIT && !DEBUG_INFO_REDUCED",)


def test_a_help_text_defines_nothing_and_a_choice_lends_nothing() -> None:
    """Both may hold the same words."""
    found = parse_definitions(_TEXT)

    assert set(found) == {"BPF_JIT", "DEBUG_INFO_BTF"}
    assert found["BPF_JIT"] == ("BPF", "HAVE_CBPF_JIT || HAVE_EBPF_JIT")


def test_an_option_may_be_defined_in_many_files() -> None:
    """Each architecture has its own SMP."""
    both = merge_definitions([{"SMP": ("A",)}, {"SMP": ("B",), "NET": ()}])

    assert both == {"SMP": ("A", "B"), "NET": ()}


def test_the_list_of_files_ends_where_make_rules_begin() -> None:
    """What comes after is no file."""
    text = (
        "autoconfig := x\n\ndeps_config := \\\n\tKconfig \\\n\tnet/Kconfig \\\n\n$(autoconfig):\n"
    )

    assert parse_kconfig_list(text) == ("Kconfig", "net/Kconfig")
