"""The use case: hold a tenant's last days out, foretell them, and store how that went."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import psycopg
import structlog
from psycopg.types.json import Jsonb

from kit.db import Statement, Work, connect_for_work, is_lost
from kit.errors import ConflictError
from kit.zone import day_number
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.backtesting.request import BacktestRequest
from resolvers.backtesting.result import Json, as_json
from resolvers.processing.chosen import for_analyses, read_chosen
from resolvers.processing.control import Attempt, failure
from resolvers.processing.orders import read
from resolvers.processing.request import Request
from resolvers.processing.shop import Shop, find_shop, last_order
from resolvers.waiting import HandedBackError
from scoring.backtest.holdout import backtest

log = structlog.get_logger()

_START = Statement(
    "INSERT INTO backtest (tenant_id, status, holdout_days, as_of_requested, started_at) "
    "VALUES (%(tenant_id)s, 'running', %(holdout_days)s, %(as_of_requested)s, now()) "
    "RETURNING id, started_at",
    True,
    {},
)
_RESUME = Statement(
    "UPDATE backtest SET status = 'running', "
    "started_at = greatest(clock_timestamp(), started_at + interval '1 microsecond') "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status IN ('queued', 'running') "
    "RETURNING id, started_at",
    True,
    {},
)
_FINISH = Statement(
    "UPDATE backtest SET status = 'succeeded', finished_at = clock_timestamp(), as_of = %(as_of)s, "
    "data_version = %(data_version)s, result = %(result)s "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'running' AND started_at = %(began)s",
    True,
    {},
)
_FAILED = Statement(
    "UPDATE backtest SET status = 'failed', finished_at = now(), error = %(error)s "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status IN ('queued', 'running') "
    "AND (%(began)s::timestamptz IS NULL OR started_at = %(began)s)",
    True,
    {},
)


def run_backtest(
    url: str,
    tenant: int,
    request: BacktestRequest,
    *,
    backtest_id: int | None = None,
    notify: Callable[[str, float], None] = lambda step, share: None,
) -> int:
    """Test how well the last days would have been foretold, and store it. Returns the backtest's id.

    `backtest_id` names the queued one to carry out. Too little data is no error: the result then says what
    is missing. Raises NotFoundError for an unknown tenant, ConflictError where the queued one is not
    waiting any more, or another worker took this one's place. Where `notify` raises a HandedBackError, or the
    database is lost, a queued one may be tried again.
    """
    with connect_for_work(url) as work:
        shop = find_shop(work, tenant)
        attempt = _start(work, shop, request, backtest_id)
        try:
            as_of = Request(as_of=request.as_of).instant(shop.time_zone, last_order(work, shop))
            _run(work, shop, request, as_of, attempt, notify)
        except BaseException as error:
            if backtest_id is None or not (isinstance(error, HandedBackError) or is_lost(error)):
                with suppress(psycopg.Error), work.transaction(tenant):
                    work.run(_FAILED, attempt.values(error=failure(error)))
            raise
    return attempt.run_id


def give_up(url: str, tenant: int, backtest_id: int, error: str) -> None:
    """Write that a backtest is not tried again."""
    with connect_for_work(url) as work, work.transaction(tenant):
        work.run(_FAILED, {"id": backtest_id, "began": None, "error": error})


def _start(work: Work, shop: Shop, request: BacktestRequest, queued: int | None) -> Attempt:
    with work.transaction(shop.tenant):
        if queued is not None:
            began = work.run(_RESUME, {"id": queued})
            if not began:
                raise ConflictError(f"Backtest {queued} is not waiting any more.")
            return Attempt(*began[0])
        values = {"holdout_days": request.holdout_days, "as_of_requested": request.as_of}
        attempt = Attempt(*work.run(_START, values)[0])
        told = {"holdout_days": request.holdout_days, "as_of": request.as_of}
        done = Change("backtestRequest", shop.tenant, "Backtest", attempt.run_id, after=told)
        record_work(work, Author.of_command(), done)
        return attempt


def _run(
    work: Work,
    shop: Shop,
    request: BacktestRequest,
    as_of: datetime,
    attempt: Attempt,
    notify: Callable[[str, float], None],
) -> None:
    notify("reading orders", 0.0)
    with work.transaction(shop.tenant, snapshot=True):
        version, settings = read_chosen(work, shop)
        history = read(work, shop, as_of).history
    notify("foretelling the last days", 0.3)
    found = backtest(
        history.customer,
        history.day,
        history.amount,
        as_of=day_number(as_of, shop.time_zone),
        holdout=request.holdout_days,
        adjustment=history.adjustment,
        settings=for_analyses(settings),
        scale=shop.scale,
    )
    result: Json = as_json(found, shop.scale)
    with work.transaction(shop.tenant):
        values = attempt.values(as_of=as_of, data_version=version, result=Jsonb(result))
        if work.count(_FINISH, values) != 1:
            raise ConflictError("Another attempt took this one's place, so its result was not kept.")
    notify("done", 1.0)
    log.info("backtested", tenant=shop.tenant, backtest=attempt.run_id, holdout_days=request.holdout_days)
