"""Criteria read: what is accepted, and what is refused with its path and the name that was meant."""

import contextlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidInputError
from resolvers.criteria import FIELDS, All, Comparison, Not, clauses, compile_criteria, parse

MORE = (
    "orders",
    "event",
    "attributes",
    "consent",
    "email",
    "sms",
    "count",
    "sum",
    "last",
    "within_days",
    "since",
    "until",
    "where",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [*FIELDS, *MORE, "all", "any", "not", "gte", "in", "between", "exists", "starts_with", "eq"]
            )
            | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def test_the_short_form_means_all_of_these_and_any_of_a_list():
    found = parse({"clv_tier": "high", "rfm_segment": ["Champions", "Loyal Customers"]})
    assert isinstance(found, All)
    assert [each.sentence() for each in clauses(found)] == [
        "clv_tier is high",
        "rfm_segment is one of Champions, Loyal Customers",
    ]


def test_values_become_those_of_their_field():
    found = parse(
        {
            "all": [
                {"monetary": {"gte": 0.1, "lt": "1000000000000.0001"}},
                {"last_order_on": {"between": ["2024-01-31", "2024-02-29"]}},
                {"created_at": {"gt": "2024-01-01T00:00:00.000001+02:00"}},
                {"churn_probability": {"lte": 1}},
            ]
        }
    )
    values = [each.value for each in clauses(found) if isinstance(each, Comparison)]
    assert values == [
        Decimal("0.1"),
        Decimal("1000000000000.0001"),
        [date(2024, 1, 31), date(2024, 2, 29)],
        datetime(2023, 12, 31, 22, 0, 0, 1, tzinfo=UTC),
        1.0,
    ]


def test_what_is_negated_is_one_clause():
    found = parse({"not": {"clv_tier": "low", "frequency": {"gte": 2}}})
    assert isinstance(found, Not)
    assert found.sentence() == "not: clv_tier is low; frequency is at least 2"


@pytest.mark.parametrize(
    ("criteria", "path", "told"),
    [
        ([], "criteria", "must be an object"),
        ({}, "criteria", "names no condition"),
        ({"all": []}, "criteria.all", "with at least one"),
        ({"any": {}}, "criteria.any", "must be a list"),
        ({"any": [{}]}, "criteria.any[0]", "names no condition"),
        ({"clv_teir": "high"}, "criteria.clv_teir", "did you mean clv_tier?"),
        ({"quux!": 1}, "criteria.quux!", "accepted are external_id"),
        ({"any": [{"clv_tier": {"eqq": "high"}}]}, "criteria.any[0].clv_tier.eqq", "did you mean eq?"),
        ({"clv_tier": {"gte": "high"}}, "criteria.clv_tier.gte", "eq, in, not_in, exists"),
        ({"clv_tier": "High"}, "criteria.clv_tier", "did you mean high?"),
        ({"rfm_segment": ["Champions", "at_risk"]}, "criteria.rfm_segment[1]", "did you mean At Risk?"),
        ({"frequency": {"gte": 2.5}}, "criteria.frequency.gte", "a whole number"),
        ({"frequency": {"gte": True}}, "criteria.frequency.gte", "is true; accepted is a whole number"),
        ({"frequency": {"gte": 2**63}}, "criteria.frequency.gte", "a whole number"),
        ({"monetary": {"gt": "NaN"}}, "criteria.monetary.gt", "an amount"),
        ({"monetary": {"gt": "1e999999"}}, "criteria.monetary.gt", "an amount"),
        ({"monetary": {"between": [2, 1]}}, "criteria.monetary.between", "lower value first"),
        ({"monetary": {"between": [1]}}, "criteria.monetary.between", "two values"),
        ({"monetary": {"in": []}}, "criteria.monetary.in", "1 to 1,000"),
        ({"monetary": []}, "criteria.monetary", "1 to 1,000"),
        ({"monetary": {}}, "criteria.monetary", "compares with nothing"),
        ({"monetary": None}, "criteria.monetary", "monetary: {exists: false}"),
        ({"monetary": {"exists": "yes"}}, "criteria.monetary.exists", "true and false"),
        ({"churn_probability": {"lt": float("inf")}}, "criteria.churn_probability.lt", "a number"),
        ({"last_order_on": "2024-02-30"}, "criteria.last_order_on", "a day such as"),
        ({"last_order_on": {"gte": "2024-01-01T00:00:00Z"}}, "criteria.last_order_on.gte", "a day such as"),
        ({"created_at": {"gte": "2024-01-01"}}, "criteria.created_at.gte", "with its offset"),
        ({"created_at": {"gte": "0001-01-01T00:00:00+14:00"}}, "criteria.created_at.gte", "with its offset"),
        ({"email": "a\0b"}, "criteria.email", "text of at most"),
        ({"email": "\ud800"}, "criteria.email", "text of at most"),
        ({"name": {"starts_with": "x" * 1001}}, "criteria.name.starts_with", "text of at most"),
        ({"frequency": {"starts_with": 1}}, "criteria.frequency.starts_with", "accepted are eq"),
        ({1: 2}, "criteria.1", "is not a field"),
        ({"created_at": {"within_days": -1}}, "criteria.created_at.within_days", "0 to 36,500"),
        ({"created_at": {"within_days": True}}, "criteria.created_at.within_days", "0 to 36,500"),
        ({"orders": {}}, "criteria.orders", "must be an object"),
        ({"orders": {"cuont": 1}}, "criteria.orders.cuont", "did you mean count?"),
        ({"orders": {"count": {"gte": "1"}}}, "criteria.orders.count.gte", "a whole number"),
        ({"orders": {"where": {}}}, "criteria.orders.where", "accepted are count, sum"),
        ({"orders": {"within_days": 1, "since": "2024-01-01"}}, "criteria.orders.since", "not both"),
        ({"orders": {"since": "2024-01-02", "until": "2024-01-01"}}, "criteria.orders.until", "before since"),
        ({"orders": {"until": "9999-12-31"}}, "criteria.orders.until", "a day such as"),
        ({"event": 1}, "criteria.event", "a type of events"),
        ({"event": "a\0"}, "criteria.event", "a type of events"),
        (
            {"any": [{"event": "x", "clv_tier": "high"}]},
            "criteria.any[0].clv_tier",
            "part of a condition on events",
        ),
        ({"event": "x", "sum": 1}, "criteria.sum", "accepted are count, first"),
        ({"event": "x", "where": []}, "criteria.where", "for each key"),
        ({"event": "x", "where": {"a": {"gt": "b"}}}, "criteria.where.a.gt", "comparison with text"),
        ({"event": "x", "where": {"a": None}}, "criteria.where.a", "is null"),
        ({"event": "x", "where": {"a": {"in": [1, "b"]}}}, "criteria.where.a.in[1]", "must be a number"),
        ({"event": "x", "where": {"a": {}}}, "criteria.where.a", "compares with nothing"),
        ({"attributes": {"": 1}}, "criteria.attributes.", "1 to 200 characters"),
        ({"attributes": {"a\0": 1}}, "criteria.attributes.a\0", "1 to 200 characters"),
        ({"attributes": {"vip": {"in": [True]}}}, "criteria.attributes.vip.in", "true and false"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_with_its_path(criteria, path, told):
    with pytest.raises(InvalidInputError) as error:
        parse(criteria)
    assert error.value.field == path
    assert told in error.value.message


def test_depth_and_size_are_bounded():
    deep: object = {"frequency": 1}
    for _ in range(5000):
        deep = {"not": deep}
    with pytest.raises(InvalidInputError, match="nested too deeply"):
        parse(deep)
    with pytest.raises(InvalidInputError, match="more than 10 times"):
        parse({"all": [{"orders": {"count": 1}}] * 11})
    with pytest.raises(InvalidInputError, match="too many conditions"):
        parse({"all": [{"any": [{"frequency": 1}] * 60}] * 2})
    with pytest.raises(InvalidInputError, match="5,000 values"):
        parse({"all": [{"frequency": {"in": [*range(1000)]}}] * 6})


@given(JSON)
def test_anything_is_read_or_refused(criteria):
    with contextlib.suppress(InvalidInputError):
        compile_criteria(parse(criteria))
