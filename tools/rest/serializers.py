"""How schemathesis writes lines of JSON, which it does not know: `hooks` of schemathesis.toml."""

import json
from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(ctx: Any, value: Any) -> bytes:
    """A line each of a list, or whatever else there is as one line."""
    if isinstance(value, str | bytes):
        return value.encode() if isinstance(value, str) else value
    rows = value if isinstance(value, list) else [value]
    return "".join(f"{json.dumps(each)}\n" for each in rows).encode()
