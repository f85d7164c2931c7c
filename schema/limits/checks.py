"""What is checked and priced of an operation, remembered within bounds."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
)
from strawberry.schema.schema import validate_document

from kit.errors import InvalidInputError
from schema.limits.bounds import Bounds
from schema.limits.cost import price
from schema.limits.costs import Costs
from schema.limits.measure import is_long, measure
from schema.limits.remembered import Remembered
from schema.trusted import TrustedDocuments

_CACHED = 512

Checked = tuple[DocumentNode, tuple[GraphQLError, ...]]


class Checks:
    """The checks of one schema: documents that are trusted, well-formed and valid, at a fair price."""

    def __init__(self, bounds: Bounds, trusted: TrustedDocuments) -> None:
        self.bounds = bounds
        self.trusted = trusted
        self._kept = lru_cache(maxsize=_CACHED)(self._check)
        self._costs = Remembered(Costs)

    def check(self, text: str, schema: GraphQLSchema) -> Checked:
        """A document and what is wrong with it. Raises GraphQLError for what cannot be parsed."""
        return self._check(text, schema) if is_long(text) else self._kept(text, schema)

    def _check(self, text: str, schema: GraphQLSchema) -> Checked:
        return _checked(schema, text, self.bounds)

    def costs(self, operation: OperationDefinitionNode) -> Costs:
        """What is known of what an operation costs."""
        return self._costs.of(operation)

    def price(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        costs: Costs | None = None,
    ) -> int:
        """The cost of an operation with its variables, for who has what is known of its `costs` or not.

        Raises GraphQLError for a page that is too large.
        """
        costs = costs or self.costs(operation)
        known = costs.known(variables)
        if known is not None:
            return known
        try:
            found = price(schema, document, operation, variables, self.bounds.page)
        except InvalidInputError as error:
            raise GraphQLError(error.message, original_error=error) from None
        costs.remember(variables, found)
        return found.cost

    def dear(self, price: int) -> GraphQLError | None:
        """What is said against a price; None where it is within bounds."""
        if price <= self.bounds.cost:
            return None
        return _over("cost", price, self.bounds.cost, "Ask for smaller pages or fewer fields.")

    def told(self, price: int) -> dict[str, Any]:
        """What an answer tells of its price."""
        return {"cost": {"requested": price, "limit": self.bounds.cost}}


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
