"""What is known of the request that is being answered: one object, for its log lines and its measures."""

import re
import uuid
from contextvars import ContextVar

NONE, ANONYMOUS = "none", "anonymous"
"""Operations: nothing was found to do; a GraphQL operation without a name."""
GRAPHQL, REST, PAGE, STREAM, SOCKET = "graphql", "rest", "page", "stream", "socket"
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,59}")


class Trace:
    """A request: its id, its face, its operation (a route's template or a GraphQL name) and its tenant."""

    __slots__ = ("face", "number", "operation", "tenant")

    def __init__(self, number: str, face: str) -> None:
        self.number = number
        self.face = face
        self.operation = NONE
        self.tenant: int | None = None


CURRENT: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> str:
    """The id of the request that is being answered; outside one, a new id."""
    trace = CURRENT.get()
    return trace.number if trace is not None else uuid.uuid4().hex


def named(operation: str | None) -> None:
    """The operation is known: a template of ours."""
    trace = CURRENT.get()
    if trace is not None:
        trace.operation = operation or NONE


def graph_named(name: str | None) -> None:
    """The operation is known by a name of the caller's: one that is odd or long is kept out of the log."""
    named(ANONYMOUS if not name else name if _NAME.fullmatch(name) else "other")


def streams() -> None:
    """The request is answered by a stream: how long it takes says nothing of our speed."""
    trace = CURRENT.get()
    if trace is not None and trace.face == GRAPHQL:
        trace.face = STREAM


def tenant() -> int | None:
    """The tenant that the request is about, as far as that is known."""
    trace = CURRENT.get()
    return None if trace is None else trace.tenant


def of_tenant(tenant: int | None) -> None:
    """The request is about a tenant."""
    trace = CURRENT.get()
    if trace is not None:
        trace.tenant = tenant


def of_several() -> None:
    """From here on this task works for several requests: it tells of none of them."""
    CURRENT.set(None)


def begun_on_socket() -> None:
    """An operation of a socket, beside others: from here on this task has a trace of its own."""
    trace = CURRENT.get()
    CURRENT.set(Trace(trace.number if trace is not None else uuid.uuid4().hex, SOCKET))


def face_of(path: str, kind: str) -> str:
    """The face that a request is for."""
    if kind == "websocket":
        return SOCKET
    if path == "/graphql":
        return GRAPHQL
    return REST if path.startswith("/api/") else PAGE
