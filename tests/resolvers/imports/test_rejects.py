import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from connectors.files import text
from kit.errors import FailedError, InvalidInputError
from resolvers.imports.options import ImportOptions, NewTenant, Step
from resolvers.imports.orders import import_orders

if TYPE_CHECKING:
    from tests.conftest import Urls
    from tests.resolvers.imports.conftest import Shop

NEW = NewTenant("Other", "GBP", "Europe/London")
HEADER = "order_id,customer_id,date,amount,currency,items\n"
GOOD = "{0},a,2024-01-01,10,GBP,1\n"


def test_every_wrong_cell_is_written_down_with_its_line(shop: "Shop") -> None:
    report = shop.orders(
        HEADER
        + '1,a,2024-01-01,10,GBP,1\n"2","b\nb",2024-01-01,10,GBP,1\n'
        + '3,a,2024-02-30,"1,5",XXX,some\n,a,,,GBP,1\n'
        + "5,a,2024-01-01,10\n\n6,a,2024-01-01,10,GBP,many\n7,"
        + "x" * 256
        + ",2024-01-01,1,GBP,1\n"
    )
    assert shop.rejects() == [
        "5,date,2024-02-30,not a date like 2024-01-31 or 2024-01-31T18:05:00",
        '5,amount,"1,5",a decimal comma; add --decimal-comma',
        '5,currency,XXX,"not a currency code of ISO 4217, like EUR or ARS"',
        "6,order_id,,is empty",
        "6,date,,is empty",
        "6,amount,,is empty",
        '7,,"5,a,2024-01-01,10","the row has 4 cells, the header 6"',
        "9,items,many,not a whole number of 0 or more; the row is imported without it",
        "10,customer_id," + "x" * 200 + ",longer than 255 characters",
    ]
    assert (report.rows, report.rejected, report.warnings, report.inserted) == (7, 4, 1, 3)
    assert shop.see("SELECT external_id, items FROM customer_order ORDER BY 1") == [
        ("1", 1),
        ("2", 1),
        ("6", None),
    ]


def test_a_file_without_rejects_leaves_no_file_of_them(shop: "Shop") -> None:
    shop.orders(HEADER + "1,a,2024-01-01,x,GBP,\n2,a,2024-01-01,1,GBP,\n")
    assert shop.rejects()
    report = shop.orders(HEADER + "2,a,2024-01-01,1,GBP,\n")
    assert report.rejects is None
    assert sorted(path.name for path in shop.folder.iterdir()) == ["f.csv"]


def test_rejects_stand_beside_the_file_unless_told_otherwise(shop: "Shop") -> None:
    report = shop.orders(HEADER + "1,a,2024-01-01,x,GBP,\n2,a,2024-01-01,1,GBP,\n", rejects=None)
    assert report.rejects == shop.folder / "f.csv.rejects.csv"
    assert report.rejects.exists()


def test_too_many_rejects_roll_the_import_back_and_say_why(shop: "Shop") -> None:
    content = HEADER + "".join(GOOD.format(number) for number in range(18)) + "x,a,2024-01-01,ten,GBP,\n" * 2
    with pytest.raises(FailedError) as error:
        shop.orders(content, max_rejects=5)
    assert error.value.message == (
        "2 of 20 rows (10.0 %) of f.csv were rejected, more than the 5 % allowed, so nothing was imported. "
        f"Reasons: amount: not a number (2). See {shop.folder / 'rejects.csv'}, "
        "or allow more with --max-rejects."
    )
    assert shop.rejects() == ["20,amount,ten,not a number", "21,amount,ten,not a number"]
    assert shop.see("SELECT count(*) FROM tenant") == [0]
    assert shop.orders(content, max_rejects=10).inserted == 18


def test_rows_that_go_with_their_order_count_as_rejected(shop: "Shop") -> None:
    content = (
        HEADER + GOOD.format(1) * 4 + "1,a,2024-01-01,ten,GBP,\n" + "".join(map(GOOD.format, range(2, 17)))
    )
    with pytest.raises(FailedError, match=r"5 of 20 rows \(25\.0 %\)"):
        shop.orders(content, max_rejects=24.9)
    assert shop.orders(content, max_rejects=25).inserted == 15


def test_rejects_in_later_blocks_keep_their_lines(shop: "Shop", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK", 200)
    shop.orders(HEADER + "".join(map(GOOD.format, range(100))) + "x,a,2024-01-01,ten,GBP,\n")
    assert shop.rejects() == ["102,amount,ten,not a number"]


def test_a_place_for_rejects_that_is_none_is_refused_before_anything_is_read(shop: "Shop") -> None:
    with pytest.raises(InvalidInputError) as error:
        shop.orders(HEADER + GOOD, rejects=shop.folder / "none" / "r.csv")
    assert error.value.message == (
        f"Rejected rows could not be written down: the folder {shop.folder / 'none'} does not exist. "
        "Say where with --rejects PATH."
    )
    with pytest.raises(InvalidInputError, match=f"{shop.folder} is a folder"):
        shop.orders(HEADER + GOOD, rejects=shop.folder)


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_share_is_a_percentage(shop: "Shop", percent: float) -> None:
    with pytest.raises(InvalidInputError, match="give a percentage from 0 to 100"):
        shop.orders(HEADER + GOOD, max_rejects=percent)


def test_an_import_that_breaks_off_leaves_nothing(shop: "Shop") -> None:
    def stop(step: Step) -> None:
        if step.stage == "storing":
            raise KeyboardInterrupt

    path = shop.write(HEADER + "0,a,2024-01-01,x,GBP,1\n" + "".join(map(GOOD.format, range(1, 9))))
    with pytest.raises(KeyboardInterrupt):
        import_orders(shop.work, path, ImportOptions(56, max_rejects=50, create=NEW), stop)
    assert [path.name for path in shop.folder.iterdir()] == ["f.csv"]


def test_a_dry_run_says_what_it_would_do_and_does_nothing(shop: "Shop") -> None:
    report = shop.orders(HEADER + GOOD.format(1), dry_run=True)
    assert (report.inserted, report.changed, report.dry_run) == (1, True, True)
    assert shop.see("SELECT count(*) FROM tenant") == [0]
    assert shop.orders(HEADER + GOOD.format(1)).inserted == 1


def test_one_import_of_a_tenant_at_a_time(shop: "Shop", urls: "Urls") -> None:
    stages = []
    with psycopg.connect(urls.app) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('cdp import', 56))")

        def note(step: Step) -> None:
            stages.append(step.stage)
            if step.stage == "waiting":
                threading.Timer(0.3, other.rollback).start()

        shop.orders(HEADER + GOOD.format(1), tenant=57)
        report = import_orders(shop.work, shop.write(HEADER + GOOD.format(1)), ImportOptions(57), note)
        assert "waiting" not in stages
        shop_report = import_orders(
            shop.work, shop.write(HEADER + GOOD.format(1)), ImportOptions(56, create=NEW), note
        )
    assert "waiting" in stages
    assert (report.changed, shop_report.inserted) == (False, 1)


def test_progress_tells_stages_and_bytes(shop: "Shop") -> None:
    steps: list[Step] = []
    path = shop.write(HEADER + "".join(map(GOOD.format, range(9))))
    import_orders(shop.work, path, ImportOptions(56, create=NEW), steps.append)
    assert [step.stage for step in steps] == ["reading", "grouping", "customers", "storing", "linking"]
    assert steps[0] == Step("reading", path.stat().st_size, path.stat().st_size, 9)
    assert steps[3].total == 9
