"""The directory in which processes that serve together keep their measures, so that any can tell of all.

It must be there before `prometheus_client` is imported, which finds it in the environment.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_PREFIX = "cdp-metrics-"


@contextmanager
def shared() -> Iterator[None]:
    """Have this process's children keep their measures together. A directory that is named already stays."""
    if os.environ.get(VARIABLE):
        yield
        return
    _sweep()
    directory = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
    os.environ[VARIABLE] = directory
    try:
        yield
    finally:
        os.environ.pop(VARIABLE, None)
        shutil.rmtree(directory, ignore_errors=True)


def _sweep() -> None:
    """Remove the directories of services that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        number = left.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdecimal() and not _is_alive(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def forget_the_dead(directory: Path) -> None:
    """Remove what processes that are gone had at the moment; what they have counted stays."""
    for file in directory.glob("gauge_live*.db"):
        number = file.stem.rpartition("_")[2]
        if number.isdecimal() and not _is_alive(int(number)):
            file.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
