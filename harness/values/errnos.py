"""Error numbers by name, as kernel developers read them."""

import errno

# Not in user space's list: include/linux/errno.h. And one that Python calls ENOTSUP.
_OTHERS = {524: "ENOTSUPP", errno.EOPNOTSUPP: "EOPNOTSUPP"}


def errno_name(number: int) -> str:
    """`EACCES` for 13; `errno 600` for one that has no name."""
    return _OTHERS.get(number) or errno.errorcode.get(number, f"errno {number}")
