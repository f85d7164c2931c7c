"""Save a batch of submissions in one transaction: each event once, each idempotency key once."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple, TypeAlias

import numpy as np
import psycopg

from kit.db import Statement, Work
from kit.db.arrays import Instant, Int8, Text
from kit.db.notices import CHANNEL
from kit.errors import CdpError, ConflictError, NotFoundError, UnavailableError
from kit.page import INSTANT
from resolvers.event_types.built_in import BUILT_IN, PURCHASE
from resolvers.event_types.types import Types
from resolvers.intake.event import Checked, Submission
from resolvers.intake.orders import Purchase, upsert_orders
from resolvers.live.announce import event_notices, events_stored
from resolvers.merging.locks import keep_people
from resolvers.privacy.erased import CODE, TOLD
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
    "SELECT %(tenant_id)s, moment, message, nullif(customer, 0), type, properties::jsonb "
    "FROM unnest(%(moments)b, %(messages)b, %(customers)b, %(types)b, %(properties)b) "
    "AS row (moment, message, customer, type, properties) ORDER BY moment, message "
    "ON CONFLICT DO NOTHING RETURNING occurred_at, message_id) "
    "SELECT count(*), CASE WHEN count(*) < %(total)s THEN "
    "array_agg((extract(epoch FROM occurred_at) * 1000000)::bigint) END, "
    "CASE WHEN count(*) < %(total)s THEN array_agg(message_id) END, "
    "CASE WHEN count(*) = %(total)s THEN "
    "(SELECT count(pg_notify(%(channel)s, told)) FROM unnest(%(notices)b) AS told) END FROM new",
    True,
    {"channel": CHANNEL},
)
_PATIENCE = 0.5
"""Seconds that a batch waits for what others hold."""
_IN_USE = "Another transaction holds the order or the key at the moment; try again in a moment."
_REFUSED = Problem("event", "The database refuses a value of it.")
_UNKNOWN = Outcome(REJECTED, problems=(Problem("customer", "The tenant has no such customer.", "NOT_FOUND"),))
_ERASED = Outcome(REJECTED, problems=(Problem("customer", TOLD, CODE),))

Result: TypeAlias = list[Outcome] | CdpError


class InUseError(Exception):
    """An order or a key of the batch is in use elsewhere; the rest of it can be saved without it."""


class _Ready(NamedTuple):
    """An event that can be saved, and the customer's number."""

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
        ready, rejected = self._sifted(events)
        if not ready:
            return [rejected[place] for place in range(len(events))]
        self._ensure(ready)
        found = self._insert(ready)
        self._orders(
            [
                each
                for each, outcome in zip(ready, found, strict=True)
                if each.event.event_type == PURCHASE and outcome.status == CREATED
            ]
        )
        if not rejected:
            return found
        stored = iter(found)
        return [rejected.get(place) or next(stored) for place in range(len(events))]

    def _sifted(self, events: Sequence[Checked]) -> tuple[list[_Ready], dict[int, Outcome]]:
        """The events that can be saved, in their order, and by their places why the others cannot."""
        ready: list[_Ready] = []
        rejected: dict[int, Outcome] = {}
        types = Types.of(self._work, {each.event_type for each in events})
        named = [None if each.problems else each.customer for each in events]
        if any(each is not None for each in named):
            keep_people(self._work)
        people = People(self._work, named)
        for place, (event, number) in enumerate(zip(events, people.numbers(named), strict=True)):
            wrong = (
                None if event.event_type in BUILT_IN else types.problem(event.event_type, event.properties)
            )
            if event.problems or wrong is not None:
                problems = (*event.problems, *([] if wrong is None else [wrong]))
                rejected[place] = Outcome(REJECTED, problems=problems)
                continue
            if number is None and event.customer is not None:
                rejected[place] = _ERASED if people.is_erased(event.customer) else _UNKNOWN
            else:
                ready.append(_Ready(event, number))
        return ready, rejected

    def _insert(self, ready: Sequence[_Ready]) -> list[Outcome]:
        try:
            if not self._careful:
                return self._inserted(ready)
            with self._work.connection.transaction():
                return self._inserted(ready)
        except (psycopg.DataError, psycopg.IntegrityError):
            if not self._careful:
                raise
        if len(ready) == 1:
            return [Outcome(REJECTED, problems=(_REFUSED,))]
        middle = len(ready) // 2
        return [*self._insert(ready[:middle]), *self._insert(ready[middle:])]

    def _inserted(self, ready: Sequence[_Ready]) -> list[Outcome]:
        events, customers = zip(*ready, strict=True)
        types, _, moments, messages, _, stored, _ = zip(*events, strict=True)
        keys = [*zip(moments, messages, strict=True)]
        values = {
            "moments": Instant(np.array(moments, np.int64)),
            "messages": Text([*map(str.encode, messages)]),
            "customers": Int8(np.array([each or 0 for each in customers], np.int64)),
            "types": Text([*map(str.encode, types)]),
            "properties": Text(stored),
            "total": len(ready),
            "notices": Text([each.encode() for each in event_notices(self._tenant, keys, len(ready))]),
        }
        total, at, names, _ = self._work.run(_INSERT, values)[0]
        if total == len(ready):
            return [Outcome(CREATED, key) for key in keys]
        fresh = [*zip(at or (), names or (), strict=True)]
        if total:
            events_stored(self._work, self._tenant, fresh, total)
        new = {*fresh}
        outcomes = []
        for key in keys:
            outcomes.append(Outcome(CREATED if key in new else DUPLICATE, key))
            new.discard(key)
        return outcomes

    def _ensure(self, ready: Sequence[_Ready]) -> None:
        """Make sure that the months have their partition."""
        moments = np.array([event.moment for event, _ in ready], "M8[us]")
        found: list[date] = np.unique(moments.astype("M8[M]")).astype("M8[D]").tolist()
        if missing := sorted({*found} - self._months):
            self._work.run(_MONTHS, {"months": missing})
            self._months.update(missing)

    def _orders(self, ready: Sequence[_Ready]) -> None:
        purchases = [
            Purchase.of(event.properties, INSTANT.read(event.moment), customer, self._currency)
            for event, customer in ready
            if event.makes_order
        ]
        if purchases:
            upsert_orders(self._work, self._tenant, purchases)
