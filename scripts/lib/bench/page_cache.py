"""Takes a file out of the page cache, as if a function started on a machine that has not seen it. Linux only."""

import ctypes
import mmap
import os
import pathlib

libc = ctypes.CDLL(None, use_errno=True)
libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_ubyte)]

MOST_LEFT = 0.02  # of the file: more, and it was not dropped


def drop(path: pathlib.Path) -> None:
    """What is not yet written, or mapped by a process that runs, stays."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def resident_share(path: pathlib.Path) -> float:
    """How much of the file is in the page cache: mincore(2)."""
    size = path.stat().st_size
    pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
    flags = (ctypes.c_ubyte * pages)()
    writable = mmap.PROT_READ | mmap.PROT_WRITE  # of the private copy, or ctypes takes no address of it
    with path.open("rb") as file, mmap.mmap(file.fileno(), size, mmap.MAP_PRIVATE, writable) as mapped:
        view = ctypes.c_char.from_buffer(mapped)
        failed = libc.mincore(ctypes.addressof(view), size, flags)
        del view
    if failed:
        raise OSError(ctypes.get_errno(), "mincore")
    return sum(flag & 1 for flag in flags) / pages


def can_drop(path: pathlib.Path) -> bool:
    """Not on tmpfs, and not where somebody runs the file."""
    drop(path)
    return resident_share(path) <= MOST_LEFT
