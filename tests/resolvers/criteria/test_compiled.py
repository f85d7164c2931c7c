"""Criteria of any kind, as PostgreSQL takes them: whatever is read, the server can be asked for."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kit.db import TENANT, Statement, Work, connect_for_work, prepare
from kit.errors import InvalidInputError
from kit.page import DAY, INSTANT, TEXT
from models.consent import CHANNELS
from models.score import RISKS, SEGMENTS, TIERS
from resolvers.criteria import FIELDS, FROM, compile_criteria, parse
from resolvers.criteria.fields import AGES, Field
from resolvers.criteria.parse_json import OF_NUMBERS, OF_TEXT
from resolvers.criteria.tallies import OF_EVENTS, OF_ORDERS
from resolvers.standing import CUSTOMERS

ODD = [
    "'; DROP TABLE customer; --",
    "%",
    "\\",
    "{}",
    "$1",
    ":a",
    "%(x)s",
    "\u0130",
    "\U0001f600",
    "a" * 90,
    "",
]
TEXTS = st.one_of(st.sampled_from([*ODD, *SEGMENTS, *TIERS, *RISKS]), st.text(max_size=8))
DAYS = st.sampled_from(["2025-01-31", "2025-01-31T10:00:00Z", "2999-12-31", "9999-12-31", "0001-01-01"])
NUMBERS = st.one_of(
    st.integers(0, 400), st.integers(-(2**70), 2**70), st.sampled_from(["12.50", "1e400", "-0", 0.1, 1e300])
)
WRONG: st.SearchStrategy[Any] = st.sampled_from([None, True, [], {}, float("nan"), "\0", "\ud800"])


def value_of(field: Field) -> st.SearchStrategy[Any]:
    """A value that a field may take, or nearly."""
    if field.choices:
        return st.one_of(st.sampled_from(field.choices), TEXTS)
    return TEXTS if field.kind is TEXT else DAYS if field.kind in (DAY, INSTANT) else NUMBERS


def conditions(value: st.SearchStrategy[Any], operators: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """A value, a list of them, or comparisons."""
    many = st.lists(value, min_size=1, max_size=3)
    pair = st.lists(value, min_size=2, max_size=2)
    days = st.integers(0, 40_000)
    of = {"exists": st.booleans(), "in": many, "not_in": many, "between": pair, **dict.fromkeys(AGES, days)}
    one = st.sampled_from(operators).flatmap(
        lambda name: st.one_of(of.get(name, value), WRONG if name == "eq" else of.get(name, value)).map(
            lambda given: {name: given}
        )
    )
    return st.one_of(value, many, one, st.tuples(one, one).map(lambda found: found[0] | found[1]))


def tally(fields: dict[str, Field], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What rows come to, within a window or none."""
    window: st.SearchStrategy[dict[str, Any]] = st.one_of(
        st.just({}),
        st.fixed_dictionaries({"within_days": st.integers(0, 40_000)}),
        st.fixed_dictionaries({}, optional={"since": DAYS, "until": DAYS}),
    )
    compared = {name: conditions(value_of(field), field.operators) for name, field in fields.items()}
    parts = st.fixed_dictionaries(more, optional=compared)
    return st.tuples(parts, window).map(lambda found: found[0] | found[1])


ANY_VALUE = st.one_of(TEXTS, NUMBERS, st.booleans())
KEYED = st.dictionaries(
    st.text(min_size=1, max_size=4), conditions(ANY_VALUE, (*OF_TEXT, *OF_NUMBERS)), min_size=1, max_size=2
)
TRUTH = st.one_of(st.booleans(), WRONG)
CONSENT = st.dictionaries(
    st.sampled_from([*CHANNELS, "fax"]),
    st.one_of(TRUTH, st.fixed_dictionaries({}, optional={"eq": TRUTH, "exists": TRUTH})),
    max_size=2,
)
LEAVES = st.one_of(
    st.sampled_from(sorted(FIELDS)).flatmap(
        lambda name: conditions(value_of(FIELDS[name]), FIELDS[name].operators).map(
            lambda value: {name: value}
        )
    ),
    tally(OF_ORDERS).map(lambda found: {"orders": found}),
    tally(OF_EVENTS, event=TEXTS).map(lambda found: {"events": found}),
    tally(OF_EVENTS, event=st.just("page_view"), where=KEYED).map(lambda found: {"events": found}),
    KEYED.map(lambda found: {"attributes": found}),
    CONSENT.map(lambda found: {"consent": found}),
)
CRITERIA = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda found: {"all": found}),
        st.lists(inner, min_size=1, max_size=3).map(lambda found: {"any": found}),
        inner.map(lambda found: {"not": found}),
    ),
    max_leaves=4,
)


def taken(work: Work, criteria: object) -> bool:
    """Whether criteria are read; if so the server is asked for what they come to, in both forms."""
    try:
        tree = parse(criteria)
    except InvalidInputError:
        return False
    condition = compile_criteria(tree)
    source, number = condition.source
    for query in (
        select(CUSTOMERS.c.id)
        .select_from(FROM[condition.scored])
        .where(CUSTOMERS.c.tenant_id == TENANT, condition.clause),
        select(number).select_from(source).where(condition.tenant, condition.clause),
    ):
        statement = prepare(query)
        with work.transaction(56):
            work.run(Statement(statement.text, True, statement.defaults))
    return True


def test_whatever_is_read_can_be_asked_of_the_database(urls, make):
    make.customer(make.tenant(), "ana")
    found = {True: 0, False: 0}
    with connect_for_work(urls.app) as work:

        @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
        @given(CRITERIA)
        def check(criteria: object) -> None:
            found[taken(work, criteria)] += 1

        check()
    assert found[True] > 50
    assert found[False] > 5
