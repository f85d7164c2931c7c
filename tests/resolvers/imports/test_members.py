"""Members from a file: by any of three names, once each, with rejects; into static segments alone."""

from typing import TYPE_CHECKING, Any

import pytest

from kit.errors import FailedError, InvalidInputError, NotFoundError
from resolvers.imports.members import import_members
from resolvers.imports.options import ImportOptions

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

CUSTOMERS = "customer_id,email\nC1,ana@example.com\nC2,ANA@example.com\n=C3,\n7,c4@example.com\n"
SEE = "SELECT customer_id FROM segment_member ORDER BY 1"
SEGMENT = "SELECT member_count, refreshed_at > created_at FROM segment WHERE id = %s"


@pytest.fixture
def segment(shop: "Shop") -> int:
    """A static segment of a shop of four customers."""
    shop.take("customers", CUSTOMERS)
    with shop.work.transaction(56):
        made = shop.work.run(
            "INSERT INTO segment (tenant_id, name, type) VALUES (56, 'x', 'static') RETURNING id"
        )
    return int(made[0][0])


def take(shop: "Shop", segment: int, file: str | bytes, **options: Any) -> Any:
    given = {"tenant": 56, "max_rejects": 100, "rejects": shop.folder / "rejects.csv", **options}
    return import_members(shop.work, shop.write(file), ImportOptions(**given), segment)


def numbers(shop: "Shop", *names: str) -> list[int]:
    found = dict(shop.see("SELECT external_id, id FROM customer"))
    return sorted(found[name] for name in names)


def test_by_the_shops_own_ids(shop: "Shop", segment: int) -> None:
    before = shop.see("SELECT data_version FROM tenant")
    report = take(shop, segment, "external_id\nC1\n'=C3\nC1\n\n")
    assert shop.see(SEE) == numbers(shop, "C1", "=C3")
    assert (report.inserted, report.unchanged, report.rejected, report.changed) == (2, 0, 0, True)
    assert shop.see(SEGMENT % segment) == [(2, True)]
    assert shop.see("SELECT data_version FROM tenant") == before
    report = take(shop, segment, "external_id\nC1\nC2\n")
    assert (report.inserted, report.unchanged) == (1, 1)
    assert shop.see(SEGMENT % segment) == [(3, True)]


def test_by_numbers_before_other_names(shop: "Shop", segment: int) -> None:
    (number,) = numbers(shop, "C2")
    report = take(shop, segment, f"email,customer_id,external_id\nana@example.com,{number},7\n")
    assert shop.see(SEE) == [number]
    assert report.mapping == {"customer_id": "customer_id"}


def test_by_e_mail_the_first_of_several(shop: "Shop", segment: int) -> None:
    take(shop, segment, "E-mail\nAna@Example.com \n")
    assert shop.see(SEE) == numbers(shop, "C1")


def test_rows_that_name_nobody_are_rejected(shop: "Shop", segment: int) -> None:
    report = take(shop, segment, "external_id\nC1\nC9\n")
    assert shop.rejects() == ["3,external_id,C9,no customer of the tenant"]
    assert (report.inserted, report.rejected) == (1, 1)
    take(shop, segment, f"customer_id\n{numbers(shop, '7')[0]}\n7x\n999999\n")
    assert shop.rejects() == [
        "3,customer_id,7x,not a customer's number; other ids are external_id",
        "4,customer_id,999999,no customer of the tenant",
    ]


def test_too_many_of_them_change_nothing(shop: "Shop", segment: int) -> None:
    with pytest.raises(FailedError, match="1 of 2 rows"):
        take(shop, segment, "external_id\nC1\nC9\n", max_rejects=5)
    assert shop.see(SEE) == []


def test_a_file_of_no_such_column_is_refused(shop: "Shop", segment: int) -> None:
    with pytest.raises(InvalidInputError, match=r"No column of f\.csv looks like customer_id"):
        take(shop, segment, "name,age\nAna,3\n")


def test_other_segments_are_refused(shop: "Shop", segment: int) -> None:
    with pytest.raises(NotFoundError, match="Segment with ID 99999 not found"):
        take(shop, 99999, "external_id\nC1\n")
    (built_in,) = shop.see("SELECT min(id) FROM segment WHERE builtin IS NOT NULL")
    with pytest.raises(InvalidInputError, match="follows from its criteria"):
        take(shop, built_in, "external_id\nC1\n")


def test_a_dry_run_takes_all_back(shop: "Shop", segment: int) -> None:
    report = take(shop, segment, "external_id\nC1\n", dry_run=True)
    assert report.inserted == 1
    assert shop.see(SEE) == []
