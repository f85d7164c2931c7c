"""What every connection shares: the arguments of a page, and where it stands."""

from typing import Annotated, Any, TypeAlias

import strawberry

from kit.page import Asked, AskedColumns, Page
from schema.context import Info
from schema.selection import columns_of, selects

First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="So many rows from the start, or after `after`: 0 to 1,000.")
]
After: TypeAlias = Annotated[str | None, strawberry.argument(description="The cursor that the page follows.")]
Last: TypeAlias = Annotated[
    int | None, strawberry.argument(description="So many rows to the end, or before `before`: 0 to 1,000.")
]
Before: TypeAlias = Annotated[
    str | None, strawberry.argument(description="The cursor that the page precedes.")
]


def asked(info: Info, first: int | None, after: str | None, last: int | None, before: str | None) -> Asked:
    """Which page a connection is asked for, and whether with its count, as use cases take it."""
    with_total = selects(info, "totalCount")
    return Asked(first=first, after=after, last=last, before=before, with_total=with_total)


def asked_of_rows(
    info: Info, first: int | None, after: str | None, last: int | None, before: str | None
) -> AskedColumns:
    """The same, and the columns of its rows that suffice."""
    return AskedColumns(**asked(info, first, after, last, before), columns=columns_of(info))


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last row; null on an empty page.")

    @classmethod
    def of(cls, page: Page[Any]) -> "PageInfo":
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.start,
            end_cursor=page.end,
        )
