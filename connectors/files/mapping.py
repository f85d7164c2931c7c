"""Mapping: which column of a file becomes which field."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.files.fields import Field
from kit.errors import InvalidInputError

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Chosen:
    """The position of each field's column, and the names of all columns."""

    at: dict[str, int]
    names: tuple[str, ...]

    @property
    def columns(self) -> dict[str, str]:
        """Field to column name, in the order of the fields."""
        return {field: self.names[at] for field, at in self.at.items()}

    @property
    def unused(self) -> dict[str, int]:
        """The names and positions of columns that are no field; those without a name do not count."""
        used = set(self.at.values())
        return {name: at for at, name in enumerate(self.names) if name and at not in used}

    def without(self, *fields: str) -> "Chosen":
        return Chosen({field: at for field, at in self.at.items() if field not in fields}, self.names)


def plain(name: str) -> str:
    """A name without case, accents, blanks and punctuation."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", letters)


def parse_map(texts: Sequence[str]) -> dict[str, str]:
    """`field=column,...` as given on the command line. An empty column says to use none for the field."""
    pairs: dict[str, str] = {}
    for part in (part for text in texts for part in text.split(",") if part.strip()):
        field, sign, column = (each.strip() for each in part.partition("="))
        if not sign:
            raise InvalidInputError(
                "map", f"--map has {part!r}; write it as field=column, as in amount=total."
            )
        if field in pairs:
            raise InvalidInputError(
                "map", f"--map gives {field} twice, as {pairs[field]!r} and as {column!r}; give it once."
            )
        pairs[field] = column
    return pairs


def choose(names: Sequence[str], fields: Sequence[Field], by_hand: Mapping[str, str], file: str) -> Chosen:
    """Find each field's column: by hand, else the one of the field's own name, else a usual name.

    Raises InvalidInputError naming the field where a name given by hand is unknown, two columns could be
    meant, or a field that must be there has no column.
    """
    unknown = [field for field in by_hand if field not in {field.name for field in fields}]
    if unknown:
        raise InvalidInputError(
            unknown[0],
            f"--map knows no field {unknown[0]!r}; the fields are {', '.join(each.name for each in fields)}.",
        )
    hand = {field: _named(column, field, names, file) for field, column in by_hand.items() if column}
    found: dict[str, int] = {}
    for field in fields:
        given = field.name in by_hand
        at = hand.get(field.name) if given else _usual(field, names, set(hand.values()), file)
        if at is not None:
            found[field.name] = at
        elif field.required:
            raise missing(field, names, file)
    return Chosen(found, tuple(names))


def missing(field: Field, names: Sequence[str], file: str) -> InvalidInputError:
    """The error for a field that no column was found for."""
    return InvalidInputError(
        field.name,
        f"No column of {file} looks like {field.name} ({field.what}); it has {listed(names)}. "
        f"Name the column: --map {field.name}=COLUMN.",
    )


def listed(names: Sequence[str]) -> str:
    """Column names for a message."""
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def _named(column: str, field: str, names: Sequence[str], file: str) -> int:
    exact = [at for at, name in enumerate(names) if name == column]
    alike = plain(column)
    found = exact or [at for at, name in enumerate(names) if alike and plain(name) == alike]
    if not found:
        raise InvalidInputError(
            field,
            f"--map says {field}={column}, but {file} has no column {column!r}; it has {listed(names)}.",
        )
    if len(found) > 1:
        raise InvalidInputError(
            field, f"{file} has {len(found)} columns called {column!r}; rename all but the one for {field}."
        )
    return found[0]


def _usual(field: Field, names: Sequence[str], taken: set[int], file: str) -> int | None:
    free = {at: plain(name) for at, name in enumerate(names) if at not in taken}
    own = [at for at, name in free.items() if name == plain(field.name)]
    usual = set(field.usual.split())
    found = own or [at for at, name in free.items() if name in usual]
    if len(found) < 2:
        return found[0] if found else None
    columns = [names[at] for at in found]
    raise InvalidInputError(
        field.name,
        f"{file} has {len(found)} columns that could be {field.name} ({field.what}): {listed(columns)}. "
        f"Say which: --map {field.name}={columns[0]}.",
    )
