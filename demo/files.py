"""Files: a shop's history written as customers.csv, orders.csv.gz, events.ndjson.gz and truth.json."""

import gzip
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import numpy as np

from demo.catalogue import CARTS, PAGES, text
from demo.events import ADD, CONVERT, KINDS, PURCHASE, REMOVE, VIEW
from demo.refunds import UNLINKED
from demo.shop import END, History, Shop
from demo.truth import Content, Truth, customer_id, money, truth_of

CUSTOMERS = "customer_id,email,first_name,last_name,phone,created_at"
ORDERS = "order_id,customer_id,placed_at,amount,currency,kind,items,refund_of"
BATCH = 20_000
"""Lines put together at a time."""


@dataclass(frozen=True)
class Files:
    """Where the files are, and the truth about them.

    Text is UTF-8 with LF. Amounts are positive; the `kind` of an order row (order or credit) gives the
    direction. Order rows and events are sorted by time.
    """

    customers: Path
    orders: Path
    events: Path
    facts: Path
    truth: Truth


def write(directory: Path, shop: Shop, end: date = END) -> Files:
    """Write the shop's history up to the local day `end`, yesterday as a rule, replacing files of old.

    The same shop and `end` give the same text everywhere; how it is compressed is up to the zlib installed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    history = shop.history(end)
    customers, orders = directory / "customers.csv", directory / "orders.csv.gz"
    events, facts = directory / "events.ndjson.gz", directory / "truth.json"
    contents = {
        customers.name: _save(customers, _customer_lines(history), header=CUSTOMERS),
        orders.name: _save(orders, _order_lines(history), header=ORDERS),
        events.name: _save(events, _event_lines(history)),
    }
    truth = truth_of(history, contents)
    truth.write(facts)
    return Files(customers, orders, events, facts, truth)


def _save(path: Path, batches: Iterable[list[str]], header: str = "") -> Content:
    with path.open("wb") as file:
        if path.suffix != ".gz":
            return _pour(file, batches, header)
        with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=file, mtime=0) as packed:
            return _pour(packed, batches, header)


def _pour(file: BinaryIO | gzip.GzipFile, batches: Iterable[list[str]], header: str) -> Content:
    digest = hashlib.sha256()
    records = 0
    for lines in ([header] if header else [], *batches):
        data = "".join(f"{line}\n" for line in lines).encode()
        digest.update(data)
        file.write(data)
        records += len(lines)
    return Content(records - bool(header), digest.hexdigest())


def _slices(count: int) -> Iterator[slice]:
    return (slice(first, first + BATCH) for first in range(0, count, BATCH))


def _customer_lines(history: History) -> Iterator[list[str]]:
    people, created = history.people, history.population.created
    for part in _slices(len(created)):
        rows = zip(
            range(part.start, part.stop),
            people.emails[part],
            people.first_names[part],
            people.last_names[part],
            people.phones[part],
            history.clock.texts(created[part]),
            strict=False,
        )
        yield [f"{customer_id(number)},{','.join(rest)}" for number, *rest in rows]


def _order_lines(history: History) -> Iterator[list[str]]:
    orders, credit, currency = history.orders, history.credits, history.shop.currency
    count = len(orders.cents)
    seconds = np.concatenate((orders.seconds, credit.seconds))
    customer = np.concatenate((orders.customer, credit.customer))
    cents = np.concatenate((orders.cents, credit.cents))
    items = np.concatenate((orders.items, credit.items))
    named = np.concatenate((np.full(count, UNLINKED), credit.order))
    by_time = np.argsort(seconds, kind="stable")
    for part in _slices(len(by_time)):
        rows = by_time[part]
        yield [
            f"{order_id(row) if row < count else credit_id(row - count)},{customer_id(who)},{at},"
            f"{money(amount)},{currency},{'order' if row < count else 'credit'},{pieces},"
            f"{order_id(of) if of != UNLINKED else ''}"
            for row, who, at, amount, pieces, of in zip(
                rows.tolist(),
                customer[rows].tolist(),
                history.clock.texts(seconds[rows]),
                cents[rows].tolist(),
                items[rows].tolist(),
                named[rows].tolist(),
                strict=True,
            )
        ]


def _event_lines(history: History) -> Iterator[list[str]]:
    events, seed = history.events, history.shop.seed
    for part in _slices(len(events.kind)):
        kinds = events.kind[part].tolist()
        yield [
            f'{{"message_id":"demo-{seed}-{number:07d}","customer_id":"{customer_id(who)}",'
            f'"event_type":"{KINDS[kind]}","occurred_at":"{at}","properties":{properties}}}'
            for number, kind, who, at, properties in zip(
                range(part.start + 1, part.start + 1 + len(kinds)),
                kinds,
                events.customer[part].tolist(),
                history.clock.texts(events.seconds[part]),
                _properties(history, part),
                strict=True,
            )
        ]


def _properties(history: History, part: slice) -> Iterator[str]:
    orders, currency = history.orders, history.shop.currency
    events = history.events
    order = events.order[part]
    cents, items = np.append(orders.cents, 0)[order].tolist(), np.append(orders.items, 0)[order].tolist()
    known = {VIEW: PAGES, ADD: CARTS, REMOVE: CARTS}
    mailings = [text({"campaign": mailing.name}) for mailing in history.mailings]
    rows = zip(
        events.kind[part].tolist(), events.subject[part].tolist(), order.tolist(), cents, items, strict=True
    )
    for kind, subject, row, amount, pieces in rows:
        if kind == PURCHASE:
            yield (
                f'{{"order_id":"{order_id(row)}","amount":"{money(amount)}","currency":"{currency}",'
                f'"items":{pieces}}}'
            )
        elif kind == CONVERT:
            yield f'{mailings[subject][:-1]},"order_id":"{order_id(row)}"}}'
        else:
            yield known.get(kind, mailings)[subject]


def order_id(row: int) -> str:
    """The external id of the order with this row."""
    return f"ORD-{100_001 + row}"


def credit_id(row: int) -> str:
    """The external id of the credit with this row."""
    return f"CRD-{100_001 + row}"
