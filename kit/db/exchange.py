"""A message of statements to the server, and what the last of them answers.

psycopg's cursors do more: they look at the result of each statement, and see to preparing them. By a cursor,
a message that reads a row takes half as much again of the processor, or twice as much.
"""

from typing import Any

import psycopg
from psycopg import AsyncConnection, errors
from psycopg.adapt import Transformer
from psycopg.generators import execute
from psycopg.pq import ExecStatus


async def exchange(connection: AsyncConnection[Any], message: bytes) -> list[tuple[Any, ...]]:
    """Send statements, and give the rows of the last one; none where it has none.

    Nothing else may go over the connection meanwhile. Raises psycopg.Error for what the server refuses,
    psycopg.OperationalError where the connection is lost, and psycopg.ProgrammingError, after closing it,
    for a COPY, which goes on past its message.
    """
    connection.pgconn.send_query(message)
    result = (await connection.wait(execute(connection.pgconn)))[-1]
    match result.status:
        case ExecStatus.TUPLES_OK:
            read = Transformer(connection)
            read.set_pgresult(result)
            return read.load_rows(0, result.ntuples, tuple)
        case ExecStatus.COMMAND_OK | ExecStatus.EMPTY_QUERY:
            return []
        case ExecStatus.FATAL_ERROR:
            raise errors.error_from_result(result, encoding=connection.info.encoding)
        case other:
            await connection.close()
            raise psycopg.ProgrammingError(f"a message that is answered with {ExecStatus(other).name}")
