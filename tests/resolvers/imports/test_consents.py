"""Consents of a file of customers."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kit.errors import InvalidInputError
from models.consent import CHANNELS

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

SEE = (
    "SELECT external_id, channel, is_granted, source, recorded_at FROM customer_consent "
    "JOIN customer ON customer.tenant_id = customer_consent.tenant_id AND customer.id = customer_id "
    "ORDER BY external_id, channel"
)
SAID = "SELECT external_id, channel, is_granted FROM ({}) AS told".format(SEE)  # noqa: UP032
JULY = datetime(2024, 7, 1, 9, tzinfo=UTC)


def test_columns_become_consents_with_source_and_local_time(shop: "Shop") -> None:
    report = shop.take(
        "customers",
        "customer_id,consent_email,consent_sms,consent_source,consent_at,city\n"
        "a,yes,no,form,2024-07-01 10:00,Lima\nb,,TRUE,,2024-07-01T09:00:00Z,\nc,,,,,\n",
    )
    assert shop.see(SEE) == [
        ("a", "email", True, "form", JULY),
        ("a", "sms", False, "form", JULY),
        ("b", "sms", True, None, JULY),
    ]
    assert (report.inserted, report.unused) == (3, ["city"])
    assert shop.see("SELECT attributes FROM customer ORDER BY external_id") == [{"city": "Lima"}, {}, {}]


def test_every_channel_has_its_column(shop: "Shop") -> None:
    header = ",".join(f"consent_{channel}" for channel in CHANNELS)
    shop.take("customers", f"customer_id,{header}\na{',si' * len(CHANNELS)}\n")
    assert shop.see(SAID) == [("a", channel, True) for channel in sorted(CHANNELS)]


def test_the_same_file_again_changes_nothing_and_an_empty_cell_says_nothing(shop: "Shop") -> None:
    content = "customer_id,Accepts Email Marketing,sms_consent\na,yes,no\nb,no,\n"
    shop.take("customers", content)
    before = shop.see(SEE)
    report = shop.take("customers", content)
    assert (report.changed, report.unchanged, shop.see(SEE)) == (False, 2, before)
    report = shop.take("customers", "customer_id,consent_email,consent_sms\na,,yes\nb,,\n")
    assert (report.updated, report.unchanged) == (1, 1)
    assert shop.see(SAID) == [("a", "email", True), ("a", "sms", True), ("b", "email", False)]


def test_the_latest_counts_within_a_file_and_between_files(shop: "Shop") -> None:
    header = "customer_id,consent_email,consent_at\n"
    shop.take("customers", f"{header}a,no,2024-07-01\na,yes,2024-06-01\nb,no,2024-07-01\nb,yes,2024-07-01\n")
    assert shop.see(SAID) == [("a", "email", False), ("b", "email", True)]
    assert not shop.take("customers", f"{header}a,yes,2024-06-30\n").changed
    assert shop.take("customers", f"{header}a,yes,2024-07-02\n").updated == 1
    assert shop.see(SAID)[0] == ("a", "email", True)


def test_what_is_wrong_is_told_with_line_and_column_and_costs_the_row(shop: "Shop") -> None:
    report = shop.take(
        "customers",
        "customer_id,consent_email,Opt In Source,consent_at\na,yes,,2024-07-01\nb,maybe,,\n"
        f"c,yes,{'x' * 201},\nd,no,,2199-01-01\ne,no,,never\n",
    )
    assert shop.rejects() == [
        "3,consent_email,maybe,neither agreed nor refused; write yes or no",
        f"4,Opt In Source,{'x' * 200},longer than 200 characters",
        "5,consent_at,2199-01-01,more than a day in the future",
        "6,consent_at,never,not a date like 2024-01-31 or 2024-01-31T18:05:00",
    ]
    assert (report.rejected, report.inserted) == (4, 1)


def test_a_column_of_words_that_are_none_is_refused(shop: "Shop") -> None:
    with pytest.raises(InvalidInputError, match="'consent_email' can be read as consent_email: line 2 holds"):
        shop.take("customers", "customer_id,consent_email\na,perhaps\nb,maybe\n")
