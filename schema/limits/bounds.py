"""The bounds of an operation."""

from dataclasses import dataclass

from kit.config import Settings
from kit.page import MOST


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one document or operation may hold."""

    tokens: int = 5_000
    """Words, numbers, texts and signs of a document."""
    depth: int = 15
    """Fields within fields; what introspection asks has a bound of its own."""
    aliases: int = 100
    """Aliases, and fields selected again beside themselves."""
    directives: int = 50
    cost: int = 20_000
    """Objects that an operation could answer with, as `schema.limits.cost` counts them."""
    page: int = MOST
    """Rows that one page may be asked for."""
    introspection: bool = True
    """Whether the schema may be asked for over the API."""

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        """The bounds that are set."""
        return cls(
            tokens=settings.graphql_max_tokens,
            depth=settings.graphql_max_depth,
            aliases=settings.graphql_max_aliases,
            directives=settings.graphql_max_directives,
            cost=settings.graphql_max_cost,
            page=settings.graphql_max_page,
            introspection=settings.graphql_introspection,
        )
