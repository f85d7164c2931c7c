"""Idempotency keys: the same list sent again is answered as at first, and written once."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from psycopg.types.json import Jsonb

from kit.db import Statement, Work
from kit.errors import ConflictError, InvalidInputError
from resolvers.writes.outcome import Outcome, as_json, of_json

_CLAIM = Statement(
    "INSERT INTO idempotency_key (tenant_id, key, operation, request_hash) "
    "VALUES (%(tenant_id)s, %(key)s, %(operation)s, %(hash)s) ON CONFLICT DO NOTHING RETURNING true",
    True,
    {},
)
_FIND = Statement(
    "SELECT operation, request_hash, response FROM idempotency_key "
    "WHERE tenant_id = %(tenant_id)s AND key = %(key)s",
    True,
    {},
)
_STORE = Statement(
    "UPDATE idempotency_key SET response = %(response)s WHERE tenant_id = %(tenant_id)s AND key = %(key)s",
    True,
    {},
)
_PURGE = Statement(
    "DELETE FROM idempotency_key WHERE tenant_id = %(tenant_id)s AND key IN (SELECT key FROM idempotency_key "
    "WHERE tenant_id = %(tenant_id)s AND created_at < now() - interval '48 hours' "
    "LIMIT 1000 FOR UPDATE SKIP LOCKED)",
    True,
    {},
)


class Key(NamedTuple):
    """A caller's key, what it was used for, and a digest of what came with it."""

    text: str
    operation: str
    digest: str

    @classmethod
    def of(cls, text: str, operation: str, content: bytes) -> "Key":
        """The key of what came with it. Raises InvalidInputError for a key that is not accepted."""
        if not (1 <= len(text) <= 255 and text.isprintable()):
            raise InvalidInputError("idempotency_key", "A key of 1 to 255 printable characters is accepted.")
        return cls(text, operation, hashlib.sha256(content).hexdigest())


def content_of(records: Sequence[Any]) -> bytes:
    """Records, dataclasses, as bytes that are equal for equal ones.

    Raises InvalidInputError for values that cannot be told as JSON.
    """
    try:
        return orjson.dumps([*records], default=str, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise InvalidInputError(
            "idempotency_key", "Values nest too deeply, or numbers have more than 64 bits, to be known again."
        ) from None


def remembered(work: Work, key: Key) -> list[Outcome] | None:
    """The outcomes of a key that was used before; None for a new one, which is claimed.

    Where the same key is being used at this moment, claiming waits for that to end. Raises ConflictError for
    a key that came with something else.
    """
    work.run(_PURGE)
    values = {"key": key.text, "operation": key.operation, "hash": key.digest}
    if work.run(_CLAIM, values):
        return None
    found = work.run(_FIND, {"key": key.text})
    if not found or (found[0][0], found[0][1]) != (key.operation, key.digest):
        told = f"The idempotency key '{key.text}' came before with another input; use a new one."
        raise ConflictError(told, field="idempotency_key")
    return of_json(found[0][2])


def remember(work: Work, key: Key, outcomes: Sequence[Outcome]) -> None:
    """Keep the outcomes of a claimed key, in the transaction that brings them about."""
    work.run(_STORE, {"key": key.text, "response": Jsonb(as_json(outcomes))})
