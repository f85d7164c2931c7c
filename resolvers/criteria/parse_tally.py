"""Conditions on what customers' orders and events come to, from JSON."""

from datetime import date
from typing import TYPE_CHECKING, Any

from kit.text import storable
from resolvers.criteria.fields import Field
from resolvers.criteria.json_fields import PROPERTIES
from resolvers.criteria.parse_json import values_under
from resolvers.criteria.tallies import OF_EVENTS, OF_ORDERS
from resolvers.criteria.tree import Comparison, Node, Tally, Window, clauses
from resolvers.criteria.values import day

if TYPE_CHECKING:
    from resolvers.criteria.parse import Parser

LONGEST_TYPE = 100
WINDOW = ("within_days", "since", "until")


def order_tally(parser: "Parser", found: Any, path: str) -> Tally:
    """`{"count": {"gte": 3}, "within_days": 90}`: what a customer's paid orders come to."""
    if not isinstance(found, dict) or not found:
        parser.refuse(path, f"{path} must be an object, such as {{count: {{gte: 2}}, within_days: 90}}.")
    return _tally(parser, found, path, OF_ORDERS, None, None)


def event_tally(parser: "Parser", found: dict[str, Any], path: str) -> Tally:
    """`{"event": "page_view", "count": {"gte": 3}, "within_days": 30, "where": {...}}`."""
    name = found["event"]
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_TYPE or not storable(name):
        parser.refuse(f"{path}.event", f"{path}.event must be a type of events, such as page_view.")
    rest = {key: value for key, value in found.items() if key not in ("event", "where")}
    where: Node | None = None
    if "where" in found:
        where = values_under(parser, found["where"], f"{path}.where", PROPERTIES, "")
    return _tally(parser, rest, path, OF_EVENTS, name, where)


def _tally(
    parser: "Parser",
    found: dict[str, Any],
    path: str,
    aggregates: dict[str, Field],
    event: str | None,
    where: Node | None,
) -> Tally:
    parser.count_tally(path)
    known = [*aggregates, *WINDOW] + (["where"] if event else [])
    compared: list[Comparison] = []
    for name, value in found.items():
        if name not in known:
            parser.unknown(path, name, f"part of a condition on {'events' if event else 'orders'}", known)
        if name in aggregates:
            made = parser.comparisons(aggregates[name], value, f"{path}.{name}")
            compared.extend(each for each in clauses(made) if isinstance(each, Comparison))
    if not compared:
        compared = [Comparison(path, aggregates["count"], "gte", 1)]
    return Tally(path, event, _window(parser, found, path), where, tuple(compared))


def _window(parser: "Parser", found: dict[str, Any], path: str) -> Window:
    if "within_days" in found:
        for name in ("since", "until"):
            if name in found:
                parser.refuse(f"{path}.{name}", f"{path} takes within_days, or since and until, not both.")
        return Window(within_days=parser.days(found["within_days"], f"{path}.within_days"))
    since, until = (_day(parser, found, path, name) for name in ("since", "until"))
    if since and until and since > until:
        parser.refuse(f"{path}.until", f"{path}.until is before since.")
    return Window(since=since, until=until)


def _day(parser: "Parser", found: dict[str, Any], path: str, name: str) -> date | None:
    if name not in found:
        return None
    made = day(found[name])
    if made is None or not 1900 <= made.year < 3000:
        parser.refuse(f"{path}.{name}", f"{path}.{name} must be a day such as 2024-12-31.")
    return made
