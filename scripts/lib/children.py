"""How a process that was started here ends with the script that started it. Linux only; standard library only."""

import ctypes
import signal

PR_SET_PDEATHSIG = 1  # linux/prctl.h

libc = ctypes.CDLL(None)


def end_with_parent() -> None:
    """For `preexec_fn`: the kernel ends the process where its parent was killed and can end nothing any more."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
