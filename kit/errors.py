"""The error tree. Every error a caller can meet is one of these; anything else is a bug.

    CdpError                      code
    ├── InvalidInputError         BAD_USER_INPUT     a field, what was wrong, what is accepted
    ├── NotFoundError             NOT_FOUND          what was looked for
    ├── UnauthenticatedError      UNAUTHENTICATED    no credentials came, or none that are good
    ├── ForbiddenError            FORBIDDEN          the caller's scopes do not reach that far
    ├── ConflictError             CONFLICT           another run, import or record is in the way
    ├── UnavailableError          UNAVAILABLE        the database cannot be reached now
    ├── PeerFailedError           PEER_FAILED        another system cannot be reached, or answered wrongly
    ├── PeerTimedOutError         PEER_TIMED_OUT     another system did not answer in time
    ├── OverloadedError           RATE_LIMITED       more is asked for than can be done at the moment
    ├── TimedOutError             TIMED_OUT          the database was asked for more than it may take
    ├── TooSlowError              TOO_SLOW           a body comes so slowly that it is not waited for
    ├── LaggedError               LAGGED             a follower was told less than what happened
    ├── FailedError               FAILED             the work was tried and did not succeed
    └── ConfigurationError        CONFIGURATION      a setting or an installation is wrong

Messages are whole sentences for the person who made the call: they name what was wrong and what to do,
and never hold SQL, a traceback or a secret.
"""

from typing import ClassVar


class CdpError(Exception):
    """Base of all errors that carry a message fit for the caller."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInputError(CdpError):
    """A value the caller gave is not accepted. `field` is the name the caller knows it by.

    A message that names the field spells it as `field` does, so that a face can spell both its own way.
    """

    code = "BAD_USER_INPUT"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotFoundError(CdpError):
    """What the caller named does not exist, or not for them.

    `kind` and `key`: what was looked for, and by which numbers, the tenant's first; none where it was not
    looked for by them. `field`: which value of the input named it, where that is none of its ids.
    """

    code = "NOT_FOUND"

    def __init__(self, message: str, *, kind: str = "", key: tuple[int, ...] = (), field: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.kind = kind
        self.key = key

    @classmethod
    def of(cls, kind: str, *key: int) -> "NotFoundError":
        """That there is no object of a kind, say a Segment, of these numbers, the tenant's first."""
        return cls(f"{kind} with ID {key[-1]} not found", kind=kind, key=key)


class UnauthenticatedError(CdpError):
    """Who calls is not known: no credentials came, or they are not good (any more).

    `given`: whether there were any.
    """

    code = "UNAUTHENTICATED"

    def __init__(self, message: str, *, given: bool = True) -> None:
        super().__init__(message)
        self.given = given


class ForbiddenError(CdpError):
    """The caller may see what they named, but not do this to it."""

    code = "FORBIDDEN"


class ConflictError(CdpError):
    """The request is fine, but something else is in its way now.

    `field` is the value it is in the way of, by the name the caller knows it by; empty where it is none.
    """

    code = "CONFLICT"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnavailableError(CdpError):
    """The database, or something else of the installation, cannot be reached at the moment.

    `retry_after` seconds later it may be.
    """

    code = "UNAVAILABLE"
    retry_after: ClassVar[int] = 2


class PeerFailedError(CdpError):
    """Another system that was asked cannot be reached, or answered with what it should not."""

    code = "PEER_FAILED"


class PeerTimedOutError(CdpError):
    """Another system that was asked did not answer in the time there was."""

    code = "PEER_TIMED_OUT"


class OverloadedError(CdpError):
    """More is to be saved or read than can be; `retry_after` seconds later there may be room again."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TimedOutError(CdpError):
    """What was asked takes the database longer than it is allowed; a narrower question may not."""

    code = "TIMED_OUT"


class TooSlowError(CdpError):
    """A body comes so slowly that it is not waited for; the connection is closed."""

    code = "TOO_SLOW"


class LaggedError(CdpError):
    """A follower could not be told all that happened; it must look itself, and follow anew."""

    code = "LAGGED"


class FailedError(CdpError):
    """The work was tried and did not succeed; the message says why."""

    code = "FAILED"


class ConfigurationError(CdpError):
    """A setting, a file or an installation is wrong; the message says what to change."""

    code = "CONFIGURATION"
