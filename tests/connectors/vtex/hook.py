"""The hook of the VTEX of our own: one configuration a key, which is pinged before it is taken."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

OTHERS = {
    "filter": {"type": "FromWorkflow", "status": ["invoiced"]},
    "hook": {"url": "https://erp.example.com/orders", "headers": {"key": "value"}},
}
"""How another system would have set it."""
PING = {"hookConfig": "ping"}

Call = Callable[[str, dict[str, Any], dict[str, str]], Coroutine[Any, Any, int]]
"""Calls a URL with a body and headers; the status of the answer."""


async def nobody(url: str, body: dict[str, Any], headers: dict[str, str]) -> int:
    """Answers for a service that is not there to be called: as if it were."""
    return 200


@dataclass(slots=True)
class Hook:
    """The hook of one account's key. `call` reaches whoever is to be called."""

    configuration: dict[str, Any] | None = None
    call: Call = nobody
    pings: list[int] = field(default_factory=list)
    """What pings were answered with."""
    set: int = 0

    async def tell(self, order: str) -> int:
        """An order changed: the status with which that is answered."""
        assert self.configuration is not None
        hook = self.configuration["hook"]
        return await self.call(hook["url"], notice(order), hook["headers"])

    async def configure(self, request: Request) -> Response:
        """GET, POST and DELETE of the configuration."""
        if request.method == "POST":
            given = await request.json()
            hook = given["hook"]
            if not hook["url"].startswith("https://"):
                return JSONResponse({"error": {"message": "Only https scheme is accepted."}}, 400)
            self.pings.append(await self.call(hook["url"], PING, hook["headers"]))
            if self.pings[-1] != 200:
                return JSONResponse({"error": {"message": "Unable to check address"}}, 400)
            self.configuration = given
            self.set += 1
            return Response()
        if self.configuration is None:
            return JSONResponse({"error": {"message": "Value not found."}}, 404)
        if request.method == "DELETE":
            self.configuration = None
            return Response()
        return JSONResponse(self.configuration)


def notice(order: str) -> dict[str, Any]:
    """What VTEX calls with when an order changed."""
    return {
        "Domain": "Fulfillment",
        "OrderId": order,
        "State": "ready-for-handling",
        "LastState": "window-to-cancel",
        "LastChange": "2019-08-14T17:11:39.2550122Z",
        "CurrentChange": "2019-08-14T17:12:48.0965893Z",
        "Origin": {"Account": "chelseaio", "Key": "vtexappkey-appvtex"},
    }


def calling(client: httpx.AsyncClient) -> Call:
    """Calls through a client, whatever the host of the URL."""

    async def call(url: str, body: dict[str, Any], headers: dict[str, str]) -> int:
        return (await client.post(httpx.URL(url).path, json=body, headers=headers)).status_code

    return call
