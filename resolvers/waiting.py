"""Whether work that was left in the queue is still on its way."""

DEAD_AFTER = 30.0
"""Seconds without a sign of life after which a worker is taken for dead."""


class HandedBackError(Exception):
    """The work is stopped half-way, so that another worker does it; nothing of it is kept."""


def has_job(argument: str, value: str) -> str:
    """SQL: a job whose argument is the text `value` (SQL) waits for a worker, or is with one.

    The job of a worker that died is left to another, so it is on its way as well.
    """
    return (
        "EXISTS (SELECT FROM procrastinate_jobs job "
        f"WHERE job.args ->> '{argument}' = {value} AND job.status IN ('todo', 'doing'))"
    )


def has_worker(argument: str, value: str) -> str:
    """SQL: a job whose argument is the text `value` (SQL) is with a worker that is alive."""
    return (
        "EXISTS (SELECT FROM procrastinate_jobs job "
        "JOIN procrastinate_workers worker ON worker.id = job.worker_id "
        f"WHERE job.args ->> '{argument}' = {value} AND job.status = 'doing' "
        f"AND worker.last_heartbeat > now() - interval '{DEAD_AFTER:g} s')"
    )
