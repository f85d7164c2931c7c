"""Master Data's CL: who the buyers are that orders name by the id of their profile."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any

from connectors.vtex.account import Account
from connectors.vtex.client import Query, Vtex
from connectors.vtex.emails import own_address
from connectors.vtex.errors import MalformedError, MissingError
from connectors.vtex.records import Profile
from connectors.vtex.values import mapping, maybe_moment, text

_SEARCH, _SCROLL = "/api/dataentities/CL/search", "/api/dataentities/CL/scroll"
_FIELDS = "id,userId,email,firstName,lastName,homePhone,createdIn"
ASKED = 40
"""Profiles that one search asks for by their ids."""
SIZE = 1_000
"""Profiles of one step of a scroll, which is as many as VTEX gives."""
_RANGE = {"REST-Range": "resources=0-100"}
_ID = frozenset("0123456789abcdefghijklmnopqrstuvwxyz-")
_RESTARTS = 3


async def find_profiles(
    vtex: Vtex, account: Account, ids: Sequence[str], *, until: float | None = None
) -> list[Profile]:
    """Those of the profiles that CL has, in no order. `until` and what it raises: as of `Vtex.get`."""
    asked = [each for each in dict.fromkeys(ids) if set(each) <= _ID]
    parts = [asked[start : start + ASKED] for start in range(0, len(asked), ASKED)]
    found: list[Profile] = []
    for part in parts:
        found += await _search(vtex, account, part, until)
    return found


async def _search(vtex: Vtex, account: Account, part: list[str], until: float | None) -> list[Profile]:
    query: Query = {"_fields": _FIELDS, "_where": " OR ".join(f"userId={each}" for each in part)}
    content = await vtex.get(account, _SEARCH, query, headers=_RANGE, until=until)
    return list(_read(content, account, set(part)))


async def scroll_profiles(
    vtex: Vtex, account: Account, *, size: int = SIZE, within: float | None = None
) -> AsyncGenerator[list[Profile], None]:
    """All profiles, so many at a time. One may come twice: a scroll whose token VTEX has dropped begins anew.

    `within`: the seconds that each step may take, being asked to wait among them. Raises what `errors` draws.
    """
    restarts = 0
    token: str | None = None
    while True:
        query: Query = {"_fields": _FIELDS, "_size": size} if token is None else {"_token": token}
        try:
            until = None if within is None else asyncio.get_running_loop().time() + within
            answer = await vtex.ask(account, _SCROLL, query, until=until)
        except (MalformedError, MissingError):
            # VTEX answers 400 or 404 for a token of which it knows nothing any more.
            restarts += 1
            if token is None or restarts > _RESTARTS:
                raise
            token = None
            continue
        if not isinstance(answer.content, list):
            raise MalformedError(f"VTEX answered {_SCROLL} for {account.name} with no list.")
        if not answer.content:
            return
        yield list(_read(answer.content, account))
        token = answer.headers.get("x-vtex-md-token") or token
        if token is None:
            raise MalformedError(f"VTEX answered {_SCROLL} for {account.name} without a token.")


def _read(content: Any, account: Account, wanted: set[str] | None = None) -> Iterator[Profile]:
    if not isinstance(content, list):
        raise MalformedError(f"VTEX answered {_SEARCH} for {account.name} with no list.")
    for each in map(mapping, content):
        name = text(each.get("userId"))
        if name is None or (wanted is not None and name.lower() not in wanted):
            continue
        yield Profile(
            id=name.lower(),
            email=own_address(each.get("email")),
            first_name=text(each.get("firstName")),
            last_name=text(each.get("lastName")),
            phone=text(each.get("homePhone")),
            created_at=maybe_moment(each.get("createdIn")),
        )
