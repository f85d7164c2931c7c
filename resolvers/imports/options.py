"""Options: what whoever imports a file can say about it, and how they are told how far it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from resolvers.audit.author import Author


@dataclass(frozen=True, slots=True)
class NewTenant:
    """The tenant to make if there is none: its name, ISO 4217 currency and IANA time zone."""

    name: str
    currency: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import a file. `mapping` is field to column, `max_rejects` percent of the rows.

    `rejects` is where rejected rows are written; by default FILE.rejects.csv. `dry_run` does everything and
    then takes it back.
    """

    tenant: int
    create: NewTenant | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    date_format: str | None = None
    decimal_comma: bool = False
    max_rejects: float = 5.0
    rejects: Path | None = None
    dry_run: bool = False
    author: Author = field(default_factory=Author.of_command)


class Step(NamedTuple):
    """How far an import is: of the stage (`waiting`, `reading`, `grouping`, `customers`, `storing`,
    `linking`) how much of how much is done, bytes while reading and records while storing; and the rows read
    so far."""

    stage: str
    done: int
    total: int
    rows: int


Progress = Callable[[Step], None]


def silent(step: Step) -> None:
    """Progress that nobody watches."""
