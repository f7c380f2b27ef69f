"""The functions of every kernel that was booted, kept in the cache: a guest that hangs tells none.

Read once for each kernel, from the first guest that is up; KASLR is undone by what each guest says
at hello of where its kernel lies.
"""

import logging
import zlib
from collections.abc import Callable
from pathlib import Path

from harness.formats.kallsyms import Symbols, format_kallsyms, parse_kallsyms
from harness.host.cache import cache_root, publish_folder
from harness.values.errors import InfrastructureError

_log = logging.getLogger(__name__)

_FILE = "kallsyms.zlib"

# Debian's kernels have 7 MB of it; the file has only the functions.
MAX_KALLSYMS = 16 * 1024 * 1024


def find_symbols(digest: str) -> Symbols | None:
    """Those of the kernel whose image has this digest, if they are kept and undamaged."""
    try:
        packed = (_folder(digest) / _FILE).read_bytes()
        unpacker = zlib.decompressobj()
        return parse_kallsyms(unpacker.decompress(packed, MAX_KALLSYMS))
    except (OSError, zlib.error):
        return None


def keep_symbols(digest: str, read: Callable[[], bytes]) -> None:
    """Keep the functions of a kernel from the text of its /proc/kallsyms, unless they are kept.

    Nothing but the words on a hang depends on them, so that what goes wrong is only a line. What
    `read` raises of a guest that is lost is for the caller.
    """
    if _folder(digest).is_dir():
        return
    symbols = parse_kallsyms(read())
    if symbols is None:
        _log.info("this kernel does not tell the addresses of its functions")
        return
    packed = zlib.compress(format_kallsyms(symbols), 1)

    def fill(folder: Path) -> None:
        (folder / _FILE).write_bytes(packed)

    try:
        publish_folder(_folder(digest), fill, durable=False)
    except (InfrastructureError, OSError) as error:
        _log.warning("the functions of the kernel are not kept: %s", error)


def _folder(digest: str) -> Path:
    return cache_root() / "symbols" / digest
