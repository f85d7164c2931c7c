"""What every connection shares: a page of rows, whose nodes and edges are made where they are asked for."""

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any, ClassVar

import strawberry

from kit.page import Page
from schema.batching import computed
from schema.page import PageInfo


@strawberry.type
class Connection:
    """A page; `make` makes a node of a row."""

    page: strawberry.Private[Page[Any]]
    make: strawberry.Private[Callable[[Any], Any]]

    nodes_made: strawberry.Private[list[Any] | None] = field(
        default=None, init=False, repr=False, compare=False
    )

    @property
    def made(self) -> list[Any]:
        """The nodes of the rows."""
        if self.nodes_made is None:
            rows, bare = self.page.rows, self.page.is_bare
            # A plan takes bare rows apart itself.
            self.nodes_made = [*rows] if bare else [*map(self.make, rows)]
        return self.nodes_made

    edge_class: ClassVar[Callable[..., Any]]
    """What an edge is made of, where that is its cursor and node."""

    def edge(self, cursor: str, node: Any, row: Any) -> Any:
        """The edge to the node of a row."""
        return type(self).edge_class(cursor=cursor, node=node)


def nodes_of(description: str) -> Any:
    """The field of a connection's nodes."""
    return computed(_nodes, description=description)


def edges_of(description: str) -> Any:
    """The field of a connection's edges."""
    return strawberry.field(resolver=_edges, description=description)


def page_info_of() -> Any:
    """The field that tells where a page stands."""
    return strawberry.field(resolver=_page_info, description="Where this page stands.")


def total_of(description: str) -> Any:
    """The field of the rows of the whole list."""
    return strawberry.field(resolver=_total_count, description=description)


def _nodes(them: Sequence[Connection]) -> list[Any]:
    return [each.made for each in them]


def _edges(root: Connection) -> Any:
    return [*map(root.edge, root.page.cursors, root.made, root.page.rows)]


def _page_info(root: Connection) -> PageInfo:
    return PageInfo.of(root.page)


def _total_count(root: Connection) -> int:
    return root.page.total or 0
