"""Save a batch of submissions in one transaction: each event once, each idempotency key once."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

import orjson
import psycopg

from kit.db import Statement, Work
from kit.db.notices import CHANNEL
from kit.errors import CdpError, ConflictError, NotFoundError, UnavailableError
from kit.page import INSTANT
from resolvers.event_types.types import Types
from resolvers.intake.event import Checked, Submission
from resolvers.intake.orders import Purchase, upsert_orders
from resolvers.live.announce import EventKey, event_notices, events_stored
from resolvers.writes.keys import remember, remembered
from resolvers.writes.outcome import CREATED, DUPLICATE, REJECTED, Outcome, Problem
from resolvers.writes.people import People

_MONTHS = Statement(
    "SELECT event_partition_ensure(month) FROM unnest(%(months)s::date[]) AS month", False, {}
)
_TENANT = Statement("SELECT currency FROM tenant WHERE id = %(tenant_id)s", True, {})
_INSERT = Statement(
    "WITH new AS (INSERT INTO event "
    "(tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
    "SELECT %(tenant_id)s, occurred_at, message_id, customer_id, event_type, properties "
    "FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (occurred_at timestamptz, message_id text, "
    "customer_id bigint, event_type text, properties jsonb) ORDER BY occurred_at, message_id "
    "ON CONFLICT DO NOTHING RETURNING occurred_at, message_id) "
    "SELECT count(*), CASE WHEN count(*) < %(total)s THEN array_agg(occurred_at) END, "
    "CASE WHEN count(*) < %(total)s THEN array_agg(message_id) END, "
    "CASE WHEN count(*) = %(total)s THEN "
    "(SELECT count(pg_notify(%(channel)s, told)) FROM unnest(%(notices)s::text[]) AS told) END FROM new",
    True,
    {"channel": CHANNEL},
)
_PATIENCE = 0.5
"""Seconds that a batch waits for what others hold."""
_IN_USE = "Another transaction holds the order or the key at the moment; try again in a moment."
_REFUSED = Problem("event", "The database refuses a value of it.")

Result: TypeAlias = list[Outcome] | CdpError
_Key: TypeAlias = tuple[int, str]


class InUseError(Exception):
    """An order or a key of the batch is in use elsewhere; the rest of it can be saved without it."""


class _Ready(NamedTuple):
    """An event that can be saved: its place in the list, and the customer's number."""

    place: int
    event: Checked
    customer: int | None


class EventStore:
    """Saves batches of events. Remembers which months have their partition, and tenants' currencies."""

    def __init__(self) -> None:
        self._months: set[date] = set()
        self._currencies: dict[int, str] = {}

    def save(self, work: Work, batch: Sequence[Submission]) -> list[Result]:
        """What became of each submission, committed.

        Raises an error where the batch cannot be saved as it is: a value of it may be refused, or a part of
        it would have to wait (InUseError); nothing is saved then. A lone submission is saved without those of
        its events that the database refuses. Raises UnavailableError where a lone one would have to wait.
        """
        try:
            return self._attempt(work, batch, careful=False)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.TransactionRollback) as error:
            if len(batch) > 1 and any(each.entangled for each in batch):
                raise InUseError from error
            raise UnavailableError(_IN_USE) from error
        except (psycopg.DataError, psycopg.IntegrityError):
            self._months.clear()  # a partition may have been removed
            if len(batch) > 1:
                raise
        return self._attempt(work, batch, careful=True)

    def _attempt(self, work: Work, batch: Sequence[Submission], *, careful: bool) -> list[Result]:
        results: dict[int, Result] = {}
        known = {*self._months}
        order = sorted(range(len(batch)), key=lambda place: batch[place].tenant)
        with work.transaction(batch[order[0]].tenant, patience=_PATIENCE):
            for tenant, places in groupby(order, key=lambda place: batch[place].tenant):
                work.enter(tenant)
                group = {place: batch[place] for place in places}
                currency = self._currency(work, tenant)
                if currency is None:
                    results |= dict.fromkeys(group, NotFoundError.of("Tenant", tenant))
                else:
                    results |= _Group(work, tenant, currency, known, careful=careful).save(group)
        self._months = known
        return [results[place] for place in range(len(batch))]

    def _currency(self, work: Work, tenant: int) -> str | None:
        """The tenant's currency, which stays what it is; None for an unknown tenant."""
        if tenant not in self._currencies:
            self._currencies.update((tenant, str(row[0])) for row in work.run(_TENANT))
        return self._currencies.get(tenant)


class _Group:
    """The submissions of one tenant, within the batch's transaction."""

    def __init__(self, work: Work, tenant: int, currency: str, months: set[date], *, careful: bool) -> None:
        self._work = work
        self._tenant = tenant
        self._months = months
        self._careful = careful
        self._currency = currency

    def save(self, group: dict[int, Submission]) -> dict[int, Result]:
        results: dict[int, Result] = {}
        keyed = [(place, each) for place, each in group.items() if each.key is not None]
        for place, each in sorted(keyed, key=lambda entry: entry[1].key or ()):
            results[place] = self._once(each)
        plain = {place: each for place, each in group.items() if each.key is None}
        outcomes = iter(self._outcomes([event for each in plain.values() for event in each.events]))
        return results | {place: [next(outcomes) for _ in each.events] for place, each in plain.items()}

    def _once(self, submission: Submission) -> Result:
        assert submission.key is not None  # noqa: S101
        try:
            known = remembered(self._work, submission.key)
        except ConflictError as error:
            return error
        if known is not None:
            return known
        outcomes = self._outcomes(submission.events)
        remember(self._work, submission.key, outcomes)
        return outcomes

    def _outcomes(self, events: Sequence[Checked]) -> list[Outcome]:
        if not events:
            return []
        outcomes: dict[int, Outcome] = {}
        ready: list[_Ready] = []
        types = Types.of(self._work, {each.event_type for each in events})
        people = People(self._work, [None if each.problems else each.customer for each in events])
        for place, event in enumerate(events):
            problems = [*event.problems]
            if problem := types.problem(event.event_type, event.properties):
                problems.append(problem)
            customer = None
            if not problems and event.customer is not None:
                person = people.find(event.customer)
                if person is None:
                    problems.append(Problem("customer", "The tenant has no such customer.", "NOT_FOUND"))
                else:
                    customer = person.id
            if problems:
                outcomes[place] = Outcome(REJECTED, problems=tuple(problems))
            else:
                ready.append(_Ready(place, event, customer))
        if ready:
            self._ensure({each.event.occurred_at for each in ready})
            outcomes |= self._insert(ready)
            self._orders([each for each in ready if outcomes[each.place].status == CREATED])
        return [outcomes[place] for place in range(len(events))]

    def _insert(self, ready: Sequence[_Ready]) -> dict[int, Outcome]:
        try:
            if not self._careful:
                return self._inserted(ready)
            with self._work.connection.transaction():
                return self._inserted(ready)
        except (psycopg.DataError, psycopg.IntegrityError):
            if not self._careful:
                raise
        if len(ready) == 1:
            return {ready[0].place: Outcome(REJECTED, problems=(_REFUSED,))}
        middle = len(ready) // 2
        return self._insert(ready[:middle]) | self._insert(ready[middle:])

    def _inserted(self, ready: Sequence[_Ready]) -> dict[int, Outcome]:
        all_of_them = [EventKey(each.event.occurred_at, each.event.message_id) for each in ready]
        values = {
            "rows": orjson.dumps([_row(each) for each in ready]).decode(),
            "total": len(ready),
            "notices": event_notices(self._tenant, all_of_them, len(ready)),
        }
        total, moments, messages, _ = self._work.run(_INSERT, values)[0]
        keys = [_key(each.event) for each in ready]
        new: set[_Key] | None = None
        if total < len(ready):
            stored = [EventKey(*each) for each in zip(moments or (), messages or (), strict=True)]
            new = {_number(each.occurred_at, each.message_id) for each in stored}
            if total:
                events_stored(self._work, self._tenant, stored, total)
        outcomes = {}
        for each, key in zip(ready, keys, strict=True):
            created = new is None or key in new
            outcomes[each.place] = Outcome(CREATED if created else DUPLICATE, key)
            if new is not None:
                new.discard(key)
        return outcomes

    def _ensure(self, moments: set[datetime]) -> None:
        """Make sure that the months have their partition."""
        months = {date(each.year, each.month, 1) for each in moments}
        if missing := sorted(months - self._months):
            self._work.run(_MONTHS, {"months": missing})
            self._months |= months

    def _orders(self, ready: Sequence[_Ready]) -> None:
        purchases = [
            Purchase.of(each.event.properties, each.event.occurred_at, each.customer, self._currency)
            for each in ready
            if each.event.makes_order
        ]
        if purchases:
            upsert_orders(self._work, self._tenant, purchases)


def _row(ready: _Ready) -> dict[str, Any]:
    event = ready.event
    return {
        "occurred_at": event.occurred_at,
        "message_id": event.message_id,
        "customer_id": ready.customer,
        "event_type": event.event_type,
        "properties": orjson.Fragment(event.stored),
    }


def _key(event: Checked) -> _Key:
    return _number(event.occurred_at, event.message_id)


def _number(at: datetime, message_id: str) -> _Key:
    return int(INSTANT.write(at) or 0), message_id
