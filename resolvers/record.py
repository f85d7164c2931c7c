"""A stored record, read without an event loop."""

from collections.abc import Callable
from typing import TypeVar

from kit.db import Statement, connect_for_work

T = TypeVar("T")


def read_record(
    url: str, table: str, fields: tuple[str, ...], kind: Callable[..., T], key: tuple[int, int]
) -> T:
    """The row of a table, whose `key` is tenant and id, as `kind` takes its fields."""
    tenant, number = key
    statement = Statement(
        f"SELECT {', '.join(fields)} FROM {table} WHERE tenant_id = %(tenant_id)s AND id = %(id)s",  # noqa: S608
        scoped=True,
        defaults={},
    )
    with connect_for_work(url) as work, work.transaction(tenant):
        (row,) = work.run(statement, {"id": number})
    return kind(*row)
