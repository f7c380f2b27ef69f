"""Error numbers and their names, as kernel developers read them."""

import errno
import os

# Second names of a number: kernel developers write EDEADLK, EOPNOTSUPP and EAGAIN.
_ALIASES = ("EDEADLOCK", "ENOTSUP", "EWOULDBLOCK")

ERRNOS: dict[str, int] = {
    **{name: number for name, number in vars(errno).items() if name.startswith("E")},
    # Not in user space's list, but bpf(2) lets it out: include/linux/errno.h.
    "ENOTSUPP": 524,
}
"""Every name that may be written, second names too."""

ERRNO_NAMES = {number: name for name, number in ERRNOS.items() if name not in _ALIASES}
"""The one name that is printed."""


def errno_name(number: int) -> str:
    """`EACCES` for 13; `errno 600` for one that has no name."""
    return ERRNO_NAMES.get(number, f"errno {number}")


def errno_text(number: int) -> str:
    """`Permission denied (errno 13)`, as a call that was refused is reported."""
    return f"{os.strerror(number)} (errno {number})"
