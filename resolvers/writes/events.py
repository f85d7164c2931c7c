"""Events from a caller: what customers did, each taken once."""

from collections.abc import Sequence

from kit.errors import CdpError
from resolvers.context import WRITE, Ctx
from resolvers.intake.event import Checked, EventRecord, Submission, check_event, plain_event
from resolvers.intake.store import EventStore
from resolvers.writes.batch import check_length
from resolvers.writes.keys import Key, content_of
from resolvers.writes.outcome import Outcome

MOST_EVENTS = 1_000
"""Events of one list."""


async def track_events(
    ctx: Ctx, tenant: int, records: Sequence[EventRecord], *, key: str | None = None
) -> list[Outcome]:
    """Take events in; an outcome each, in their order, whose key is (microseconds since 1970, message id).

    An event with the instant and message id of one that is there is a duplicate. Others may write meanwhile,
    an import as well. Raises InvalidInputError for a list or key that is not accepted, and as `submit`.
    """
    check_length("events", records, MOST_EVENTS)
    claimed = None if key is None else Key.of(key, "events", content_of(records))
    return await submit(ctx, Submission(tenant, [*map(_checked, records)], claimed))


async def submit(ctx: Ctx, submission: Submission, *, wait: bool = False) -> list[Outcome]:
    """Take checked events in; an outcome each, once they are committed. With `wait` it waits for room.

    Raises NotFoundError for an unknown tenant, ConflictError for a key that came with something else,
    OverloadedError where more comes in than can be saved, UnavailableError where the database is away.
    """
    ctx.allow(submission.tenant, WRITE)
    if ctx.intake is not None:
        outcomes = await ctx.intake.put(submission, wait=wait)
    else:
        (result,) = await ctx.db.work(lambda work: EventStore().save(work, [submission]))
        if isinstance(result, CdpError):
            raise result
        outcomes = result
    await ctx.refresh()
    return outcomes


def _checked(record: EventRecord) -> Checked:
    given = (record.event_type, record.customer, record.properties, record.occurred_at, record.message_id)
    return plain_event(*given, strict=False) or check_event(record)
