"""Error numbers by name, as kernel developers read them."""

import errno

# Not in user space's list: include/linux/errno.h.
_ENOTSUPP = 524


def errno_name(number: int) -> str:
    """`EACCES` for 13; `errno 600` for one that has no name."""
    if number == _ENOTSUPP:
        return "ENOTSUPP"
    return errno.errorcode.get(number, f"errno {number}")
