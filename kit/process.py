"""This process and its children: none outlives its parent, and none pauses for long."""

import asyncio
import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_PR_SET_PDEATHSIG = 1
_THRESHOLDS = (50_000, 20, 20)
"""New objects after which the youngest are collected, and its collections after which the older ones are."""
_TURN = 0.0005
"""Seconds for which a thread goes on while others wait for their turn."""


def die_with_parent(parent: int | None) -> None:
    """End this process by SIGTERM when its parent (a process id) is dead, even by kill -9.

    The kernel sees to it on Linux, from now on; elsewhere only a parent that is dead already is noticed.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def before_exit(call: Callable[[], None]) -> Iterator[None]:
    """Have a function called in the running loop on SIGTERM or Ctrl-C, before what else they are to do.

    A server that waits for its open answers would else wait for streams that never end by themselves. Signals
    belong to the main thread; in any other this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}

    def leave(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)
        elif handler is signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for each in before:
        signal.signal(each, leave)
    try:
        yield
    finally:
        for each, handler in before.items():
            if signal.getsignal(each) is leave:
                signal.signal(each, handler)


def collect_seldom() -> None:
    """Look for garbage where there may be some: loading modules makes many objects, of which all stay."""
    gc.set_threshold(*_THRESHOLDS)


@contextmanager
def without_long_pauses() -> Iterator[None]:
    """Leave what is there already out of garbage collection, which would hold every request up meanwhile.

    What requests make is looked through more seldom: most of it is gone with its request, without that.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def short_turns() -> Iterator[None]:
    """Have threads take turns ten times as often as they do: one whose database has answered waits for its
    turn each time, as long as the loop reads what comes in.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
