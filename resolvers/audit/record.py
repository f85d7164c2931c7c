"""Write a change into the log, in the transaction that brings it about."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from kit.db import Statement, Transaction, Work
from kit.text import fitted
from resolvers.audit.author import Author
from resolvers.audit.change import Change

_LONGEST = 16_384
_MASK = "********"
_SECRETS = frozenset({"app_key", "app_token", "credentials", "password", "secret", "secret_hash", "token"})
_ADD = Statement(
    "INSERT INTO audit_entry (tenant_id, actor, mode, api_key_id, face, address, request_id, action, "
    "object_type, object_id, before, after, counts) "
    "VALUES (%(tenant_id)s, %(actor)s, %(mode)s, %(api_key_id)s, %(face)s, %(address)s, %(request_id)s, "
    "%(action)s, %(object_type)s, %(object_id)s, %(before)s, %(after)s, %(counts)s)",
    True,
    {},
)
_dumps = partial(orjson.dumps, default=str, option=orjson.OPT_NON_STR_KEYS)


async def record(transaction: Transaction, author: Author, change: Change | None) -> None:
    """Write a change that happened."""
    if change is not None and change.happened:
        await transaction.fetch(_ADD, int, tenant=change.tenant, **_values(author, change))


def record_work(work: Work, author: Author, change: Change) -> None:
    """The same, of a change by work; its transaction goes on in the change's tenant."""
    if change.happened:
        work.enter(change.tenant)
        work.run(_ADD, _values(author, change))


def _values(author: Author, change: Change) -> dict[str, Any]:
    return {
        "actor": _text(author.subject),
        "mode": author.mode,
        "api_key_id": author.key,
        "face": author.origin.face,
        "address": _text(author.origin.address),
        "request_id": author.origin.request_id,
        "action": change.action,
        "object_type": change.kind,
        "object_id": None if change.number is None else str(change.number),
        "before": _json(change.before),
        "after": _json(change.after),
        "counts": _json(change.counts),
    }


def _json(given: Mapping[str, Any] | None) -> Jsonb | None:
    """An object without its secrets; one that is too long to keep is told by its length."""
    if given is None:
        return None
    content = _dumps(_masked(given))
    whole = len(content) <= _LONGEST
    return Jsonb(orjson.Fragment(content) if whole else {"omitted_bytes": len(content)}, dumps=_dumps)


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _MASK if name in _SECRETS else _masked(each) for name, each in value.items()}
    return [*map(_masked, value)] if isinstance(value, list) else value


def _text(value: str | None) -> str | None:
    return None if value is None else fitted(value)
