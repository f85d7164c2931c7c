"""Who meets a segment's criteria now: worked out by the database, in one statement."""

from pathlib import Path
from typing import Any

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import select

from kit.db import Statement, Work, load, prepare
from kit.errors import CdpError
from resolvers.criteria import Node, compile_criteria, parse

log = structlog.get_logger()

LONGEST = 60.0
"""Seconds that the members of one segment may take."""

_MEMBERS = load(Path(__file__).parent.parent.parent / "models" / "sql" / "segment_refresh.sql")
_DYNAMIC = Statement(
    "SELECT id FROM segment WHERE tenant_id = %(tenant_id)s AND type = 'dynamic' "
    "AND builtin IS NULL ORDER BY id",
    True,
    {},
)
_LOCK = Statement(
    "SELECT criteria FROM segment WHERE tenant_id = %(tenant_id)s AND id = %(segment)s "
    "AND type = 'dynamic' FOR UPDATE",
    True,
    {},
)


def members_statement(criteria: Node) -> Statement:
    """What makes those who meet the criteria the members of `segment`, and no others.

    Who was a member already stays one since the same instant. The segment's row must be locked before.
    """
    condition = compile_criteria(criteria)
    source, number = condition.source
    wanted = prepare(select(number.label("id")).select_from(source).where(condition.tenant, condition.clause))
    return Statement(_MEMBERS.text.format(wanted=wanted.text), scoped=True, defaults=wanted.defaults)


def refresh_all(work: Work, tenant: int) -> None:
    """Work out the members of all dynamic segments anew, each in a transaction of its own.

    One that fails keeps the members it had, and the log says why; that fails nothing else.
    """
    numbers: list[int] = []
    try:
        with work.transaction(tenant):
            numbers = [number for (number,) in work.run(_DYNAMIC)]
    except psycopg.Error as error:
        log.warning("segments not refreshed", tenant=tenant, error=str(error))
    for number in numbers:
        try:
            with work.transaction(tenant):
                work.connection.execute(sql.SQL(f"SET LOCAL statement_timeout = {int(LONGEST * 1000)}"))
                _refresh(work, number)
        except (psycopg.Error, CdpError) as error:
            log.warning("segment not refreshed", tenant=tenant, segment=number, error=str(error))
            if work.connection.closed:
                return


def _refresh(work: Work, segment: int) -> None:
    locked: list[tuple[Any, ...]] = work.run(_LOCK, {"segment": segment})
    for (criteria,) in locked:
        work.run(members_statement(parse(criteria)), {"segment": segment})
