"""A message of several statements: the rows of the last one, and what goes wrong on the way."""

import asyncio

import psycopg
import pytest

from kit.db.exchange import exchange


@pytest.fixture
async def connection(urls):
    """A connection that nobody else uses."""
    async with await psycopg.AsyncConnection.connect(urls.app, autocommit=True) as opened:
        yield opened


async def test_the_rows_of_the_last_statement(connection):
    assert await exchange(connection, b"SELECT 1; SELECT 2, 'two'; SELECT 3 UNION SELECT 4") == [(3,), (4,)]
    assert await exchange(connection, b"SELECT 1 WHERE false") == []
    assert await exchange(connection, b"SELECT 1; BEGIN; COMMIT") == []
    assert await exchange(connection, b"") == []


@pytest.mark.parametrize("before", [b"", b"SELECT 1; ", b"BEGIN; SELECT 1; "])
async def test_what_one_of_them_is_refused_for_is_raised(connection, before):
    with pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"):
        await exchange(connection, before + b"SELECT 1/0; SELECT 2")
    await exchange(connection, b"ROLLBACK")
    assert await exchange(connection, b"SELECT 1") == [(1,)]


async def test_what_is_told_is_read_in_the_encoding_of_the_connection(connection):
    await exchange(connection, b"SET client_encoding TO latin1")
    with pytest.raises(psycopg.errors.UndefinedColumn, match='"größe"'):
        await exchange(connection, 'SELECT "größe"'.encode("latin1"))


async def test_a_copy_is_refused_and_leaves_no_connection_behind_that_waits(connection):
    with pytest.raises(psycopg.ProgrammingError, match="COPY_OUT"):
        await exchange(connection, b"COPY (SELECT 1) TO STDOUT")
    assert connection.closed


async def test_a_lost_connection_is_told(connection):
    with pytest.raises(psycopg.OperationalError):
        await exchange(connection, b"SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(psycopg.OperationalError):
        await exchange(connection, b"SELECT 1")


async def test_who_is_cancelled_cancels_the_statement(connection):
    waiting = asyncio.create_task(exchange(connection, b"SELECT pg_sleep(600)"))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await exchange(connection, b"SELECT 1") == [(1,)]
