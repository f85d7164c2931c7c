"""Conditions on consents, against the same worked out by hand from what customers said."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.db import connect_for_work
from kit.errors import InvalidInputError
from models.consent import CHANNELS
from resolvers.criteria import parse
from tests.resolvers.criteria.test_tallies import met

SAID = (True, False, None)


@pytest.fixture
def said(make):
    """Of tenant 56 whoever says anything of e-mail and of short messages; of 57 one who agrees to all."""
    make.tenant(56)
    make.tenant(57)
    found = {}
    for each, (email, sms) in enumerate(product(SAID, SAID)):
        customer = make.customer(56, f"C{each}")
        found[customer] = {"email": email, "sms": sms}
        _say(make, 56, customer, found[customer])
    _say(make, 57, make.customer(57, "C0"), dict.fromkeys(CHANNELS, True))
    return found


def _say(make, tenant, customer, of_channels):
    for channel, granted in of_channels.items():
        if granted is not None:
            make.owner.execute(
                "INSERT INTO customer_consent VALUES (%s, %s, %s, %s, NULL, now())",
                [tenant, customer, channel, granted],
            )


def holds(condition, known):
    """Whether a condition on one channel holds of what was said of it."""
    if not isinstance(condition, dict):
        return known is condition
    return ("eq" not in condition or known is condition["eq"]) and (
        "exists" not in condition or (known is not None) is condition["exists"]
    )


TRUTHS = st.booleans()
CONDITIONS = st.one_of(
    TRUTHS,
    st.fixed_dictionaries({"eq": TRUTHS}, optional={"exists": TRUTHS}),
    st.fixed_dictionaries({"exists": TRUTHS}),
)


def test_consents_are_what_was_said(urls, said):
    with connect_for_work(urls.app) as work:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.dictionaries(st.sampled_from(["email", "sms", "post"]), CONDITIONS, min_size=1))
        def check(channels):
            expected = {
                customer
                for customer, known in said.items()
                if all(holds(condition, known.get(name)) for name, condition in channels.items())
            }
            assert met(work, {"consent": channels}) == expected
            assert met(work, {"not": {"consent": channels}}) == said.keys() - expected

        check()


@pytest.mark.parametrize(
    ("consent", "message"),
    [
        ({}, "criteria.consent must be an object with true, false or comparisons for a channel"),
        (True, "criteria.consent must be an object with true, false or comparisons for a channel"),
        ({"emial": True}, "criteria.consent: 'emial' is not a channel; did you mean email?"),
        ({"email": "yes"}, "criteria.consent.email is 'yes'; accepted are true and false."),
        ({"email": None}, "criteria.consent.email is null; accepted are true and false."),
        ({"email": {}}, "criteria.consent.email compares with nothing; accepted are eq, exists."),
        ({"email": {"in": [True]}}, "criteria.consent.email: 'in' is not a comparison;"),
        ({"sms": {"exists": 1}}, "criteria.consent.sms.exists is 1; accepted are true and false."),
    ],
)
def test_what_is_wrong_is_told_with_its_path(consent, message):
    with pytest.raises(InvalidInputError) as error:
        parse({"consent": consent})
    assert error.value.message.startswith(message)
