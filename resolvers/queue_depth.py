"""What waits in the queue and who does it: figures of the whole service, of no tenant."""

from typing import NamedTuple

from kit.db import Database, Statement

_DEPTH = Statement(
    "SELECT job.task_name, job.status::text, count(*), "
    "coalesce(extract(epoch FROM clock_timestamp() - min(greatest(event.at, job.scheduled_at))), 0)::float8 "
    "FROM procrastinate_jobs job "
    "LEFT JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred' "
    "WHERE job.status IN ('todo', 'doing', 'failed') GROUP BY 1, 2 ORDER BY 1, 2",
    scoped=False,
    defaults={},
)
_WORKERS = Statement(
    "SELECT count(*) FROM procrastinate_workers "
    "WHERE last_heartbeat > clock_timestamp() - make_interval(secs => 60)",
    scoped=False,
    defaults={},
)


class Depth(NamedTuple):
    """Jobs of a name in a state (todo, doing, failed), and the seconds that the oldest has been there."""

    job: str
    state: str
    jobs: int
    oldest: float


async def depths(db: Database) -> list[Depth]:
    """What the queue holds. Raises UnavailableError where the database does not answer."""
    return await db.once(_DEPTH, Depth)


async def workers(db: Database) -> int:
    """Workers that have shown themselves in the last minute. Raises as `depths` does."""
    return (await db.once(_WORKERS, int))[0]
