"""What a caller has not said, which is another thing than saying that there is none."""

from enum import Enum
from typing import Final, TypeAlias, TypeVar

T = TypeVar("T")


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = ("unset",)


UNSET: Final = Unset.UNSET
"""Stands for what was left out: what there was stays."""
Maybe: TypeAlias = T | Unset | None
"""A value, None for none, or `UNSET` for what was left out."""
