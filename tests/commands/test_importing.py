import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from commands.import_bar import bar
from commands.importing import app
from kit.errors import CdpError
from resolvers.imports.options import Step

if TYPE_CHECKING:
    from tests.conftest import Urls

SHOP = ["--tenant", "56", "--create-tenant", "Demo", "--currency", "GBP", "--timezone", "Europe/London"]


Cdp = Callable[..., list[str]]


@pytest.fixture
def cdp(urls: "Urls", monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cdp:
    """Run `cdp import ...` in an empty folder, on a fresh database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)

    def run(*words: str) -> list[str]:
        result = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output.splitlines()

    return run


def write(path: Path, content: str) -> str:
    path.write_text(content)
    return str(path)


def test_orders_in_other_currencies_tell_what_the_shop_counts_in(cdp: Cdp, tmp_path: Path) -> None:
    file = write(
        tmp_path / "orders.csv", "customer_id,date,amount,currency\na,2024-01-02,10,USD\nb,2024-01-03,7,EUR\n"
    )
    told = [line for line in cdp("orders", file, *SHOP) if "counts" in line or "net revenue" in line]
    assert told == [
        "  net revenue of customers EUR 7.00",
        "  net revenue of customers USD 10.00",
        "  the shop counts in GBP: orders in EUR, USD are scored at the exchange rate of their day "
        "(cdp import rates) and left out where there is none",
    ]


def test_orders_twice(cdp: Cdp, tmp_path: Path) -> None:
    file = write(
        tmp_path / "orders.csv",
        "customer_id,date,amount,order_id,kind,country\n17850,2010-12-01 08:26:00,1139.125,536365,order,UK\n"
        "17850,2010-12-02,-20,C1,credit,UK\n,2010-12-03,5,536366,order,UK\n",
    )
    first = cdp("orders", file, *SHOP)
    assert first[0] == "Imported orders.csv into tenant 56 (Demo), which is new."
    assert first[1].startswith("  3 rows of CSV in ")
    assert first[2:] == [
        "  2 orders: 2 new",
        "  1 refund: 1 new",
        "  of these 0 undo the order they name, 0 an order of the same customer and amount, "
        "1 only lower the customer's revenue",
        "  1 customer, 1 of them new",
        "  net revenue of customers GBP 1,119.12",
        "  1 order of guests",
        "  net revenue of guests GBP 5.00",
        "  from 2010-12-01 to 2010-12-03",
        "  columns: customer_id from customer_id, placed_at from date, amount from amount, order_id from "
        "order_id, kind from kind",
        "  not used: country",
    ]
    second = cdp("orders", file, "--tenant", "56")
    assert second[0] == "orders.csv: nothing changed in tenant 56 (Demo): the file was already imported."
    assert second[2:4] == ["  2 orders: 2 as before", "  1 refund: 1 as before"]


def test_columns_by_hand_and_what_is_said_of_rejects(cdp: Cdp, tmp_path: Path) -> None:
    file = write(tmp_path / "f.txt", "who;on;sum\na;1/2/2024;1.234,50\nb;1/2/2024;x\n")
    out = cdp(
        *("orders", file, *SHOP, "--map", "customer_id=who,placed_at=on", "--map", "amount=sum"),
        *("--date-format", "%d/%m/%Y", "--decimal-comma", "--max-rejects", "50", "--rejects", "wrong.csv"),
    )
    assert out[1].endswith("1 rejected; see wrong.csv")
    assert "  net revenue of customers GBP 1,234.50" in out
    assert "  from 2024-02-01 to 2024-02-01" in out
    assert (tmp_path / "wrong.csv").read_text() == "line,column,value,reason\n3,sum,x,not a number\n"


def test_customers_events_and_rates(cdp: Cdp, tmp_path: Path) -> None:
    people = write(tmp_path / "customers.csv", "customer_id,email,plan\na,a@b.c,gold\nb,nowhere,\n")
    told = cdp("customers", people, *SHOP)
    assert told[1].endswith("1 with a value left out; see " + people + ".rejects.csv")
    assert told[2:] == [
        "  2 customers: 2 new",
        "  columns: customer_id from customer_id, email from email",
        "  kept as attributes: plan",
    ]
    events = write(
        tmp_path / "e.ndjson", '{"event": "page_view", "user_id": "c", "ts": "2024-01-31T12:00Z"}\n'
    )
    assert cdp("events", events, "--tenant", "56")[2:5] == [
        "  1 event: 1 new",
        "  1 customer not known before",
        "  from 2024-01-31 to 2024-01-31",
    ]
    rates = write(tmp_path / "rates.csv", "currency,date,rate\nEUR,2024-01-31,0.86\n")
    assert cdp("rates", rates, "--tenant", "56")[2] == "  1 exchange rate: 1 new"


def test_json_and_a_dry_run(cdp: Cdp, tmp_path: Path) -> None:
    file = write(tmp_path / "f.csv", "customer_id,date,amount\na,2024-01-31,12.10\n")
    assert cdp("orders", file, *SHOP, "--dry-run")[0] == "Would have imported f.csv into tenant 56 (Demo)."
    report = json.loads("\n".join(cdp("orders", file, *SHOP, "--json")))
    assert report["revenue"] == {"GBP": "12.10"}
    assert (report["rows"], report["inserted"], report["first_day"], report["tenant_created"]) == (
        *(1, 1, "2024-01-31", True),
    )


def test_a_file_of_which_nothing_is_left_is_not_called_imported_before(cdp: Cdp, tmp_path: Path) -> None:
    file = write(tmp_path / "f.csv", "customer_id,date,amount\na,2024-01-31,\n")
    out = cdp("orders", file, *SHOP, "--max-rejects", "100")
    assert out[0] == "f.csv: nothing was imported into tenant 56 (Demo): every row was rejected."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["--create-tenant", "Demo", "--timezone", "UTC"],
            "--create-tenant needs --currency, like GBP, and --timezone, like Europe/London, as well.",
        ),
        (
            ["--currency", "GBP"],
            "--currency belongs to --create-tenant NAME; a tenant that exists keeps its own.",
        ),
        ([], 'There is no tenant 56. Make it with --create-tenant "NAME" --currency CODE --timezone ZONE.'),
        (["--encoding", "morse"], None),
    ],
)
def test_errors_are_left_to_whoever_tells_them(
    cdp: Cdp, tmp_path: Path, words: list[str], sentence: str
) -> None:
    file = write(tmp_path / "f.csv", "customer_id,date,amount\na,2024-01-31,12.10\n")
    with pytest.raises(CdpError) as error:
        cdp("orders", file, "--tenant", "56", *words)
    assert sentence is None or error.value.message == sentence


def test_the_bar_draws_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bar("f.csv") as tell:
        tell(Step("reading", 1, 2, 3))
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with bar("f.csv") as tell:
        tell(Step("reading", 1, 2, 3))
        tell(Step("storing", 1, 2, 3))
    assert "f.csv: storing" in capsys.readouterr().err
