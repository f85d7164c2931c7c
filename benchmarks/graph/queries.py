"""The same questions to both, and what of their answers must be the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.shop import TENANT

_OURS = f"{{ tenant(databaseId: {TENANT}) {{ %s }} }}"
_SCALARS = "id databaseId externalId email firstName lastName phone createdAt"
_SCORES = (
    "rfm { segment recencyDays frequency monetary { amount } } clv { expectedValue { amount } tier } "
    + ("churn { probability risk }")
)
_ORDERS = "orders(first: 5) { nodes { externalId placedAt status amount { amount } } }"

_THEIR_SCALARS = "id rowId externalId email firstName lastName phone createdAt"
_THEIR_SCORES = (
    "standingScoreByTenantIdAndCustomerId { segment recencyDays frequency monetary expectedValue clvTier "
    "churnProbability churnRisk }"
)
_THEIR_ORDERS = (
    "customerOrdersByTenantIdAndCustomerId(first: 5, orderBy: [PLACED_AT_DESC, PRIMARY_KEY_DESC]) "
    "{ nodes { externalId placedAt status amount } }"
)

Fact = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question in both languages, and the facts that an answer to it states. `aim`: the ratio wanted.

    `rest` is the path of REST v2 that answers the same. A `%d` in it, and `$name` in a query, is another
    customer each time. `pages` are both queries with an `$after`, for another page each time.
    """

    name: str
    aim: float
    ours: str
    theirs: str
    facts: Callable[[Any], Iterable[Fact]]
    their_facts: Callable[[Any], Iterable[Fact]]
    rest: str | None = None
    pages: tuple[str, str] | None = None


CURSORS = (
    _OURS % "customers(first: 1000) { edges { cursor } }",
    "{ allCustomers(first: 1000, orderBy: [PRIMARY_KEY_ASC]) { edges { cursor } } }",
)
"""What both are asked for where a page may begin."""
_AFTER, _THEIR_AFTER = "query ($after: String!) ", "query ($after: Cursor!) "


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.0001"))


def _score(node: Any) -> Fact:
    rfm, clv, churn = node["rfm"], node["clv"], node["churn"]
    monetary, expected = rfm["monetary"] or {}, clv["expectedValue"] or {}
    return (
        str(rfm["segment"]).replace("_", " ").lower(),
        rfm["recencyDays"],
        rfm["frequency"],
        _number(monetary.get("amount")),
        _number(expected.get("amount")),
        str(clv["tier"]).lower(),
        _number(churn["probability"]),
        str(churn["risk"]).lower(),
    )


def _their_score(node: Any) -> Fact:
    score = node["standingScoreByTenantIdAndCustomerId"]
    return (
        str(score["segment"]).replace("_", " ").lower().replace("can't", "cant"),
        score["recencyDays"],
        score["frequency"],
        _number(score["monetary"]),
        _number(score["expectedValue"]),
        str(score["clvTier"]).lower(),
        _number(score["churnProbability"]),
        str(score["churnRisk"]).lower(),
    )


def _person(node: Any) -> Fact:
    return tuple(node[name] for name in ("externalId", "email", "firstName", "lastName", "phone"))


def _placed(node: Any) -> Fact:
    amount = node["amount"]
    value = amount["amount"] if isinstance(amount, dict) else amount
    return node["externalId"], node["status"].lower(), _number(value)


QUESTIONS = (
    Question(
        "Q1 one customer with the score",
        3.0,
        "query ($name: String!) " + _OURS % f"customer(externalId: $name) {{ {_SCALARS} {_SCORES} }}",
        f'query ($name: String!) {{ customerByTenantIdAndExternalId(tenantId: "{TENANT}", externalId: $name) '
        f"{{ {_THEIR_SCALARS} {_THEIR_SCORES} }} }}",
        lambda data: [_person(node := data["tenant"]["customer"]) + _score(node)],
        lambda data: [_person(node := data["customerByTenantIdAndExternalId"]) + _their_score(node)],
        f"/api/v2/cdp/customers/%d/profile?tenant_id={TENANT}",
    ),
    Question(
        "Q2 100 customers, scores, 5 orders each",
        2.2,
        _OURS % f"customers(first: 100) {{ nodes {{ externalId {_SCORES} {_ORDERS} }} }}",
        "{ allCustomers(first: 100, orderBy: [PRIMARY_KEY_ASC]) { nodes { externalId "
        f"{_THEIR_SCORES} {_THEIR_ORDERS} }} }} }}",
        lambda data: [
            (node["externalId"], *_score(node), *map(_placed, node["orders"]["nodes"]))
            for node in data["tenant"]["customers"]["nodes"]
        ],
        lambda data: [
            (
                node["externalId"],
                *_their_score(node),
                *map(_placed, node["customerOrdersByTenantIdAndCustomerId"]["nodes"]),
            )
            for node in data["allCustomers"]["nodes"]
        ],
        pages=(
            _AFTER
            + _OURS
            % f"customers(first: 100, after: $after) {{ nodes {{ externalId {_SCORES} {_ORDERS} }} }}",
            _THEIR_AFTER
            + "{ allCustomers(first: 100, after: $after, orderBy: [PRIMARY_KEY_ASC]) { nodes { externalId "
            + f"{_THEIR_SCORES} {_THEIR_ORDERS} }} }} }}",
        ),
    ),
    Question(
        "Q3 1,000 customers, 8 scalars each",
        3.0,
        _OURS % f"customers(first: 1000) {{ nodes {{ {_SCALARS} }} }}",
        f"{{ allCustomers(first: 1000, orderBy: [PRIMARY_KEY_ASC]) {{ nodes {{ {_THEIR_SCALARS} }} }} }}",
        lambda data: [_person(node) for node in data["tenant"]["customers"]["nodes"]],
        lambda data: [_person(node) for node in data["allCustomers"]["nodes"]],
        pages=(
            _AFTER + _OURS % f"customers(first: 1000, after: $after) {{ nodes {{ {_SCALARS} }} }}",
            _THEIR_AFTER + "{ allCustomers(first: 1000, after: $after, orderBy: [PRIMARY_KEY_ASC]) "
            f"{{ nodes {{ {_THEIR_SCALARS} }} }} }}",
        ),
    ),
    Question(
        "Q4 customers by RFM segment",
        25.0,
        _OURS % "analytics { rfm { distribution { segment customerCount averageMonetary { amount } } } }",
        "{ allStandingScores { groupedAggregates(groupBy: [SEGMENT]) "
        "{ keys distinctCount { customerId } average { monetary } } } }",
        lambda data: [
            (row["segment"].replace("_", " ").lower(), row["customerCount"])
            for row in data["tenant"]["analytics"]["rfm"]["distribution"]
            if row["customerCount"]
        ],
        lambda data: [
            (row["keys"][0].lower().replace("can't", "cant"), int(row["distinctCount"]["customerId"]))
            for row in data["allStandingScores"]["groupedAggregates"]
            if row["keys"][0] is not None
        ],
        f"/api/v2/cdp/analytics/rfm?tenant_id={TENANT}",
    ),
)
