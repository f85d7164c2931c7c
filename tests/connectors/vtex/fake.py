"""A VTEX of our own, over real sockets: it behaves as VTEX's contracts and documentation say.

A `Store` is one account there. Faults are scripted one request at a time; every request is written down.
"""

import asyncio
import contextlib
import threading
import time
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.connectors.vtex.detail import row
from tests.connectors.vtex.feed import ADMIN, Feed
from tests.connectors.vtex.hook import Hook
from tests.connectors.vtex.master_data import MasterData

KEY, TOKEN = "vtexappkey-chelseaio-ABCDEF", "TOKENTOKENTOKENTOKEN"
SAVE_ACCOUNT, LIST_STORES, LIST_ORDERS = "Save account", "Get account by identifier", "List Orders"
MASTER_DATA = "Read only documents"
ROOT = "/{account}/{environment}"
SIBLING_KEY = "vtexappkey-chelseaio-SIBLING"
"""A key that VTEX tells of beside the account, which nobody here is to keep or to say."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one request instead of its answer."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    truncated: bool = False
    hangs: bool = False
    slow: float = 0.0
    """Seconds after which the right answer comes."""


@dataclass(slots=True)
class Store:
    """One account: who gets in, what the key may do, and what there is."""

    name: str = "chelseaio"
    key: str = KEY
    token: str = TOKEN
    permissions: set[str] = field(
        default_factory=lambda: {SAVE_ACCOUNT, LIST_STORES, LIST_ORDERS, MASTER_DATA, ADMIN}
    )
    is_active: bool = True
    hosts: list[str] = field(default_factory=lambda: ["www.chelseaio.com.br"])
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Orders in full, by their ids."""
    hidden: set[str] = field(default_factory=set)
    """Orders that the list's index does not have yet, as in the first minutes after they were placed."""
    documents: list[dict[str, Any]] = field(default_factory=list)
    """CL."""
    feed: Feed = field(default_factory=Feed)
    hook: Hook = field(default_factory=Hook)
    master_data: MasterData = field(init=False)
    _sorted: dict[str, tuple[int, list[tuple[datetime, str]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.master_data = MasterData(self.documents)

    def between(self, by: str, first: datetime, last: datetime) -> list[str]:
        """Ids of the orders in the index that were created, or invoiced, between two milliseconds."""
        known = self._sorted.get(by)
        if known is None or known[0] != len(self.details) or by != "creationDate":
            dated = [(moment(each[by]), name) for name, each in self.details.items() if each[by]]
            known = self._sorted[by] = len(self.details), sorted(dated)
        low, high = bisect_left(known[1], (first, "")), bisect_right(known[1], (last, "\uffff"))
        found = known[1][low:high]
        if by != "creationDate":
            found = sorted((moment(self.details[name]["creationDate"]), name) for _, name in found)
        return [name for _, name in found if name not in self.hidden]


def moment(written: str) -> datetime:
    """An instant, cut to milliseconds as the index has it."""
    found = datetime.fromisoformat(written)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


Plan = Callable[[int, str], Fault | None]
"""What becomes of a request by its number and path, where no fault is scripted."""


class FakeVtex:
    """Answers for its stores at /{account}/{environment}/..., until it is told to do otherwise."""

    def __init__(self, *stores: Store, delay: float = 0.0) -> None:
        self.stores = {each.name: each for each in stores}
        self.faults: deque[Fault] = deque()
        self.plan: Plan = lambda number, path: None
        self.delay = delay
        self.pages = 30
        self.requests: list[Request] = []
        self.address = ""
        self.ended = threading.Event()
        self.app = Starlette(
            routes=[
                Route(f"{ROOT}/api/vlm/account", self._account),
                Route(f"{ROOT}/api/vlm/account/stores", self._stores),
                Route(f"{ROOT}/api/oms/pvt/orders", self._orders),
                Route(ROOT + "/api/oms/pvt/orders/{order}", self._order),
                Route(f"{ROOT}/api/dataentities/CL/search", self._search),
                Route(f"{ROOT}/api/dataentities/CL/scroll", self._scroll),
                Route(f"{ROOT}/api/orders/hook/config", self._hook_config, methods=["GET", "POST", "DELETE"]),
                Route(f"{ROOT}/api/orders/feed/config", self._feed_config, methods=["GET", "POST", "DELETE"]),
                Route(f"{ROOT}/api/orders/feed", self._feed, methods=["GET", "POST"]),
                Route("/elsewhere", self._elsewhere),
            ]
        )

    @property
    def template(self) -> str:
        """What CDP_VTEX_BASE_URL is to be."""
        return f"{self.address}/{{account}}/{{environment}}"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, without account and environment."""
        return ["/" + each.url.path.split("/", 3)[-1] for each in self.requests]

    async def _elsewhere(self, request: Request) -> Response:
        self.requests.append(request)
        return JSONResponse({})

    async def _account(self, request: Request) -> Response:
        found = await self._enter(request, SAVE_ACCOUNT)
        if isinstance(found, Response):
            return found
        keys = [{"id": "1", "appKey": SIBLING_KEY, "appToken": None, "label": "other", "isActive": True}]
        site = {"id": 1, "name": found.name, "hosts": found.hosts, "aliases": []}
        return JSONResponse(
            {
                "isActive": found.is_active,
                "id": "71fe5fdabc4940ad81c226d43b754ba8",
                "name": found.name.title(),
                "accountName": found.name,
                "sponsor": {"name": "John Doe", "email": "john.doe@vtex.com.br", "phone": "+219999999"},
                "hosts": found.hosts,
                "sites": [site],
                "appKey": {"token": None, "name": None},
                "appKeys": keys,
            }
        )

    async def _stores(self, request: Request) -> Response:
        found = await self._enter(request, LIST_STORES)
        if isinstance(found, Response):
            return found
        return JSONResponse([{"id": 1, "name": found.name, "hosts": found.hosts}])

    async def _orders(self, request: Request) -> Response:
        found = await self._enter(request, LIST_ORDERS)
        if isinstance(found, Response):
            return found
        size = min(int(request.query_params.get("per_page", 15)), 100)
        page = int(request.query_params.get("page", 1))
        if page > self.pages:
            return JSONResponse({"error": {"code": "1", "message": "Max page exceed"}}, 400)
        names = list(found.details)
        for by in ("creationDate", "invoicedDate"):
            if given := request.query_params.get(f"f_{by}"):
                first, _, last = given.removeprefix(f"{by}:[").removesuffix("]").partition(" TO ")
                names = found.between(by, datetime.fromisoformat(first), datetime.fromisoformat(last))
        rows = [row(found.details[each]) for each in names[(page - 1) * size : page * size]]
        total = len(names)
        paging = {"total": total, "pages": -(-total // size), "currentPage": page, "perPage": size}
        return JSONResponse({"list": rows, "facets": [], "paging": paging, "stats": {}})

    async def _order(self, request: Request) -> Response:
        found = await self._enter(request, LIST_ORDERS)
        if isinstance(found, Response):
            return found
        order = found.details.get(request.path_params["order"])
        if order is None:
            return JSONResponse({"error": {"code": "OMS007", "message": "Order Not Found"}}, 404)
        return JSONResponse(order)

    async def _search(self, request: Request) -> Response:
        found = await self._enter(request, MASTER_DATA)
        if isinstance(found, Response):
            return found
        given = request.query_params
        span = request.headers.get("rest-range")
        return found.master_data.search(given.get("_where", ""), given.get("_fields", ""), span)

    async def _scroll(self, request: Request) -> Response:
        found = await self._enter(request, MASTER_DATA)
        if isinstance(found, Response):
            return found
        given = request.query_params
        size = int(given.get("_size", 250))
        return found.master_data.scroll(given.get("_token"), size, given.get("_fields", ""))

    async def _hook_config(self, request: Request) -> Response:
        found = await self._enter(request, ADMIN)
        return found if isinstance(found, Response) else await found.hook.configure(request)

    async def _feed_config(self, request: Request) -> Response:
        found = await self._enter(request, ADMIN)
        return found if isinstance(found, Response) else await found.feed.configure(request)

    async def _feed(self, request: Request) -> Response:
        found = await self._enter(request, ADMIN)
        return found if isinstance(found, Response) else await found.feed.serve(request)

    async def _enter(self, request: Request, permission: str) -> Store | Response:
        """The account, for whom has the key and may do this; else what VTEX answers instead."""
        self.requests.append(request)
        number = len(self.requests)
        path = "/" + request.url.path.split("/", 3)[-1]
        fault = self.faults.popleft() if self.faults else self.plan(number, path)
        if fault is not None and not fault.slow:
            return await self._fault(fault)
        if wait := fault.slow if fault is not None else self.delay:
            await asyncio.sleep(wait)
        store = self.stores.get(request.path_params["account"])
        if store is None:
            return JSONResponse({"error": "Account not found"}, 404)
        given = (request.headers.get("x-vtex-api-appkey"), request.headers.get("x-vtex-api-apptoken"))
        if given != (store.key, store.token):
            return JSONResponse({"error": {"code": "1", "message": "Acesso não autorizado"}}, 401)
        if permission not in store.permissions:
            return JSONResponse({"error": {"code": "1", "message": "Acesso negado"}}, 403)
        return store

    async def _fault(self, fault: Fault) -> Response:
        if fault.hangs:
            await asyncio.to_thread(self.ended.wait)
        headers = dict(fault.headers)
        if fault.truncated:
            headers["content-length"] = str(len(fault.body) + 100)
        return Response(fault.body, fault.status, headers, media_type="application/json")


@contextlib.contextmanager
def serving(fake: FakeVtex) -> Iterator[FakeVtex]:
    """The fake on a free port of this machine, in a thread of its own."""
    config = uvicorn.Config(fake.app, host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the fake did not start"
            time.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        fake.address = f"http://{host}:{port}"
        yield fake
    finally:
        fake.ended.set()
        server.should_exit = True
        thread.join(30)
