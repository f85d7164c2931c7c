"""Criteria as a tree of comparisons."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any as Anything
from typing import TypeAlias

from resolvers.criteria.fields import Field


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field compared with one value, or a list of them. `path` is where it stands in the criteria."""

    path: str
    field: Field
    operator: str
    value: Anything

    def sentence(self) -> str:
        """The comparison in words, such as `monetary is at least 100`."""
        if self.operator == "exists":
            return f"{self.field.name} is {'known' if self.value else 'not known'}"
        if self.operator in _AGES:
            return f"{self.field.name} {_AGES[self.operator].format(self.value)}"
        shown = self.value if isinstance(self.value, list) else [self.value]
        texts = [self.field.shown(each) for each in shown]
        few = f"{', '.join(texts[:10])} and {len(texts) - 10} more" if len(texts) > 10 else ", ".join(texts)
        joined = " and ".join(texts) if self.operator == "between" else few
        return f"{self.field.name} {_WORDS[self.operator]} {joined}"


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a customer is in any of these segments, or (`member` false) in none of them."""

    path: str
    segments: tuple[int, ...]
    member: bool

    def sentence(self) -> str:
        """The condition in words."""
        numbers = ", ".join(map(str, self.segments))
        return f"is in {'one' if self.member else 'none'} of the segments {numbers}"


@dataclass(frozen=True, slots=True)
class All:
    """True where every part is."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """True where at least one part is."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is not, be it for want of a value."""

    path: str
    part: "Node"

    def sentence(self) -> str:
        """What must not hold, in words."""
        inner = "; ".join(each.sentence() for each in clauses(self.part))
        return f"not: {inner}"


@dataclass(frozen=True, slots=True)
class Window:
    """Days of the tenant, both ends included: the last so many, or from one day to another."""

    within_days: int | None = None
    since: date | None = None
    until: date | None = None

    def sentence(self) -> str:
        """The window in words; nothing for all time."""
        if self.within_days is not None:
            return f"within the last {self.within_days} days"
        texts = [f"since {self.since}"] if self.since else []
        return ", ".join(texts + ([f"until {self.until}"] if self.until else []))


@dataclass(frozen=True, slots=True)
class Tally:
    """What a customer's rows of one kind come to: paid orders, or events of the type `event`.

    `compared` are comparisons of their count, sum, first and last day, all of which must hold; `where` says
    which events count.
    """

    path: str
    event: str | None
    window: Window
    where: "Node | None"
    compared: tuple[Comparison, ...]

    @property
    def of(self) -> str:
        """What is tallied, in words."""
        return "orders" if self.event is None else f"{self.event} events"

    def sentence(self) -> str:
        """The tally in words, such as `page_view events within the last 30 days: count is at least 3`."""
        few = "" if self.where is None else " and ".join(each.sentence() for each in clauses(self.where))
        told = " ".join(filter(None, [self.of, self.window.sentence(), few and f"where {few}"]))
        return f"{told}: {', '.join(each.sentence() for each in self.compared)}"


Node: TypeAlias = Comparison | Membership | All | Any | Not | Tally
Clause: TypeAlias = Comparison | Membership | Not | Tally

_AGES = {"within_days": "is within the last {} days", "more_than_days_ago": "is more than {} days ago"}
_WORDS = {
    "eq": "is",
    "in": "is one of",
    "not_in": "is none of",
    "gte": "is at least",
    "gt": "is above",
    "lte": "is at most",
    "lt": "is below",
    "between": "is between",
    "starts_with": "starts with",
}


def clauses(node: Node) -> Iterator[Clause]:
    """The clauses of criteria, in their order; what is negated is one clause."""
    if isinstance(node, All | Any):
        for part in node.parts:
            yield from clauses(part)
    else:
        yield node


def holds(node: Node, truths: Iterator[bool]) -> bool:
    """Whether criteria hold, by the truth of each of their clauses in their order."""
    if not isinstance(node, All | Any):
        return next(truths)
    parts = [holds(part, truths) for part in node.parts]
    return all(parts) if isinstance(node, All) else any(parts)
