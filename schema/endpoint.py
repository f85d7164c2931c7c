"""The graph over HTTP."""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from resolvers.context import Ctx
from schema.root import schema


class GraphQLEndpoint(GraphQL[Ctx, None]):
    """POST and GET of queries; a browser gets the page. The context comes from `request.state.ctx`."""

    def __init__(self, page: Path) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _from_browser(Request(scope)):
            await FileResponse(self._page)(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        return request.state.ctx


def _from_browser(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )
