"""JSON Schema for the properties of a tenant's own types: bounded, without anything to fetch, compiled once.

A schema comes from a caller and is applied to what other callers send, so neither may take long: patterns
are matched in linear time, and the steps that one event takes are counted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend

from resolvers.event_types.keywords import PATTERN, matcher, problem_of

LARGEST = 16_384
"""Bytes of a schema's JSON."""
MOST_STEPS = 10_000
"""Keywords that are applied to one event's properties."""
_KEPT = 1_000
_MESSAGE = 200


class Violation(NamedTuple):
    """Why properties do not hold to a schema, and the way to the value it is about."""

    message: str
    path: tuple[str, ...]


class _TooManyStepsError(Exception):
    pass


_steps: ContextVar[int] = ContextVar("steps")


def _counted(apply: Callable[..., Any]) -> Callable[..., Any]:
    def applied(*given: Any) -> Any:
        left = _steps.get(0) - 1
        if left < 0:
            raise _TooManyStepsError
        _steps.set(left)
        return apply(*given)

    return applied


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not matcher(pattern)(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _unique(validator: Any, wanted: bool, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list):
        seen = {orjson.dumps(_plain(each), option=orjson.OPT_SORT_KEYS) for each in instance}
        if len(seen) < len(instance):
            yield ValidationError("the items are not all different")


def _plain(value: Any) -> Any:
    """A value of which equal ones are written the same: 1.0 is 1."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


_OWN: dict[str, Callable[..., Any]] = {PATTERN: _pattern, "uniqueItems": _unique}
_APPLIED: dict[str, Any] = {**Draft202012Validator.VALIDATORS, **_OWN}
_VALIDATOR: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {name: _counted(apply) for name, apply in _APPLIED.items()}
)


class Compiled:
    """A schema ready to be applied."""

    def __init__(self, schema: Any) -> None:
        self._validator = _VALIDATOR(schema)

    def violation(self, properties: Mapping[str, Any]) -> Violation | None:
        """The first violation that can be told; None where the properties hold to the schema."""
        token = _steps.set(MOST_STEPS)
        try:
            found: Iterable[ValidationError] = self._validator.iter_errors(properties)
            error = next(iter(found), None)
        except (_TooManyStepsError, RecursionError):
            return Violation("Checking them against the type's schema takes too long.", ())
        finally:
            _steps.reset(token)
        if error is None:
            return None
        path = tuple(str(step) for step in error.absolute_path)
        return Violation(_shortened(error.message), path)


@lru_cache(_KEPT)
def compiled(text: str) -> Compiled:
    """The schema of a JSON text that `checked_schema` let through; compiled ones are kept."""
    return Compiled(orjson.loads(text))


def checked_schema(schema: Any) -> dict[str, Any]:
    """A schema that can be applied to properties.

    Raises ValueError that names the way to what is not accepted.
    """
    if not isinstance(schema, dict):
        raise ValueError("a JSON Schema is an object")  # noqa: TRY004
    if len(_dumped(schema)) > LARGEST:
        raise ValueError(f"a schema of at most {LARGEST // 1024} KB is accepted")
    problem = problem_of(schema)
    if problem is not None:
        raise ValueError(problem)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        where = "/".join(("#", *map(str, error.absolute_path)))
        raise ValueError(f"{where}: {_shortened(error.message)}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return schema


def _dumped(schema: Any) -> bytes:
    try:
        return orjson.dumps(schema)
    except orjson.JSONEncodeError:
        raise ValueError("it nests too deeply, or holds a number of more than 64 bits") from None


def _shortened(message: str) -> str:
    half = _MESSAGE // 2
    told = message if len(message) <= _MESSAGE else f"{message[:half]} ... {message[-half:]}"
    return told if told.endswith((".", "...")) else f"{told}."
