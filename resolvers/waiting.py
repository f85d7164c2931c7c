"""Whether work that was left in the queue is still on its way."""


def has_job(argument: str, value: str) -> str:
    """SQL: a job whose argument is the text `value` (SQL) waits for a worker or is with one that is alive."""
    return (
        "EXISTS (SELECT FROM procrastinate_jobs job "
        "LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id "
        f"WHERE job.args ->> '{argument}' = {value} AND (job.status = 'todo' "
        "OR job.status = 'doing' AND worker.last_heartbeat > now() - interval '1 minute'))"
    )
