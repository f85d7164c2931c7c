"""A message of statements to the server, and what the last of them answers.

psycopg's cursors do more: they look at the result of each statement, and see to preparing them. By a cursor,
a message takes nearly twice as much of the processor.
"""

from typing import Any

from psycopg import AsyncConnection, errors
from psycopg.adapt import Transformer
from psycopg.generators import execute
from psycopg.pq import ExecStatus


async def exchange(connection: AsyncConnection[Any], message: bytes) -> list[tuple[Any, ...]]:
    """Send statements, and give the rows of the last one; none where it has none.

    Nothing else may go over the connection meanwhile. Raises psycopg.Error for what the server refuses, and
    psycopg.OperationalError where the connection is lost.
    """
    connection.pgconn.send_query(message)
    result = (await connection.wait(execute(connection.pgconn)))[-1]
    if result.status == ExecStatus.TUPLES_OK:
        read = Transformer(connection)
        read.set_pgresult(result)
        return read.load_rows(0, result.ntuples, tuple)
    if result.status == ExecStatus.FATAL_ERROR:
        raise errors.error_from_result(result, encoding=connection.info.encoding)
    return []
