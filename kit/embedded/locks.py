"""Advisory file locks that the kernel drops with their process."""

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

if sys.platform != "win32":
    import fcntl

PAUSE = 0.005


class Lock:
    """One open file description and the flock on it.

    Closing releases the lock, without LOCK_UN: a forked child that shares the description keeps it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:
            owner = path.parent.stat()
            if owner.st_uid:
                os.fchown(self._fd, owner.st_uid, owner.st_gid)

    def fileno(self) -> int:
        return self._fd

    def try_shared(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def shared(self, deadline: float) -> bool:
        return self._until(fcntl.LOCK_SH, deadline)

    def exclusive(self, deadline: float) -> bool:
        return self._until(fcntl.LOCK_EX, deadline)

    def unlock(self) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def text(self) -> str:
        return os.pread(self._fd, 200, 0).decode("ascii", "replace")

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _until(self, kind: int, deadline: float) -> bool:
        while not self._try(kind):
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
