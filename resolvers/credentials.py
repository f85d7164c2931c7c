"""Credentials before they are kept: the system they are for is asked, and nothing stays."""

from connectors.vtex import Account, Inspection, inspect
from kit.errors import UnavailableError
from resolvers.context import ADMIN, Ctx
from resolvers.integrations import NewIntegration, check_type, secret


async def validate(ctx: Ctx, new: NewIntegration) -> Inspection:
    """Ask the other system whether the credentials get in, and what they may do there.

    Raises InvalidInputError where they are wrong, lack what an integration needs or are for no account of
    the system; ForbiddenError without the scope admin; PeerFailedError or PeerTimedOutError where the
    system does not answer.
    """
    ctx.require(ADMIN)
    check_type(new.integration_type)
    key, token = secret("app_key", new.app_key), secret("app_token", new.app_token)
    account = Account(new.account_name, new.environment, key, token)
    if ctx.vtex is None:
        raise UnavailableError("VTEX cannot be asked from here.")
    return await inspect(ctx.vtex, account)
