"""A share of a core for a process, by Linux' control groups: how servers scale shows on few cores too."""

import contextlib
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
    """What holds a process, and each child that it has by then, to a share of a core of its own, .1 at least.

    The processes are to have ended when the block does. Raises OSError where `may_limit` says no.
    """
    made: list[Path] = []

    def limit(process: int) -> None:
        for each in (process, *_children(process)):
            made.append(_PLACE / f"quota-{uuid4().hex}")
            _make(made[-1], share)
            (made[-1] / "cgroup.procs").write_text(str(each))

    try:
        yield limit
    finally:
        for group in made:
            _remove(group)


def may_limit() -> bool:
    """Whether this process may hold others to shares, which is tried. Root may on Linux."""
    group = _PLACE / f"quota-{uuid4().hex}"
    try:
        _make(group, 1.0)
    except OSError:
        return False
    finally:
        _remove(group)
    return True


def _make(group: Path, share: float) -> None:
    """Make a group. The second version of groups is told to share cores out, and stays told."""
    quota = str(round(_PERIOD * share))
    if not _SWITCH.exists():
        group.mkdir()
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
        (group / "cpu.cfs_quota_us").write_text(quota)
        return
    if "cpu" not in _SWITCH.read_text().split():
        _SWITCH.write_text("+cpu")
    group.mkdir()
    (group / "cpu.max").write_text(f"{quota} {_PERIOD}")


def _remove(group: Path) -> None:
    """Remove a group, whose processes may still be about to end; one that never ends keeps it."""
    for _ in range(50):
        with contextlib.suppress(OSError):
            group.rmdir()
        if not group.exists():
            break
        time.sleep(0.1)


def _children(process: int) -> list[int]:
    """The children of a process, with theirs."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for child in map(int, found) for each in (child, *_children(child))]
