"""Who brings a change about, and from where."""

import os
import pwd
from dataclasses import dataclass
from typing import NamedTuple

CLI, GRAPHQL, REST = "cli", "graphql", "rest"


class Origin(NamedTuple):
    """Where a call comes from: the face, the client's address behind trusted proxies, the request's id."""

    face: str = CLI
    address: str | None = None
    request_id: str | None = None


_NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Author:
    """Who it is: the subject, the id of their API key if they have one, and how they proved it."""

    subject: str
    mode: str
    key: str | None = None
    origin: Origin = _NOWHERE

    @classmethod
    def of_command(cls) -> "Author":
        """Whoever has started this process."""
        return cls(f"{CLI}:{_user()}", CLI)


def _user() -> str:
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
