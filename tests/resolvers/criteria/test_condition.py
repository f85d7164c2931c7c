"""Criteria as conditions, against the same criteria worked out by hand on each row of the tables."""

import operator
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kit.db import TENANT, connect_for_work, prepare
from models.score import RISKS, SEGMENTS, TIERS
from resolvers.criteria import FIELDS, FROM, All, Comparison, Not, compile_criteria, parse
from resolvers.criteria.fields import AGES
from resolvers.criteria.tree import Any as AnyOf
from resolvers.criteria.values import checked
from resolvers.standing import CUSTOMERS

NAMES = ["Ana", "ana maria", "Özil", "ÁNGEL", " Bo ", None, "100%_", "an"]
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gte": operator.ge,
    "gt": operator.gt,
    "lte": operator.le,
    "lt": operator.lt,
    "starts_with": str.startswith,
    "in": lambda value, given: value in given,
    "not_in": lambda value, given: value not in given,
    "between": lambda value, given: given[0] <= value <= given[1],
}


def meets(node, row):
    """Whether a row meets criteria: a comparison with nothing is false."""
    if isinstance(node, All):
        return all(meets(each, row) for each in node.parts)
    if isinstance(node, AnyOf):
        return any(meets(each, row) for each in node.parts)
    if isinstance(node, Not):
        return not meets(node.part, row)
    assert isinstance(node, Comparison)
    value = row[node.field.name]
    if node.operator == "exists":
        return (value is not None) is node.value
    given = node.value
    if node.operator in AGES:
        return value is not None and _aged(node.operator, value, given)
    if node.field.folded:
        fold = _bare if "name" in node.field.name else _folded
        given = [fold(each) for each in given] if isinstance(given, list) else fold(given)
    return value is not None and _COMPARED[node.operator](value, given)


def _aged(comparison, value, days):
    """Compared with today in London, where the tenant is."""
    now = datetime.now(ZoneInfo("Europe/London"))
    day = value.astimezone(ZoneInfo("Europe/London")).date() if isinstance(value, datetime) else value
    ago = now.date() - timedelta(days=days)
    return day < ago if comparison == "more_than_days_ago" else ago <= day <= now.date()


def _folded(text):
    return text.strip(" ").lower()


def _bare(text):
    apart = unicodedata.normalize("NFKD", text.strip(" "))
    return "".join(each for each in apart if not "\u0300" <= each <= "\u036f").lower()


@pytest.fixture
def rows(make):
    """Forty customers of tenant 56, every third without scores, and a few of 57."""
    for tenant in (56, 57):
        make.tenant(tenant)
        for each in range(40 if tenant == 56 else 5):
            joined = None if each % 5 == 0 else datetime(2024, 1, 1 + each % 7, tzinfo=UTC)
            number = make.customer(
                tenant,
                f"C{each}",
                email=f" User{each}@Example.com",
                first_name=NAMES[each % 8],
                last_name=NAMES[each % 7],
                created_at=joined,
            )
            if each % 3:
                _score(make, tenant, number, each)
        make.owner.execute("INSERT INTO score_current VALUES (%s, 1)", [tenant])
    names = list(FIELDS)
    wanted = ", ".join(str(field.column) for field in FIELDS.values())
    found = make.owner.execute(
        f"SELECT customer.id, {wanted} FROM customer LEFT JOIN customer_score "
        "ON customer_id = customer.id AND customer_score.tenant_id = customer.tenant_id AND run_id = 1 "
        "WHERE customer.tenant_id = 56"
    ).fetchall()
    return {number: dict(zip(names, values, strict=True)) for number, *values in found}


def _score(make, tenant, number, each):
    values = {
        "segment": SEGMENTS[each % 11],
        "recency_score": each % 5 + 1,
        "frequency": each % 4,
        "monetary": Decimal(each) / 4,
        "last_order_on": date(2024, 1, 1 + each % 9),
        "clv_tier": TIERS[each % 3] if each % 4 else None,
        "churn_risk": RISKS[each % 4],
        "churn_probability": each / 40 if each % 6 else None,
    }
    for run in (1, 2):
        make.owner.execute(
            f"INSERT INTO customer_score (tenant_id, run_id, customer_id, {', '.join(values)}) "
            f"VALUES (%s, %s, %s, {', '.join(['%s'] * len(values))})",
            [tenant, run, number, *values.values()],
        )


def leaf(name):
    """Comparisons of one field with values that rows have, or nearly."""
    field = FIELDS[name]
    known = {
        "frequency": st.integers(-1, 5),
        "recency_score": st.integers(0, 6),
        "monetary": st.sampled_from([0, 0.25, "2.5", 9, "9.7500", -1]),
        "last_order_on": st.dates(date(2023, 12, 31), date(2024, 1, 12)).map(str),
        "created_at": st.integers(0, 8).map(lambda day: f"2024-01-{1 + day:02}T00:00:00Z"),
        "churn_probability": st.sampled_from([0, 0.25, 0.125, 0.5, 1]),
        "email": st.integers(0, 41).map(lambda each: f"uSER{each}@example.com "),
        "external_id": st.integers(0, 41).map(lambda each: f"C{each}"),
        "name": st.sampled_from(["ana", "Ana MARIA an", "özil", "a", "100%", "Á", ""]),
        "last_name": st.sampled_from(["ana", "an", "bo", "ö", "1"]),
    }
    some: Any = known[name] if name in known else st.sampled_from(field.choices)
    pair = st.lists(some, min_size=2, max_size=2).map(
        lambda found: sorted(found, key=lambda each: checked(field, each))
    )
    many = st.lists(some, min_size=1, max_size=3)
    days = st.integers(0, 2000)
    ages = dict.fromkeys(AGES, days)
    values = {"exists": st.booleans(), "in": many, "not_in": many, "between": pair, **ages}
    compared = st.sampled_from(field.operators).flatmap(
        lambda found: values.get(found, some).map(lambda value: {found: value})
    )
    return st.one_of(some, many, compared).map(lambda value: {name: value})


LEAVES = st.sampled_from(
    [
        "frequency",
        "recency_score",
        "monetary",
        "last_order_on",
        "created_at",
        "churn_probability",
        "email",
        "external_id",
        "name",
        "last_name",
        "rfm_segment",
        "clv_tier",
        "churn_risk",
    ]
).flatmap(leaf)
CRITERIA = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda found: {"all": found})
        | st.lists(inner, min_size=1, max_size=3).map(lambda found: {"any": found})
        | inner.map(lambda found: {"not": found})
        | st.tuples(inner, inner).map(lambda found: found[0] | found[1])
    ),
    max_leaves=5,
)


def test_conditions_are_what_the_criteria_say(urls, rows):
    with connect_for_work(urls.app) as work:

        @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
        @given(CRITERIA)
        def check(criteria):
            tree = parse(criteria)
            condition = compile_criteria(tree)
            statement = prepare(
                select(CUSTOMERS.c.id)
                .select_from(FROM[condition.scored])
                .where(CUSTOMERS.c.tenant_id == TENANT, condition.clause)
            )
            with work.transaction(56):
                found = {number for (number,) in work.run(statement)}
                source, number = condition.source
                narrow = select(number).select_from(source).where(condition.tenant, condition.clause)
                assert found == {number for (number,) in work.run(prepare(narrow))}
            assert found == {number for number, row in rows.items() if meets(tree, row)}

        check()


def test_no_value_is_part_of_the_text():
    text = "'; DROP TABLE customer; --%(x)s"
    condition = compile_criteria(parse({"any": [{"name": {"starts_with": text}}, {"email": [text, "a"]}]}))
    statement = prepare(select(CUSTOMERS.c.id).where(CUSTOMERS.c.tenant_id == TENANT, condition.clause))
    assert "DROP" not in statement.text
    assert text in statement.defaults.values()
