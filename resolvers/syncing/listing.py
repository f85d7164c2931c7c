"""List the orders that a sync is to fetch: windows halved until VTEX lets all of them be paged."""

from collections.abc import AsyncIterator
from functools import partial
from typing import NamedTuple

from connectors.vtex import Account, Vtex, Window, list_orders
from connectors.vtex.orders import MOST, PAGE, OrderPage
from resolvers.syncing.fetch import Listed
from resolvers.syncing.patience import patiently
from resolvers.syncing.windows import Part

_LISTINGS = 3
"""Times that a window is listed while what it tells does not fit together."""


class Asked(NamedTuple):
    """An account, and how it is asked."""

    vtex: Vtex
    account: Account

    async def page(self, window: Window, page: int = 1) -> OrderPage:
        """One page of a window's orders."""
        return await patiently(partial(list_orders, self.vtex, self.account, window, page))


async def window_of(asked: Asked, part: Part, first: OrderPage) -> AsyncIterator[Listed]:
    """A window's orders page by page, each once; listed again where some did not come.

    While it is listed, orders may come into the index: they push others to later pages. Where VTEX says that
    there are more than it lists, those that it lists come, and the last one tells of the problem.
    """
    given: set[str] = set()
    page = first
    for _ in range(_LISTINGS):
        found: set[str] = set()
        number = 1
        while True:
            fresh = [each for each in dict.fromkeys(page.ids) if each not in given]
            given.update(fresh)
            found.update(page.ids)
            if fresh:
                yield Listed(part.id, fresh, last=False)
            if number * PAGE >= min(page.total, MOST) or not page.ids:
                break
            number += 1
            page = await asked.page(part.window, number)
        if len(found) >= page.total:
            yield Listed(part.id, (), last=True)
            return
        page = await asked.page(part.window)
    yield Listed(part.id, (), last=True, problem=f"VTEX lists {len(given)} of {page.total} orders.")
