"""Where a sync fetches from: an integration's account, as it is set now."""

from typing import NamedTuple

import orjson

from connectors.vtex import Account
from kit.db import Statement, Work
from kit.errors import ConflictError, NotFoundError
from kit.secrets import Vault

_SOURCE = Statement(
    "SELECT account_name, environment, credentials, sync_minutes, feed, is_active FROM integration "
    "WHERE tenant_id = %(tenant_id)s AND id = %(integration)s FOR KEY SHARE",
    True,
    {},
)


class StoppedError(ConflictError):
    """The integration was removed, or is not to be used as it was any more, while it was fetched from."""


class Source(NamedTuple):
    """An integration's account with its sealed credentials, after how many minutes it is synced again, and
    the use of the feed."""

    account_name: str
    environment: str
    sealed: bytes
    minutes: int
    feed: str

    def account(self, vault: Vault) -> Account:
        """The account with its credentials. Raises what the vault does."""
        secrets = orjson.loads(vault.unseal(self.sealed))
        return Account(self.account_name, self.environment, secrets["app_key"], secrets["app_token"])


def read_source(work: Work, tenant: int, integration: int) -> Source:
    """The source, which stays as it is until the transaction ends.

    Raises NotFoundError for an unknown integration, StoppedError for one that is switched off.
    """
    rows = work.run(_SOURCE, {"integration": integration})
    if not rows:
        raise NotFoundError.of("Integration", tenant, integration)
    *source, is_active = rows[0]
    if not is_active:
        raise StoppedError(f"Integration {integration} is switched off.")
    name, environment, sealed, minutes, feed = source
    return Source(name, environment, bytes(sealed), minutes, feed)
