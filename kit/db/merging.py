"""A statement's text with its values in it: one message for all that goes out together.

psycopg's own cursors merge as well, but keep 128 texts taken apart, whole messages with the tenant in them.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from psycopg import AsyncConnection
from psycopg.adapt import Transformer

from kit.db.scope import MOST

_KEPT = 2_000
_PARAMETER = re.compile(r"%(?:%|\((\w+)\)s)")


def merged(text: str, values: Mapping[str, object], connection: AsyncConnection[object]) -> bytes:
    """The text with a literal for each `%(name)s` of it, written as the connection's server reads it.

    Raises KeyError for a parameter without a value, psycopg.Error for what cannot be written (of no type that
    is known, or text with a NUL), UnicodeEncodeError for half a surrogate pair, TypeError for a `%` in the
    text that is neither doubled nor of a parameter.
    """
    template, names = _apart(text)
    write = Transformer(connection).as_literal
    return template % tuple([_literal(values[name], write) for name in names])


@lru_cache(_KEPT)
def _apart(text: str) -> tuple[bytes, tuple[str, ...]]:
    """The text with a place for each parameter, and the parameters' names."""
    names = tuple(found[1] for found in _PARAMETER.finditer(text) if found[1])
    return _PARAMETER.sub(lambda found: "%s" if found[1] else "%%", text).encode(), names


def _literal(value: object, write: Callable[[object], bytes]) -> bytes:
    if value is None:
        return b"NULL"
    if type(value) is list:
        # Of other lists psycopg asks each element how it is written, which takes six times as long.
        kinds = {*map(type, value)}
        if kinds == {int} and -MOST <= min(value) <= max(value) <= MOST:
            return b"'{%s}'::int8[]" % ",".join(map(str, value)).encode()
        if kinds == {str}:
            return write("{" + ",".join(map(_quoted, value)) + "}")
    return write(value)


def _quoted(text: str) -> str:
    """Text as an element of an array."""
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
