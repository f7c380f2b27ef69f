"""bpftool for a guest: what of its packages goes there, and where it is looked for."""

from pathlib import Path

from harness.toolchain.guest_tools import wanted_files

FILES = (
    "usr/sbin/bpftool",
    "usr/lib64/ld-linux-x86-64.so.2",
    "usr/lib/ld-linux-aarch64.so.1",
    "usr/lib/x86_64-linux-gnu/libc.so.6",
    "usr/lib/x86_64-linux-gnu/libelf.so.1",
    "usr/lib/x86_64-linux-gnu/libcrypto.so.3",
    "usr/lib/x86_64-linux-gnu/libnss_files.so.2",
    "usr/lib/x86_64-linux-gnu/gconv/UTF-16.so",
    "usr/lib/x86_64-linux-gnu/engines-3/afalg.so",
    "usr/share/doc/bpftool/copyright",
)


def test_only_the_program_and_what_it_loads_goes_into_a_guest(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert {tool.path for tool in wanted_files(tmp_path)} == {
        "/usr/sbin/bpftool",
        "/lib64/ld-linux-x86-64.so.2",
        "/lib/ld-linux-aarch64.so.1",
        "/lib/x86_64-linux-gnu/libc.so.6",
        "/lib/x86_64-linux-gnu/libelf.so.1",
        "/lib/x86_64-linux-gnu/libcrypto.so.3",
    }
