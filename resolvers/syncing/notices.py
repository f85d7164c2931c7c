"""Notices: that another system calls to say that an order changed. They are kept, and fetched by a worker."""

import hmac
from typing import Any

import structlog

from connectors.vtex.hook import order_of
from kit.db import Statement
from kit.errors import ConfigurationError, OverloadedError, UnauthenticatedError
from resolvers.context import Ctx

log = structlog.get_logger()

MOST_WAITING = 20_000
"""Orders of an integration that may wait to be fetched."""
_AGAIN = 60
_REFUSED = "There is no such hook, or this is not its secret."

_TENANT_OF = Statement("SELECT tenant_id FROM integration_tenant(%(id)s) AS tenant_id", False, {})
_SECRET = Statement(
    "SELECT hook.secret FROM integration_hook AS hook "
    "JOIN integration ON integration.tenant_id = hook.tenant_id AND integration.id = hook.integration_id "
    "WHERE hook.tenant_id = %(tenant_id)s AND hook.integration_id = %(integration)s AND hook.is_wanted "
    "AND integration.is_active",
    True,
    {},
)
_NOTICE = Statement(
    "INSERT INTO integration_notice AS notice (tenant_id, integration_id, external_id) "
    "SELECT hook.tenant_id, hook.integration_id, %(order)s FROM integration_hook AS hook "
    "WHERE hook.tenant_id = %(tenant_id)s AND hook.integration_id = %(integration)s "
    "AND ((SELECT count(*) FROM (SELECT FROM integration_notice AS other "
    "WHERE other.tenant_id = %(tenant_id)s AND other.integration_id = %(integration)s LIMIT %(most)s) "
    "AS waiting) < %(most)s OR EXISTS (SELECT FROM integration_notice AS known "
    "WHERE known.tenant_id = %(tenant_id)s AND known.integration_id = %(integration)s "
    "AND known.external_id = %(order)s)) "
    "ON CONFLICT (tenant_id, integration_id, external_id) DO UPDATE SET times = notice.times + 1 "
    "RETURNING times",
    True,
    {},
)


async def take_notice(ctx: Ctx, integration: int, secret: str, body: dict[str, Any]) -> None:
    """Keep that an order changed, and leave it for a worker; orders that are told of again wait once.

    Raises UnauthenticatedError, the same for an unknown integration, one without a hook or switched off and a
    wrong secret; InvalidInputError for a body without an order; OverloadedError where too many wait.
    """
    tenant = await _tenant_of(ctx, integration, secret)
    order = order_of(body)
    async with ctx.write(None) as transaction:
        kept = await transaction.fetch(
            _NOTICE, int, tenant=tenant, integration=integration, order=order, most=MOST_WAITING
        )
    if not kept:
        raise OverloadedError(
            f"{MOST_WAITING} orders wait to be fetched; try again later.", retry_after=_AGAIN
        )
    await ctx.queue.put_notices(tenant=tenant, integration=integration)


async def _tenant_of(ctx: Ctx, integration: int, secret: str) -> int:
    """Whose integration it is whose hook has the secret. Raises UnauthenticatedError."""
    tenants = await ctx.reader.fetch(_TENANT_OF, int, id=integration)
    sealed: list[bytes] = []
    if tenants:
        sealed = await ctx.reader.fetch(_SECRET, bytes, tenant=tenants[0], integration=integration)
    expected = _unsealed(ctx, sealed[0], integration) if sealed else ""
    if not hmac.compare_digest(expected.encode(), secret.encode()) or not expected:
        raise UnauthenticatedError(_REFUSED)
    return tenants[0]


def _unsealed(ctx: Ctx, sealed: bytes, integration: int) -> str:
    """The secret; none where no key of the vault reads it: callers are not told of that."""
    try:
        return ctx.vault.unseal(bytes(sealed))
    except ConfigurationError as error:
        log.warning("the secret of a hook cannot be read", integration=integration, why=error.message)
        return ""
