"""A VTEX of our own, over real sockets: it behaves as VTEX's contracts and documentation say.

A `Store` is one account there. Faults are scripted one request at a time; every request is written down.
"""

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY, TOKEN = "vtexappkey-chelseaio-ABCDEF", "TOKENTOKENTOKENTOKEN"
SAVE_ACCOUNT, LIST_STORES, LIST_ORDERS = "Save account", "Get account by identifier", "List Orders"
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


@dataclass(slots=True)
class Store:
    """One account: who gets in, what the key may do, and what there is."""

    name: str = "chelseaio"
    key: str = KEY
    token: str = TOKEN
    permissions: set[str] = field(default_factory=lambda: {SAVE_ACCOUNT, LIST_STORES, LIST_ORDERS})
    is_active: bool = True
    hosts: list[str] = field(default_factory=lambda: ["www.chelseaio.com.br"])
    orders: list[dict[str, Any]] = field(default_factory=list)


class FakeVtex:
    """Answers for its stores at /{account}/{environment}/..., until it is told to do otherwise."""

    def __init__(self, *stores: Store) -> None:
        self.stores = {each.name: each for each in stores}
        self.faults: deque[Fault] = deque()
        self.requests: list[Request] = []
        self.address = ""
        self.ended = threading.Event()
        self.app = Starlette(
            routes=[
                Route("/{account}/{environment}/api/vlm/account", self._account),
                Route("/{account}/{environment}/api/vlm/account/stores", self._stores),
                Route("/{account}/{environment}/api/oms/pvt/orders", self._orders),
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
        if page > 30:
            return JSONResponse({"error": {"code": "1", "message": "Max page exceed"}}, 400)
        rows = found.orders[(page - 1) * size : page * size]
        total = len(found.orders)
        paging = {"total": total, "pages": -(-total // size), "currentPage": page, "perPage": size}
        return JSONResponse({"list": rows, "facets": [], "paging": paging, "stats": {}})

    async def _enter(self, request: Request, permission: str) -> Store | Response:
        """The account, for whom has the key and may do this; else what VTEX answers instead."""
        self.requests.append(request)
        if self.faults:
            return await self._fault(self.faults.popleft())
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
