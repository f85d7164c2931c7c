"""What asking VTEX can come to.

    PeerFailedError
    ├── RefusedError          401, 403: the credentials are wrong, or lack a permission
    ├── MissingError          404: no such account, path or record
    ├── LimitedError          429, and waiting for the time VTEX asks would take too long
    ├── UnansweredError       no connection, or 5xx, as often as it was tried
    └── MalformedError        an answer that its contract does not know: a redirect, no JSON, another shape
    PeerTimedOutError
    └── SlowError             no answer, or no end of it, in the time there was

No message holds what VTEX answered: that may tell of keys and of people.
"""

from kit.errors import PeerFailedError, PeerTimedOutError


class RefusedError(PeerFailedError):
    """VTEX did not let the key in. `status` is 401 or 403."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class MissingError(PeerFailedError):
    """VTEX has no such account, path or record."""


class LimitedError(PeerFailedError):
    """VTEX asks to wait longer than there is time. `seconds` is how long."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class UnansweredError(PeerFailedError):
    """VTEX could not be reached, or has a fault of its own. `seconds` is how long it asks to wait, if so."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


class MalformedError(PeerFailedError):
    """VTEX answered with what its contract does not know."""


class SlowError(PeerTimedOutError):
    """VTEX did not answer in the time there was."""
