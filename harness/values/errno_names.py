"""Error numbers by name, those of user space and the one that bpf(2) lets out besides them."""

import errno

# Not in user space's list: include/linux/errno.h.
ERRNOS = {name: number for name, number in vars(errno).items() if name.startswith("E")} | {
    "ENOTSUPP": 524,
}
