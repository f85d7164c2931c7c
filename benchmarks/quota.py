"""A share of a core for a process, by Linux' control groups: how servers scale shows on few cores too."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

_ROOT = Path("/sys/fs/cgroup")
_SWITCH = _ROOT / "cgroup.subtree_control"
"""There in the second version of groups."""
_PLACE = _ROOT if _SWITCH.exists() else _ROOT / "cpu"
_PERIOD = 10_000
"""Microseconds within which a process gets its share."""


@contextlib.contextmanager
def quotas(share: float) -> Iterator[Callable[[int], None]]:
    """What holds a process, and each of its children, to a share of a core of its own.

    The processes are to have ended when the block does. Raises OSError where `may_limit` says no.
    """
    made: list[Path] = []

    def limit(process: int) -> None:
        for each in (process, *_children(process)):
            group = _PLACE / f"quota-{uuid4().hex}"
            group.mkdir()
            made.append(group)
            for name, value in _limits(round(_PERIOD * share)).items():
                (group / name).write_text(value)
            (group / "cgroup.procs").write_text(str(each))

    try:
        yield limit
    finally:
        for group in made:
            _remove(group)


def may_limit() -> bool:
    """Whether this process may hold others to shares: as root on Linux, where groups may be written to."""
    return os.access(_SWITCH if _SWITCH.exists() else _PLACE, os.W_OK)


def _limits(quota: int) -> dict[str, str]:
    """What is written of a quota, by the files of a group."""
    if not _SWITCH.exists():
        return {"cpu.cfs_period_us": str(_PERIOD), "cpu.cfs_quota_us": str(quota)}
    if "cpu" not in _SWITCH.read_text().split():
        _SWITCH.write_text("+cpu")
    return {"cpu.max": f"{quota} {_PERIOD}"}


def _remove(group: Path) -> None:
    """Remove a group, whose processes may still be about to end."""
    for _ in range(50):
        if not (group / "cgroup.procs").read_text():
            break
        time.sleep(0.1)
    group.rmdir()


def _children(process: int) -> list[int]:
    """The children of a process, with theirs."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for child in map(int, found) for each in (child, *_children(child))]
