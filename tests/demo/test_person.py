"""Nobody real can be reached."""

from typing import TYPE_CHECKING

from demo.person import DOMAINS, FIRST_NAMES, SURNAMES

if TYPE_CHECKING:
    from tests.demo.conftest import Written


def test_addresses_are_ascii_and_at_reserved_domains(written: "Written") -> None:
    emails = [row["email"] for row in written.customers if row["email"]]
    assert {email.lower().partition("@")[2] for email in emails} == set(DOMAINS)
    assert DOMAINS == ("example.com", "example.org", "example.net")
    assert all(email.isascii() and " " not in email for email in emails)


def test_some_addresses_are_missing_and_some_in_upper_case(written: "Written") -> None:
    emails = [row["email"] for row in written.customers]
    assert 0.04 < emails.count("") / len(emails) < 0.08
    assert 0.015 < sum(email.isupper() for email in emails) / len(emails) < 0.045


def test_names_are_distinct_and_telephone_numbers_made_up(written: "Written") -> None:
    assert len(set(FIRST_NAMES)) == len(FIRST_NAMES) > 90
    assert len(set(SURNAMES)) == len(SURNAMES) > 80
    assert all(row["phone"].startswith("+54 11 5555-") for row in written.customers if row["phone"])
    assert any("í" in row["first_name"] for row in written.customers)
