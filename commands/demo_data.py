"""The demo shop's data: generated, imported and scored, the way a shop's own would be."""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from commands.import_bar import bar
from commands.import_summary import in_words
from commands.processing import progress_bar
from demo.files import write
from demo.shop import Shop
from kit.db import connect_for_work
from resolvers.imports.customers import import_customers
from resolvers.imports.events import import_events
from resolvers.imports.options import ImportOptions, NewTenant
from resolvers.imports.orders import import_orders
from resolvers.processing.process import process
from resolvers.processing.request import Request


def last_day(shop: Shop, now: datetime) -> date:
    """The shop's last local day that is over at an instant."""
    return now.astimezone(ZoneInfo(shop.time_zone)).date() - timedelta(days=1)


def fill(url: str, tenant: int, name: str) -> None:
    """Generate two years of a shop up to yesterday, import its files and score it."""
    shop = Shop()
    with tempfile.TemporaryDirectory(prefix="cdp-demo-") as folder:
        typer.echo("Generating a shop of 20,000 customers and two years of orders and events.")
        files = write(Path(folder), shop, last_day(shop, datetime.now(UTC)))
        new = NewTenant(name, shop.currency, shop.time_zone)
        with connect_for_work(url) as work:
            for load, path in (
                (import_customers, files.customers),
                (import_orders, files.orders),
                (import_events, files.events),
            ):
                with bar(path.name) as tell:
                    report = load(work, path, ImportOptions(tenant, create=new), tell)
                typer.echo(in_words(report))
    typer.echo("Scoring: RFM segments, lifetime value and churn.")
    with progress_bar() as tell_step:
        process(url, tenant, Request.of(None), notify=tell_step)
