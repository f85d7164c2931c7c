"""Hooks of integrations: asked for, told of and given up. A sync sets them at the other system."""

import secrets
from datetime import datetime
from typing import NamedTuple

from connectors.vtex.hook import check_base
from kit.db import Statement, Transaction
from kit.errors import NotFoundError
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.context import ADMIN, READ, Ctx
from resolvers.integrations import KIND

PATH = "/hooks/vtex/"
_BYTES = 32

_OF_INTEGRATIONS = Statement(
    "SELECT integration_id, url, is_set, error, heard_at, created_at FROM integration_hook "
    "WHERE tenant_id = %(tenant_id)s AND is_wanted AND integration_id = ANY (%(integrations)s)",
    True,
    {},
)
_ASK = Statement(
    "INSERT INTO integration_hook AS hook (tenant_id, integration_id, url, secret) "
    "SELECT tenant_id, id, %(url)s, %(secret)s FROM integration WHERE tenant_id = %(tenant_id)s "
    "AND id = %(integration)s ON CONFLICT (tenant_id, integration_id) DO UPDATE SET url = excluded.url, "
    "secret = excluded.secret, is_wanted = true, is_set = false, error = NULL RETURNING integration_id",
    True,
    {},
)
_GIVE_UP = Statement(
    "UPDATE integration_hook SET is_wanted = false WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND is_wanted RETURNING url",
    True,
    {},
)
_DROP_NOTICES = Statement(
    "DELETE FROM integration_notice WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s "
    "RETURNING times",
    True,
    {},
)
_DUE = Statement(
    "UPDATE integration_sync SET next_at = least(next_at, now()) WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND status IN ('waiting', 'succeeded') RETURNING integration_id",
    True,
    {},
)


class HookRow(NamedTuple):
    """`is_set`: whether the other system has it as it is here; `error`: why not, where that is known."""

    integration_id: int
    url: str
    is_set: bool
    error: str | None
    heard_at: datetime | None
    created_at: datetime


async def of_integrations(ctx: Ctx, tenant: int, numbers: list[int]) -> list[HookRow | None]:
    """Batch function: the hook of each integration; None where none is wanted."""
    rows = await ctx.reader.fetch(_OF_INTEGRATIONS, HookRow, tenant=tenant, integrations=numbers)
    found = {row.integration_id: row for row in rows}
    return [found.get(each) for each in numbers]


async def of_integration(ctx: Ctx, tenant: int, number: int) -> HookRow | None:
    """The hook of an integration, batched over the request."""
    ctx.allow(tenant, READ)
    return await ctx.loader("hooks of integrations", tenant, of_integrations).load(number)


async def create(ctx: Ctx, tenant: int, integration: int, base: str) -> str:
    """Have VTEX call this service, which it reaches at `base`; the secret that it is to call with.

    The secret is told here alone. One that there was is replaced by it. The next sync, which is due at once,
    sets the hook where no other system has one. Raises NotFoundError for an unknown integration,
    InvalidInputError for an address that VTEX does not call, ConfigurationError where no key is set.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    url = f"{check_base(base)}{PATH}{integration}"
    secret = secrets.token_urlsafe(_BYTES)
    done = Change("integrationHookCreate", tenant, KIND, integration, after={"url": url, "secret": ""})
    async with ctx.write(done) as transaction:
        sealed = ctx.vault.seal(secret)
        asked = await transaction.fetch(
            _ASK, int, tenant=tenant, integration=integration, url=url, secret=sealed
        )
        if not asked:
            raise NotFoundError.of(KIND, tenant, integration)
        await _due(transaction, tenant, integration)
    return secret


async def delete(ctx: Ctx, tenant: int, integration: int) -> None:
    """Take no more calls; the next sync, due at once, takes the hook away at VTEX. Raises NotFoundError."""
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, ADMIN)
    done = Change("integrationHookDelete", tenant, KIND, integration)
    async with ctx.write(done) as transaction:
        gone = await transaction.fetch(_GIVE_UP, str, tenant=tenant, integration=integration)
        if not gone:
            raise NotFoundError.of(KIND, tenant, integration)
        done.before = {"url": gone[0]}
        await transaction.fetch(_DROP_NOTICES, int, tenant=tenant, integration=integration)
        await _due(transaction, tenant, integration)


async def _due(transaction: Transaction, tenant: int, integration: int) -> None:
    await transaction.fetch(_DUE, int, tenant=tenant, integration=integration)
