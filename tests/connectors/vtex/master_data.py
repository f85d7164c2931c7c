"""Master Data of the VTEX of our own: CL searched by profiles, and scrolled with tokens that expire."""

import re
from typing import Any

from starlette.responses import JSONResponse, Response

RANGE = re.compile(r"resources=(\d+)-(\d+)")
MOST_SEARCHED = 10_000


class MasterData:
    """One account's documents. `heavy` makes every search a 503; `drop` lets the scrolls' tokens expire."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.documents = documents
        self.heavy = False
        self.wanted: set[str] = set()
        """What searches asked for."""
        self._scrolls: dict[str, list[dict[str, Any]]] = {}
        self._sizes: dict[str, int] = {}
        self._made = 0

    def drop(self) -> None:
        """What twenty idle minutes do."""
        self._scrolls.clear()

    def search(self, where: str, fields: str, span: str | None) -> Response:
        """Documents of `userId=a OR userId=b`, at most a hundred of the first ten thousand."""
        if self.heavy:
            return JSONResponse({"Message": "Service unavailable"}, 503)
        asked = RANGE.fullmatch(span or "")
        if asked is None:
            return JSONResponse({"Message": "REST-Range is required"}, 400)
        first, end = int(asked[1]), int(asked[2])
        if end - first > 100 or end > MOST_SEARCHED:
            return JSONResponse({"Message": "the range is too large"}, 400)
        found = self._where(where)
        headers = {"REST-Content-Range": f"resources {first}-{end}/{len(found)}"}
        return JSONResponse([_with(each, fields) for each in found[first:end]], headers=headers)

    def scroll(self, token: str | None, size: int, fields: str) -> Response:
        """The next documents of a token, or the first of a new one."""
        if token is None:
            if not 0 < size <= 1000:
                return JSONResponse({"Message": "_size is at most 1000"}, 400)
            if len(self._scrolls) >= 10:
                return JSONResponse({"Message": "Maximum simultaneous scrolls"}, 429)
            self._made += 1
            token = f"token-{self._made}"
            self._scrolls[token] = [_with(each, fields) for each in self.documents]
            self._sizes[token] = size
        if token not in self._scrolls:
            return JSONResponse({"Message": "Cannot find scroll token"}, 400)
        found, size = self._scrolls[token], self._sizes[token]
        given, self._scrolls[token] = found[:size], found[size:]
        if not given:
            del self._scrolls[token]
        return JSONResponse(given, headers={"X-VTEX-MD-TOKEN": token})

    def _where(self, where: str) -> list[dict[str, Any]]:
        pairs = [each.partition("=")[::2] for each in where.split(" OR ")] if where else []
        if not pairs:
            return self.documents
        wanted = set(pairs)
        self.wanted.update(value for _, value in pairs)
        return [
            each for each in self.documents if any((name, str(each.get(name))) in wanted for name, _ in pairs)
        ]


def _with(document: dict[str, Any], fields: str) -> dict[str, Any]:
    """Only what was asked for."""
    return {name: document.get(name) for name in fields.split(",") if name}
