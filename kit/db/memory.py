"""What was made of rows and stands as long as they do: kept by a key that names their version."""

from collections import OrderedDict
from collections.abc import Hashable, Sized
from typing import Any

_MOST_BYTES = 33_554_432
_LARGEST = _MOST_BYTES // 8


class Memory:
    """Things that have a size in bytes by key, the latest used ones, 32 MB. What it forgets is made anew."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Sized] = OrderedDict()
        self._size = 0

    def get(self, key: Hashable) -> Any:
        """What was kept under a key; None if nothing was, or not any more."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Hashable, content: Sized) -> None:
        """Keep something; what was not used for longest makes way for it."""
        if len(content) > _LARGEST:
            return
        self._size += len(content) - len(self._kept.pop(key, b""))
        self._kept[key] = content
        while self._size > _MOST_BYTES:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)
