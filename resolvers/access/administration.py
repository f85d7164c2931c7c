"""API keys as the owner of the tables looks after them: made, listed, revoked."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kit.db import Statement, Work
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from resolvers.access.key import Key
from resolvers.access.scopes import SCOPES
from resolvers.audit.author import Author
from resolvers.audit.change import NO_TENANT, Change, Json
from resolvers.audit.record import record_work

_MISSING = Statement(
    "SELECT wanted FROM unnest(%(tenants)s::bigint[]) AS wanted "
    "WHERE NOT EXISTS (SELECT FROM tenant WHERE id = wanted) LIMIT 1",
    scoped=False,
    defaults={},
)
_ADD = Statement(
    "INSERT INTO api_key (id, name, tenants, scopes, secret_hash) "
    "VALUES (%(id)s, %(name)s, %(tenants)s::bigint[], %(scopes)s::text[], %(secret_hash)s) "
    "RETURNING id, name, tenants, scopes, created_at, last_used_at, revoked_at",
    scoped=False,
    defaults={},
)
_LIST = Statement(
    "SELECT id, name, tenants, scopes, created_at, last_used_at, revoked_at FROM api_key "
    "ORDER BY created_at, id",
    scoped=False,
    defaults={},
)
_REVOKE = Statement(
    "UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE id = %(id)s "
    "RETURNING id, name, tenants, scopes, created_at, last_used_at, revoked_at, revoked_at < now()",
    scoped=False,
    defaults={},
)
_LONGEST_NAME = 100


class ApiKeyRow(NamedTuple):
    """A key without its secret. `tenants` None: all of them."""

    id: str
    name: str
    tenants: list[int] | None
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def create_key(
    work: Work, *, tenants: Sequence[int] | None, scope: str, name: str = ""
) -> tuple[Key, ApiKeyRow]:
    """Make a key for tenants, None for all; its secret is known here and now only.

    Raises NotFoundError for an unknown tenant, InvalidInputError for a scope or name that is not accepted.
    """
    if scope not in SCOPES:
        raise InvalidInputError("scope", f"'{scope[:60]}' is no scope; accepted are {', '.join(SCOPES)}.")
    if len(name) > _LONGEST_NAME or (name and not name.isprintable()):
        raise InvalidInputError("name", f"At most {_LONGEST_NAME} printable characters are accepted.")
    numbers = None if tenants is None else sorted(set(tenants))
    if numbers is not None and not numbers:
        raise InvalidInputError("tenant", "A key needs a tenant, or --all-tenants.")
    if numbers and (missing := work.run(_MISSING, {"tenants": numbers})):
        raise NotFoundError.of("Tenant", int(missing[0][0]))
    key = Key.make()
    values = {"id": key.id, "name": name, "tenants": numbers, "scopes": [scope], "secret_hash": key.hash}
    with work.transaction(None):
        row = ApiKeyRow(*work.run(_ADD, values)[0])
        _record(work, "keyCreate", row, after={"name": name, "tenants": numbers, "scope": scope})
    return key, row


def list_keys(work: Work) -> list[ApiKeyRow]:
    """All keys, in the order in which they were made."""
    return [ApiKeyRow(*row) for row in work.run(_LIST)]


def revoke_key(work: Work, key_id: str) -> ApiKeyRow:
    """Have a key refused from now on. Raises NotFoundError, and ConflictError where it was already."""
    with work.transaction(None):
        rows = work.run(_REVOKE, {"id": key_id})
        if not rows:
            raise NotFoundError(f"There is no API key {key_id[:60]}; `cdp key list` lists them.")
        *columns, was_revoked = rows[0]
        row = ApiKeyRow(*columns)
        if was_revoked:
            raise ConflictError(f"The API key {row.id} was revoked already.")
        _record(work, "keyRevoke", row, after={"revoked_at": row.revoked_at})
    return row


def _record(work: Work, action: str, row: ApiKeyRow, after: Json) -> None:
    """An entry in the log of each tenant that the key is for; one for all of them is in that of none."""
    for tenant in [NO_TENANT] if row.tenants is None else row.tenants:
        record_work(work, Author.of_command(), Change(action, tenant, "ApiKey", row.id, after=after))
