"""The answer to an operation, and its bytes."""

from collections.abc import Mapping
from typing import Any

import orjson

from kit.encoding import Packable


class Answer:
    """The content of an answer, which several may get: nobody changes it, and its bytes are made once."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self._body: Packable | None = None

    @property
    def body(self) -> Packable:
        """The content as JSON, in a media type that depends on what is accepted."""
        if self._body is None:
            self._body = Packable(orjson.dumps(self.content, default=str), b"Accept")
        return self._body

    @property
    def is_executed(self) -> bool:
        """What was never executed has no data."""
        return "data" in self.content
