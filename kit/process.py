"""Child processes that do not outlive their parent."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int | None) -> None:
    """End this process by SIGTERM when its parent (a process id) is dead, even by kill -9.

    The kernel sees to it on Linux, from now on; elsewhere only a parent that is dead already is noticed.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
