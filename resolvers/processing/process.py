"""The use case: score one tenant as of an instant, from its orders to its scores."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg
import structlog
from psycopg.types.json import Jsonb

from kit.db import Statement, Work, connect_for_work, is_lost
from kit.errors import ConflictError, UnavailableError
from resolvers import segment_feed
from resolvers.freshness import is_stale
from resolvers.live import announce
from resolvers.merging.locks import lock_scores
from resolvers.merging.scores import leave_out_merged
from resolvers.processing.changes import append_changes, find_changes, read_standing
from resolvers.processing.chosen import for_analyses, read_chosen
from resolvers.processing.control import Attempt, Control, failure
from resolvers.processing.figures import Figures, write_figures
from resolvers.processing.listing import write_listings
from resolvers.processing.orders import Orders, read
from resolvers.processing.request import ANALYSES, Request
from resolvers.processing.shop import Shop, find_shop, last_order
from resolvers.processing.summary import Json, of_analysis, of_run
from resolvers.processing.swap import stand, sweep, write_scores
from resolvers.segment_feed import Why
from resolvers.segments import builtin
from resolvers.segments.together import refresh_all
from resolvers.settings import STALENESS_HOURS, ScoringSettings, of_stored
from resolvers.waiting import HandedBackError
from scoring.analysis import Analysis, analyse

log = structlog.get_logger()

_STANDING = Statement(
    "SELECT run.id, run.analyses, run.as_of_requested, run.finished_at, run.data_version, "
    "tenant.data_version, tenant.settings "
    "FROM score_current JOIN score_run run USING (tenant_id) JOIN tenant ON tenant.id = run.tenant_id "
    "WHERE score_current.tenant_id = %(tenant_id)s AND run.tenant_id = %(tenant_id)s "
    "AND run.id = score_current.run_id",
    True,
    {},
)
# What two runs are compared by: it must grow from run to run, also over a clock that was set back.
_FINISH = Statement(
    "UPDATE score_run SET status = 'succeeded', step = 'done', "
    "finished_at = greatest(clock_timestamp(), (SELECT max(finished_at) + interval '1 microsecond' "
    "FROM score_run before WHERE before.tenant_id = %(tenant_id)s AND before.status = 'succeeded')), "
    "data_version = %(data_version)s, analyses = %(analyses)s, "
    "progress = 1, data_through = %(data_through)s, model = %(model)s, flags = %(flags)s, "
    "report = %(report)s, rfm = %(rfm)s, clv = %(clv)s, churn = %(churn)s "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'running' "
    "AND started_at = %(began)s",
    True,
    {},
)
_READ, _ANALYSED = 0.35, 0.6


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which run holds the scores now, and whether it is one that was fresh already."""

    run_id: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class _Standing:
    """The run whose scores stand, and whether they are fresh."""

    run_id: int
    analyses: list[str]
    as_of: str
    fresh: bool

    def answers(self, request: Request) -> bool:
        """Whether a request asks for nothing that these scores do not say already."""
        return self.fresh and self.as_of == request.as_of and set(request.analyses) <= set(self.analyses)

    def joined(self, analyses: tuple[str, ...]) -> tuple[str, ...]:
        """The analyses asked for and those that stand: all scores of a tenant are of one run, one instant."""
        return tuple(each for each in ANALYSES if each in analyses or each in self.analyses)


def process(
    url: str,
    tenant: int,
    request: Request,
    *,
    run_id: int | None = None,
    wait: bool = True,
    stale_after_hours: int = STALENESS_HOURS,
    notify: Callable[[str, float], None] = lambda step, share: None,
) -> Outcome:
    """Score a tenant, unless its scores are fresh and `request.force` is off.

    `run_id` names the queued run to carry out; without it a new one is recorded. `notify` hears the step and
    the share done. Two runs of a tenant never overlap: the second waits, or with `wait` off raises
    ConflictError. Raises NotFoundError for an unknown tenant. If anything fails or the process dies, the
    old scores stand; a failed run says why. Where `notify` raises a HandedBackError, or the database is
    lost, a queued run waits for another worker; one that was done meanwhile is left as it is. Analyses that
    stand already are computed along with those asked for, so that all scores of a tenant are as of one
    instant.
    """
    with ExitStack() as stack:
        work = stack.enter_context(connect_for_work(url))
        control = Control(stack.enter_context(connect_for_work(url)), tenant, notify)
        shop = find_shop(work, tenant)
        stack.enter_context(control.alone(wait=wait))
        if run_id is not None and control.is_done(run_id):
            return Outcome(run_id, fresh=True)
        standing = _standing(work, shop, stale_after_hours)
        if run_id is None and not request.force and standing and standing.answers(request):
            return Outcome(standing.run_id, fresh=True)
        if standing:
            request = replace(request, analyses=standing.joined(request.analyses))
        as_of = request.instant(shop.time_zone, last_order(work, shop))
        attempt = control.start(request, as_of, run_id)
        try:
            _run(url, work, control, shop, request, as_of, attempt)
        except BaseException as error:
            with suppress(psycopg.Error):
                if run_id is not None and _passes(error):
                    control.put_back(attempt)
                else:
                    control.failed(attempt, failure(error))
            raise
        return Outcome(attempt.run_id, fresh=False)


def _passes(error: BaseException) -> bool:
    """Whether another attempt may go better: the run is to be done elsewhere, or the database was lost."""
    return isinstance(error, HandedBackError | UnavailableError) or is_lost(error)


def _run(
    url: str, work: Work, control: Control, shop: Shop, request: Request, as_of: datetime, attempt: Attempt
) -> None:
    clock, run_id = _Clock(), attempt.run_id
    with ThreadPoolExecutor(1) as aside, work.transaction(shop.tenant, snapshot=True):
        standing = aside.submit(read_standing, url, shop.tenant)
        version, settings = read_chosen(work, shop)
        orders = read(work, shop, as_of)
    clock.lap("read")
    analysis = _analysed(control, attempt, request, shop, orders, settings)
    clock.lap("analyse")
    figures = Figures.of(orders)
    clock.lap("figures")
    control.progress(attempt, "writing scores", _ANALYSED)
    write_scores(url, shop.tenant, attempt, orders.customers, analysis, shop.scale)
    changes = find_changes(standing.result(), analysis)
    with work.transaction(shop.tenant):
        lock_scores(work)
        entries = append_changes(work, changes)
        write_listings(work, run_id, orders.customers, analysis)
        write_figures(work, run_id, figures, shop.scale)
        stand(work, run_id)
        clock.lap("write")
        report = of_run(analysis, orders.report, shop.scale, clock.seconds, changes.moves("rfm_segment"))
        report["settings"] = settings.as_json()
        report["periods"] = figures.counts()
        _finish(work, attempt, orders, analysis, shop.scale, report, version)
        builtin.ensure(work, builtin.counted(analysis))
        entries += leave_out_merged(work, run_id)
        announce.run_changed(work, shop.tenant, run_id)
        segment_feed.stand(work, shop.tenant, entries, Why("run", run_id))
    refresh_all(work, shop.tenant, run_id)
    control.notify("sweeping", 1.0)
    with work.transaction(shop.tenant, durable=False):
        sweep(work)
    log.info("scored", tenant=shop.tenant, run=run_id, customers=len(orders.customers), **clock.seconds)


def _analysed(
    control: Control,
    attempt: Attempt,
    request: Request,
    shop: Shop,
    orders: Orders,
    settings: ScoringSettings,
) -> Analysis:
    control.progress(attempt, "analysing", _READ)
    return analyse(
        orders.customers,
        analyses=frozenset(request.analyses),
        settings=for_analyses(settings),
        history=orders.history,
        scale=shop.scale,
        progress=lambda step, share: control.progress(
            attempt, f"analysing: {step}", _READ + share * (_ANALYSED - _READ)
        ),
    )


def _finish(
    work: Work,
    attempt: Attempt,
    orders: Orders,
    analysis: Analysis,
    scale: int,
    report: Json,
    version: int,
) -> None:
    model = analysis.model
    flags = [*model.flags, *model.spend_flags] if model else []
    values = {
        **attempt.values(),
        "data_version": version,
        "analyses": [name for name in ANALYSES if getattr(analysis, name) is not None],
        "data_through": orders.data_through,
        "model": model.name if model else None,
        "flags": list(dict.fromkeys(flags)),
        "report": Jsonb(report),
        **{name: _json(of_analysis(analysis, name, scale)) for name in ANALYSES},
    }
    if work.count(_FINISH, values) != 1:
        raise ConflictError("Another run took this one's place, so its scores were not kept.")


def _json(value: dict[str, object] | None) -> Jsonb | None:
    return None if value is None else Jsonb(value)


def _standing(work: Work, shop: Shop, hours: int) -> _Standing | None:
    """The standing run; scores are fresh for so many `hours` where the tenant has no setting of its own."""
    with work.transaction(shop.tenant):
        rows = work.run(_STANDING)
    if not rows:
        return None
    run_id, analyses, as_of, ended_at, run_version, version, stored = rows[0]
    stale = is_stale(
        as_of_requested=as_of,
        ended_at=ended_at,
        run_version=run_version,
        data_version=version,
        hours=of_stored(stored, hours).staleness_hours,
    )
    return _Standing(run_id, analyses, as_of, fresh=not stale)


class _Clock:
    """Seconds between laps."""

    def __init__(self) -> None:
        self._since = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self._since, 3)
        self._since = now
