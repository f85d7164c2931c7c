"""When scores are out of date: one rule for the API, which reads runs, and for processing."""

from datetime import UTC, datetime, timedelta

from resolvers.processing.request import NOW


def is_stale(
    *, as_of_requested: str, ended_at: datetime, run_version: int, data_version: int, hours: int
) -> bool:
    """Whether the data or settings have changed since a run, or (as of now) it is older than so many hours.

    `run_version` is the tenant's data version that the run read, `data_version` the one it has now.
    """
    if run_version != data_version:
        return True
    return as_of_requested == NOW and datetime.now(UTC) - ended_at > timedelta(hours=hours)
