"""Integrations of a tenant: listed, made, changed and removed. Credentials go in and never come out."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import psycopg
from sqlalchemy import select

from connectors.vtex import USUAL_ENVIRONMENT, check_environment, check_name
from kit.db import TENANT, Statement, Transaction, prepare
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from models import TABLES
from models.integration import FEEDS, TYPES
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.context import ADMIN, READ, Ctx
from resolvers.keyset import KeysetList
from resolvers.lookup import Lookup
from resolvers.syncing import request as syncs

INTEGRATIONS = TABLES["integration"]
KIND = "Integration"
SHORTEST_SECRET, LONGEST_SECRET = 6, 500
USUAL_PAUSE, LONGEST_PAUSE = 15, 1440
"""Minutes after which an integration is synced again: unless it is said otherwise, and at the latest."""
OFF = FEEDS[0]


class IntegrationRow(NamedTuple):
    tenant_id: int
    id: int
    integration_type: str
    account_name: str
    environment: str
    is_active: bool
    app_key_hint: str
    sync_minutes: int
    feed: str
    last_sync_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewIntegration:
    """An account and how to get in. `repr` does not show the credentials."""

    integration_type: str
    account_name: str
    app_key: str
    app_token: str
    environment: str = USUAL_ENVIRONMENT
    is_active: bool = True
    sync_minutes: int = USUAL_PAUSE
    feed: str = OFF

    def __repr__(self) -> str:
        return f"NewIntegration({self.integration_type}, {self.account_name})"


@dataclass(frozen=True, slots=True)
class IntegrationChanges:
    """What to change; None stays. `repr` does not show the credentials."""

    is_active: bool | None = None
    account_name: str | None = None
    environment: str | None = None
    app_key: str | None = None
    app_token: str | None = None
    sync_minutes: int | None = None
    feed: str | None = None

    def __repr__(self) -> str:
        named = (self.is_active, self.account_name, self.environment)
        return f"IntegrationChanges{named}"


_COLUMNS = [INTEGRATIONS.c[name] for name in IntegrationRow._fields]
_OF_TENANT = select(*_COLUMNS).where(INTEGRATIONS.c.tenant_id == TENANT)
_ALL = prepare(_OF_TENANT.order_by(INTEGRATIONS.c.id))
BY_ID = Lookup(_OF_TENANT, INTEGRATIONS.c.id, IntegrationRow)
find = BY_ID.find
"""The integration of an id, or None if the tenant has none such."""
LIST = KeysetList("integration", INTEGRATIONS, _OF_TENANT, IntegrationRow)
"""The tenant's integrations, by id."""
_ADD = Statement(
    "INSERT INTO integration (tenant_id, integration_type, account_name, environment, is_active, "
    "sync_minutes, feed, app_key_hint, credentials) VALUES (%(tenant_id)s, %(integration_type)s, "
    "%(account_name)s, %(environment)s, %(is_active)s, %(sync_minutes)s, %(feed)s, "
    "%(app_key_hint)s, %(credentials)s) "
    "ON CONFLICT DO NOTHING RETURNING tenant_id, id, integration_type, account_name, environment, is_active, "
    "app_key_hint, sync_minutes, feed, last_sync_at, created_at, updated_at",
    True,
    {},
)
_LOCK = Statement(
    "SELECT credentials, tenant_id, id, integration_type, account_name, environment, is_active, "
    "app_key_hint, sync_minutes, feed, last_sync_at, created_at, updated_at FROM integration "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s FOR UPDATE",
    True,
    {},
)
_CHANGE = Statement(
    "UPDATE integration SET is_active = coalesce(%(is_active)s::boolean, is_active), "
    "account_name = coalesce(%(account_name)s::text, account_name), "
    "environment = coalesce(%(environment)s::text, environment), "
    "app_key_hint = coalesce(%(app_key_hint)s::text, app_key_hint), "
    "sync_minutes = coalesce(%(sync_minutes)s::integer, sync_minutes), "
    "feed = coalesce(%(feed)s::text, feed), "
    "credentials = coalesce(%(credentials)s::bytea, credentials), updated_at = now() "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s RETURNING tenant_id, id, integration_type, "
    "account_name, environment, is_active, app_key_hint, sync_minutes, feed, last_sync_at, "
    "created_at, updated_at",
    True,
    {},
)
_REMOVE = Statement(
    "DELETE FROM integration WHERE tenant_id = %(tenant_id)s AND id = %(id)s RETURNING tenant_id, id, "
    "integration_type, account_name, environment, is_active, app_key_hint, sync_minutes, feed, last_sync_at, "
    "created_at, updated_at",
    True,
    {},
)
_NOT_LOGGED = ("tenant_id", "id", "last_sync_at", "created_at", "updated_at")

_TENANT_OF = Statement("SELECT tenant_id FROM integration_tenant(%(id)s) AS tenant_id", False, {})


async def tenant_of(ctx: Ctx, number: int) -> int:
    """Whose integration it is. Raises NotFoundError where there is none that the actor may see."""
    for tenant in await ctx.reader.fetch(_TENANT_OF, int, id=number):
        if ctx.actor.sees(tenant):
            return tenant
    raise NotFoundError.of(KIND, number)


async def of_tenants(ctx: Ctx, tenant: int, keys: list[int]) -> list[list[IntegrationRow]]:
    """Batch function: all integrations of the tenant, which is the one key."""
    rows = await ctx.reader.fetch(_ALL, IntegrationRow, tenant=tenant)
    return [rows for _ in keys]


async def of_tenant(ctx: Ctx, tenant: int) -> list[IntegrationRow]:
    """All integrations of a tenant, by id."""
    ctx.allow(tenant, READ)
    return await ctx.loader("integrations of tenants", tenant, of_tenants).load(tenant)


async def create(ctx: Ctx, tenant: int, new: NewIntegration) -> IntegrationRow:
    """Keep an integration, its credentials encrypted, and have what is there fetched.

    Raises NotFoundError for an unknown tenant, InvalidInputError for a value that is not accepted,
    ConflictError where the account is integrated already, ConfigurationError where no key is set.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    check_type(new.integration_type)
    check_name(new.account_name)
    check_environment(new.environment)
    _check_minutes(new.sync_minutes)
    _check_feed(new.feed)
    values: dict[str, Any] = {
        "integration_type": new.integration_type,
        "account_name": new.account_name,
        "environment": new.environment,
        "is_active": new.is_active,
        "sync_minutes": new.sync_minutes,
        "feed": new.feed,
        "app_key_hint": _hint(new.app_key.strip()),
        "credentials": _sealed(ctx, secret("app_key", new.app_key), secret("app_token", new.app_token)),
    }
    done = Change("integrationCreate", tenant, KIND)
    async with ctx.write(done) as transaction:
        rows = await transaction.fetch(_ADD, IntegrationRow, tenant=tenant, **values)
        if not rows:
            raise _taken(new.account_name)
        done.number, done.after = rows[0].id, _logged(rows[0], secrets=True)
        if new.is_active:
            await syncs.prepare(transaction, tenant, rows[0].id, full=True)
    if new.is_active:
        await ctx.queue.put_sync(tenant=tenant, integration=rows[0].id)
    return rows[0]


async def update(ctx: Ctx, tenant: int, number: int, changes: IntegrationChanges) -> IntegrationRow:
    """Change what is named. What lets more be fetched than before has it fetched.

    Raises NotFoundError for an unknown one, else as `create`.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    _check(changes)
    key = None if changes.app_key is None else secret("app_key", changes.app_key)
    token = None if changes.app_token is None else secret("app_token", changes.app_token)
    done = Change("integrationUpdate", tenant, KIND, number)
    try:
        async with ctx.write(done) as transaction:
            found = await transaction.fetch(_LOCK, _with_credentials, tenant=tenant, id=number)
            if not found:
                raise NotFoundError.of(KIND, tenant, number)
            sealed, before = found[0]
            rows = await transaction.fetch(
                _CHANGE,
                IntegrationRow,
                tenant=tenant,
                id=number,
                is_active=changes.is_active,
                account_name=changes.account_name,
                environment=changes.environment,
                sync_minutes=changes.sync_minutes,
                feed=changes.feed,
                app_key_hint=None if key is None else _hint(key),
                credentials=_resealed(ctx, sealed, key, token),
            )
            anew = key is not None or token is not None
            done.differs(_logged(before), _logged(rows[0], secrets=anew))
            again = rows[0].is_active and _concerns_sync(changes)
            if again:
                await _have_fetched(transaction, tenant, number, changes)
    except psycopg.errors.UniqueViolation:
        raise _taken(changes.account_name or "") from None
    if again:
        await ctx.queue.put_sync(tenant=tenant, integration=number)
    return rows[0]


async def _have_fetched(
    transaction: Transaction, tenant: int, number: int, changes: IntegrationChanges
) -> None:
    """Have what is new fetched: of another account, all there is."""
    if changes.account_name is not None or changes.environment is not None:
        await syncs.forget(transaction, tenant, number)
    await syncs.prepare(transaction, tenant, number, full=False)


async def delete(ctx: Ctx, tenant: int, number: int) -> None:
    """Remove an integration and its credentials; what it brought stays. Raises NotFoundError."""
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    done = Change("integrationDelete", tenant, KIND, number)
    async with ctx.write(done) as transaction:
        rows = await transaction.fetch(_REMOVE, IntegrationRow, tenant=tenant, id=number)
        if not rows:
            raise NotFoundError.of(KIND, tenant, number)
        done.before = _logged(rows[0], secrets=True)


def _logged(row: IntegrationRow, *, secrets: bool = False) -> dict[str, Any]:
    """What the log tells of an integration; with `secrets`, that it has credentials, which are masked."""
    found = {name: value for name, value in row._asdict().items() if name not in _NOT_LOGGED}
    return {**found, "credentials": ""} if secrets else found


def _with_credentials(sealed: bytes, *columns: Any) -> tuple[bytes, IntegrationRow]:
    return sealed, IntegrationRow(*columns)


def check_type(name: str) -> None:
    """Raises InvalidInputError for a system that is not known, naming those that are."""
    if name not in TYPES:
        raise InvalidInputError(
            "integration_type",
            f"'{name[:60]}' is not a known integration_type; accepted are {', '.join(TYPES)}.",
        )


def _check(changes: IntegrationChanges) -> None:
    """Raises InvalidInputError for a value that is not accepted."""
    if changes.account_name is not None:
        check_name(changes.account_name)
    if changes.environment is not None:
        check_environment(changes.environment)
    if changes.sync_minutes is not None:
        _check_minutes(changes.sync_minutes)
    if changes.feed is not None:
        _check_feed(changes.feed)


def _check_minutes(minutes: int) -> None:
    if not 1 <= minutes <= LONGEST_PAUSE:
        raise InvalidInputError(
            "sync_minutes", f"sync_minutes is {minutes}; accepted are 1 to {LONGEST_PAUSE}."
        )


def _check_feed(name: str) -> None:
    if name not in FEEDS:
        raise InvalidInputError("feed", f"'{name[:60]}' is no feed; accepted are {', '.join(FEEDS)}.")


def secret(field: str, value: str) -> str:
    """A key or token without space around it. Raises InvalidInputError, which does not repeat it."""
    found = value.strip()
    if not re.fullmatch(f"[!-~]{{{SHORTEST_SECRET},{LONGEST_SECRET}}}", found):
        accepted = f"{SHORTEST_SECRET} to {LONGEST_SECRET} printable ASCII characters"
        raise InvalidInputError(field, f"This is no {field}; accepted are {accepted} without spaces.")
    return found


def _sealed(ctx: Ctx, key: str, token: str) -> bytes:
    return ctx.vault.seal(orjson.dumps({"app_key": key, "app_token": token}).decode())


def _resealed(ctx: Ctx, sealed: bytes, key: str | None, token: str | None) -> bytes | None:
    """The credentials with what is new of them; None where nothing is.

    Both anew need not be read: that is the way out where the old key of the vault is lost.
    """
    if key is None and token is None:
        return None
    known = {} if key and token else orjson.loads(ctx.vault.unseal(sealed))
    return _sealed(ctx, key or known["app_key"], token or known["app_token"])


def _concerns_sync(changes: IntegrationChanges) -> bool:
    """Whether a sync may come to something else than before."""
    return changes.is_active is True or any(
        each is not None
        for each in (
            changes.account_name,
            changes.environment,
            changes.app_key,
            changes.app_token,
            changes.feed,
        )
    )


def _hint(key: str) -> str:
    return key[-4:]


def _taken(account: str) -> ConflictError:
    told = f"The account {account} is integrated with this tenant already."
    return ConflictError(told, field="account_name")
