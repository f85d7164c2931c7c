"""The graph over HTTP."""

from pathlib import Path
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
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
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if _from_browser(request):
            return FileResponse(self._page)
        try:
            return await self.run(request)
        except HTTPException as error:
            return _refusal(error.status_code, error.reason)

    def should_render_graphql_ide(self, request: Any) -> bool:
        return False

    def parse_json(self, data: str | bytes) -> Any:
        """A body, which comes as bytes and must be an object, or a GET's `variables` or `extensions`.

        Raises HTTPException for what is no JSON in UTF-8, and for another body than an object.
        """
        found = super().parse_json(data)
        if isinstance(data, bytes) and not isinstance(found, dict):
            raise HTTPException(400, "The body must be a JSON object that holds the query.")
        return found

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        return request.state.ctx


def _refusal(status: int, message: str) -> Response:
    content = {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}
    return JSONResponse(content, status)


def _from_browser(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )
