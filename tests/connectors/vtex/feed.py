"""The feed of the VTEX of our own: one configuration a key, items that come until they are committed."""

import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

ADMIN = "Feed v3 and Hook Admin"
OTHERS = {
    "filter": {"type": "FromWorkflow", "status": ["invoiced", "canceled"]},
    "queue": {"visibilityTimeoutInSeconds": 240, "MessageRetentionPeriodInSeconds": 345_600},
}
"""How another system would have set it."""
_LONGEST = 1_209_600


@dataclass(slots=True)
class Item:
    """That an order changed. It is not seen before `visible_at`, seconds of the clock."""

    handle: str
    order: str
    visible_at: float = 0.0


@dataclass(slots=True)
class Feed:
    """The feed of one account's key. `twice`: how many of a hundred items come a second time."""

    configuration: dict[str, Any] | None = None
    items: list[Item] = field(default_factory=list)
    committed: list[str] = field(default_factory=list)
    """Orders in the order in which their items were committed."""
    twice: int = 0
    set: int = 0
    """Times that it was set."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def tell(self, *orders: str) -> None:
        """Something changed of orders. Without a configuration nobody hears of it."""
        for order in orders if self.configuration is not None else ():
            for _ in range(2 if self.chance.randrange(100) < self.twice else 1):
                self.items.append(Item(f"handle-{order}-{self.chance.getrandbits(64)}", order))
        self.chance.shuffle(self.items)

    def vanish(self) -> None:
        """As after the retention without events."""
        self.configuration = None
        self.items.clear()

    def show(self) -> None:
        """As after the time in which items that were read are hidden."""
        for each in self.items:
            each.visible_at = 0.0

    async def configure(self, request: Request) -> Response:
        """GET, POST and DELETE of the configuration."""
        if request.method == "POST":
            given = await request.json()
            if not _is_configuration(given):
                return JSONResponse({"error": {"code": "1", "message": "Invalid configuration"}}, 400)
            self.configuration = given
            self.set += 1
            return Response()
        if self.configuration is None:
            return JSONResponse({"error": {"code": "OMS1", "message": "Value not found"}}, 404)
        if request.method == "DELETE":
            self.vanish()
            return Response()
        queue = self.configuration["queue"]
        told = {name[:1].lower() + name[1:]: value for name, value in queue.items()}
        return JSONResponse(
            {
                "filter": {"status": None, **self.configuration["filter"]},
                "queue": told,
                "quantity": len(self.items),
                "approximateAgeOfOldestMessageInSeconds": 7.5,
            }
        )

    async def serve(self, request: Request) -> Response:
        """GET of items, POST of handles."""
        if self.configuration is None:
            return JSONResponse({"error": {"code": "OMS1", "message": "Value not found"}}, 404)
        if request.method == "POST":
            handles = (await request.json())["handles"]
            if len(handles) > 10:
                return JSONResponse({"error": {"code": "1", "message": "Too many"}}, 400)
            self.committed += [each.order for each in self.items if each.handle in handles]
            self.items = [each for each in self.items if each.handle not in handles]
            return Response()
        most = int(request.query_params["maxlot"])
        if not 1 <= most <= 10:
            return JSONResponse({"error": {"code": "1", "message": "maxlot"}}, 400)
        now = time.monotonic()
        seen = [each for each in self.items if each.visible_at <= now][:most]
        for each in seen:
            each.visible_at = now + self.configuration["queue"]["visibilityTimeoutInSeconds"]
        return JSONResponse([_told(each) for each in seen])


def _is_configuration(given: Any) -> bool:
    queue = given["queue"]
    kept = queue["MessageRetentionPeriodInSeconds"]
    wanted = {"FromOrders": "expression", "FromWorkflow": "status"}.get(given["filter"]["type"], "")
    whole = type(kept) is type(queue["visibilityTimeoutInSeconds"]) is int
    return whole and kept <= _LONGEST and wanted in given["filter"] and len(json.dumps(given)) < 10_000


def _told(item: Item) -> dict[str, Any]:
    return {
        "eventId": "ED423DDED4C1AE580CADAC1A4D02DA3F",
        "handle": item.handle,
        "domain": "Fulfillment",
        "state": "ready-for-handling",
        "lastState": "window-to-cancel",
        "orderId": item.order,
        "lastChange": "2019-08-12T20:54:01.134057Z",
        "currentChange": "2019-08-12T20:54:23.7153839Z",
    }
