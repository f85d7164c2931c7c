"""The use case: bring what is in an account of VTEX, all of it or what is new, and keep it as it is there."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import orjson
import structlog

from connectors.vtex import Account, Vtex
from kit.db import Statement, Work, connect_for_work
from kit.errors import CdpError, NotFoundError
from kit.secrets import Vault
from resolvers.syncing.control import Control, StoppedError
from resolvers.syncing.desk import Desk
from resolvers.syncing.listing import Asked
from resolvers.syncing.run import Chosen, Notify, Outcome, Progress, Run

__all__ = ["Notify", "Outcome", "Place", "Progress", "StoppedError", "processed", "sync"]

log = structlog.get_logger()

_UNEXPECTED = "The sync failed unexpectedly; the log tells more."
_INTEGRATION = Statement(
    "SELECT account_name, environment, credentials, is_active, sync_minutes, feed FROM integration "
    "WHERE tenant_id = %(tenant_id)s AND id = %(integration)s",
    True,
    {},
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where syncs work: the database, VTEX, and what opens the credentials."""

    url: str
    vtex: Vtex
    vault: Vault


async def sync(
    place: Place,
    tenant: int,
    integration: int,
    *,
    full: bool = False,
    notify: Notify = lambda progress: None,
) -> Outcome:
    """Bring an integration's orders: all with `full`, and where that never came to its end; else what is new.

    A full sync that was begun and broke off goes on where it was. Killed at any moment it leaves what was
    stored, and the next one brings the rest. Raises NotFoundError for an unknown integration, StoppedError
    where it was removed or switched off meanwhile, ConflictError where another sync of it goes on, and what
    the connector raises; the reason is written down then, and it is tried again later.
    """
    async with Desk(place.url) as desk:
        control = await desk.do(lambda work: Control(work, tenant, integration))
        await desk.do(lambda work: control.claim())
        try:
            account, chosen = await desk.do(lambda work: _account(work, place.vault, tenant, integration))
            run = Run(desk, control, Asked(place.vtex, account), notify, chosen)
            return await run.all(full=full)
        except (StoppedError, NotFoundError):
            raise
        except asyncio.CancelledError:
            await asyncio.shield(_note(place.url, tenant, integration, Control.interrupted))
            raise
        except BaseException as error:
            told = error.message if isinstance(error, CdpError) else _UNEXPECTED
            log.warning("sync stalled", tenant=tenant, integration=integration, why=told)
            await _note(place.url, tenant, integration, lambda control: control.stalled(told))
            raise


def processed(url: str, tenant: int, integration: int) -> None:
    """Write that what syncs changed is being scored."""
    with connect_for_work(url) as work:
        Control(work, tenant, integration).clear_changed()


async def _note(url: str, tenant: int, integration: int, write: Callable[[Control], None]) -> None:
    """Write down how a sync ended, on a connection of its own: the sync's may be what was lost."""

    def note() -> None:
        with suppress(CdpError), connect_for_work(url) as work:
            write(Control(work, tenant, integration))

    await asyncio.to_thread(note)


def _account(work: Work, vault: Vault, tenant: int, integration: int) -> tuple[Account, Chosen]:
    """The account with its credentials, and what was chosen for it."""
    with work.transaction(tenant):
        rows = work.run(_INTEGRATION, {"integration": integration})
    if not rows:
        raise NotFoundError.of("Integration", tenant, integration)
    name, environment, sealed, is_active, *chosen = rows[0]
    if not is_active:
        raise StoppedError(f"Integration {integration} is switched off.")
    secrets = orjson.loads(vault.unseal(bytes(sealed)))
    return Account(name, environment, secrets["app_key"], secrets["app_token"]), Chosen(*chosen)
