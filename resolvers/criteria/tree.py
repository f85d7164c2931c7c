"""Criteria as a tree of comparisons."""

from collections.abc import Iterator
from dataclasses import dataclass
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


Node: TypeAlias = Comparison | Membership | All | Any | Not
Clause: TypeAlias = Comparison | Membership | Not

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
    """The clauses of criteria, in their order: its comparisons, and what is negated as one clause each."""
    if isinstance(node, All | Any):
        for part in node.parts:
            yield from clauses(part)
    else:
        yield node
