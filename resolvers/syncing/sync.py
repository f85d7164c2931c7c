"""The use case: bring what is in an account of VTEX, all of it or what is new, and keep it as it is there."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from connectors.vtex import Vtex
from kit.db import connect_for_work
from kit.errors import CdpError, NotFoundError
from kit.secrets import Vault
from resolvers.syncing.control import Control
from resolvers.syncing.desk import Desk
from resolvers.syncing.hook import Hook
from resolvers.syncing.lease import claim, release
from resolvers.syncing.listing import Asked
from resolvers.syncing.run import Notify, Outcome, Progress, Run
from resolvers.syncing.source import StoppedError

__all__ = ["Notify", "Outcome", "Place", "Progress", "StoppedError", "sync"]

log = structlog.get_logger()

_UNEXPECTED = "The sync failed unexpectedly; the log tells more."


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
    where it was removed, switched off or given another account meanwhile, ConflictError where another sync of
    it or of its account goes on, and what the connector raises; the reason is written down then, and it is
    tried again later.
    """
    async with Desk(place.url) as desk:
        account = await desk.do(lambda work: claim(work, tenant, integration))
        control = await desk.do(lambda work: Control(work, tenant, integration))
        try:
            standing = await desk.do(lambda work: control.begin(full=full, account=account))
            asked = Asked(place.vtex, standing.source.account(place.vault))
            outcome = await Run(desk, control, asked, notify, standing).all()
        except (StoppedError, NotFoundError):
            raise
        except asyncio.CancelledError:
            await asyncio.shield(_note(place.url, control, Control.interrupted))
            raise
        except BaseException as error:
            told = error.message if isinstance(error, CdpError) else _UNEXPECTED
            log.warning("sync stalled", tenant=tenant, integration=integration, why=told)
            await _note(place.url, control, lambda again: again.stalled(told))
            raise
        else:
            await Hook(desk, control, asked, place.vault).keep()
            return outcome
        finally:
            with suppress(CdpError):
                await asyncio.shield(desk.do(release))


async def _note(url: str, control: Control, write: Callable[[Control], None]) -> None:
    """Write down how a run ended, on a connection of its own: the run's may be what was lost."""

    def note() -> None:
        with suppress(CdpError), connect_for_work(url) as work:
            write(replace(control, work=work))

    if control.run is not None:
        await asyncio.to_thread(note)
