"""Text that callers keep and give back but do not read: a kind and values, as ids and cursors hold them."""

import base64
import binascii
from collections.abc import Iterable
from typing import TypeAlias

import orjson

MOST = 2**63 - 1

_SAFE = bytes.maketrans(b"+/", b"-_")

Value: TypeAlias = int | str | None
"""What a sealed text may hold: whole numbers of 63 bits and a sign, text without NUL, or nothing."""


def seal(kind: str, *values: Value) -> str:
    """The text that stands for a kind and its values; safe in addresses."""
    written = binascii.b2a_base64(orjson.dumps([kind, *values]), newline=False)
    return written.translate(_SAFE).rstrip(b"=").decode()


def unseal(text: str) -> tuple[str, tuple[Value, ...]] | None:
    """Kind and values, at least one. None for text not made here."""
    try:
        padded = text + "=" * (-len(text) % 4)
        kind, *values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        return None
    return (kind, tuple(values)) if isinstance(kind, str) and values and all(map(_fits, values)) else None


def encode(kind: str, *numbers: int) -> str:
    """The text that stands for a kind and its numbers; safe in addresses."""
    return seal(kind, *numbers)


def encode_all(kind: str, first: int, rest: Iterable[int]) -> list[str]:
    """What `encode` makes of a kind, a number that is the same for all, and each of the others."""
    begin, pack = orjson.dumps([kind, first])[:-1] + b",%d]", binascii.b2a_base64
    return [pack(begin % each, newline=False).translate(_SAFE).rstrip(b"=").decode() for each in rest]


def decode(text: str) -> tuple[str, tuple[int, ...]] | None:
    """Kind and numbers, at least one, each from 0 to what a bigint holds. None for text not made here."""
    found = unseal(text)
    if found is None:
        return None
    kind, values = found
    numbers = tuple(each for each in values if isinstance(each, int) and each >= 0)
    return (kind, numbers) if len(numbers) == len(values) else None


def _fits(value: object) -> bool:
    if type(value) is int:
        return -MOST <= value <= MOST
    return value is None or (isinstance(value, str) and "\0" not in value)
