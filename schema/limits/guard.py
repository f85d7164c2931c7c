"""Parses, checks and prices every operation, whatever it came over: HTTP, WebSocket or server-sent events."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.schema.schema import validate_document

from kit.errors import InvalidInputError
from schema.limits.bounds import Bounds
from schema.limits.cost import cost
from schema.limits.measure import measure
from schema.trusted import TrustedDocuments

_CACHED = 512

Checked = tuple[DocumentNode, tuple[GraphQLError, ...]]
Check = Callable[[str, GraphQLSchema], Checked]


class Guard(SchemaExtension):
    """One operation's checks; the answer tells its cost in `extensions.cost`."""

    def __init__(self, bounds: Bounds, trusted: TrustedDocuments, check: Check) -> None:
        self._bounds = bounds
        self._trusted = trusted
        self._check = check
        self._errors: tuple[GraphQLError, ...] = ()
        self._cost: int | None = None

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context
        context.query = self._trusted.text(context.query, context.operation_extensions)
        yield

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        if context.query:
            context.graphql_document, self._errors = self._check(context.query, self._schema)
            _named(context.graphql_document, context._provided_operation_name)
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        context.pre_execution_errors = [*self._errors] or self._priced()
        yield

    def get_results(self) -> dict[str, Any]:
        if self._cost is None:
            return {}
        return {"cost": {"requested": self._cost, "limit": self._bounds.cost}}

    @property
    def _schema(self) -> GraphQLSchema:
        return self.execution_context.schema._schema

    def _priced(self) -> list[GraphQLError]:
        context = self.execution_context
        document = context.graphql_document
        operation = None if document is None else get_operation_ast(document, context.operation_name)
        if document is None or operation is None:
            return []
        try:
            self._cost = cost(self._schema, document, operation, context.variables or {}, self._bounds.page)
        except InvalidInputError as error:
            return [GraphQLError(error.message, original_error=error)]
        if self._cost <= self._bounds.cost:
            return []
        return [_over("cost", self._cost, self._bounds.cost, "Ask for smaller pages or fewer fields.")]


def _named(document: DocumentNode, name: str | None) -> None:
    """Raises CannotGetOperationTypeError for a name that is none, or is missing among several operations."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if operations and get_operation_ast(document, name) is None:
        raise CannotGetOperationTypeError(name)


def guard(bounds: Bounds, trusted: TrustedDocuments) -> Callable[[], Guard]:
    """What makes the guards of one schema; they share a bounded cache of checked documents."""

    @lru_cache(maxsize=_CACHED)
    def check(text: str, schema: GraphQLSchema) -> Checked:
        return _checked(schema, text, bounds)

    return lambda: Guard(bounds, trusted, check)


def _checked(schema: GraphQLSchema, text: str, bounds: Bounds) -> Checked:
    """Parse a document and find what is wrong with it. Raises GraphQLError for what cannot be parsed."""
    try:
        document = parse(text, max_tokens=bounds.tokens)
    except GraphQLSyntaxError as error:
        if "tokens. Parsing aborted" in error.message:
            raise _over("tokens", None, bounds.tokens, "Send a shorter document.") from None
        raise
    size = measure(document)
    asked = {"depth": size.depth, "aliases": size.aliases, "directives": size.directives}
    errors = [
        _over(name, found, getattr(bounds, name), "")
        for name, found in asked.items()
        if found > getattr(bounds, name)
    ]
    if not errors:
        rules = (*specified_rules, *(() if bounds.introspection else (NoSchemaIntrospectionCustomRule,)))
        errors = validate_document(schema, document, rules)
    return document, tuple(errors)


_NOUNS = {
    "tokens": "The document has more than {limit} tokens",
    "depth": "The document nests {requested} fields deep; at most {limit} are accepted",
    "aliases": "The document has {requested} aliases and repeated fields; at most {limit} are accepted",
    "directives": "The document has {requested} directives; at most {limit} are accepted",
    "cost": "The operation costs {requested}; at most {limit} is accepted",
}


def _over(name: str, requested: int | None, limit: int, advice: str) -> GraphQLError:
    message = _NOUNS[name].format(requested=requested, limit=limit)
    extensions: dict[str, Any] = {"code": "GRAPHQL_VALIDATION_FAILED", "bound": name, "limit": limit}
    if requested is not None:
        extensions["requested"] = requested
    return GraphQLError(f"{message}. {advice}".strip(), extensions=extensions)
