from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

SEE = "SELECT currency, valid_on, rate FROM exchange_rate ORDER BY 1, 2"


def test_rates(shop: "Shop") -> None:
    report = shop.take(
        "rates",
        "currency,date,rate\nusd,2024-01-31,0.123456789012\nEUR,20240201,1.1\n".replace(
            "20240201", "2024-02-01"
        ),
    )
    assert shop.see(SEE) == [
        ("EUR", date(2024, 2, 1), Decimal("1.1")),
        ("USD", date(2024, 1, 31), Decimal("0.123456789012")),
    ]
    assert (report.inserted, report.changed, report.first_day) == (2, True, date(2024, 1, 31))


def test_the_same_file_again_changes_nothing_and_another_rate_does(shop: "Shop") -> None:
    content = "currency,date,rate\nUSD,2024-01-31,0.5\n"
    shop.take("rates", content)
    before = shop.everything()
    assert shop.take("rates", content).unchanged == 1
    assert shop.everything() == before
    report = shop.take("rates", content.replace("0.5", "0.6"))
    assert (report.updated, report.changed) == (1, True)
    assert shop.see("SELECT rate FROM exchange_rate") == [Decimal("0.6")]


def test_rates_that_disagree_or_are_none_are_rejected(shop: "Shop") -> None:
    report = shop.take(
        "rates",
        "currency,date,rate\nUSD,2024-01-31,0.5\nUSD,2024-01-31,0.6\nEUR,2024-01-31,0\nEUR,2024-02-01,1.2\n"
        "EUR,2024-02-01,1.20\nABC,2024-02-01,1\n",
    )
    assert shop.rejects() == [
        "4,rate,0,not a rate above zero and below 10^12",
        '7,currency,ABC,"not a currency code of ISO 4217, like EUR or ARS"',
        "2,rate,0.5,the file has different rates for this currency and day",
        "3,rate,0.6,the file has different rates for this currency and day",
    ]
    assert (report.rejected, report.inserted) == (4, 1)
