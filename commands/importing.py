"""`cdp import`: bring files of orders, customers, events, exchange rates and members of segments in."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from commands.database import database
from commands.import_bar import bar
from commands.import_summary import as_json, in_words
from commands.options import Segment, Tenant
from connectors.files import parse_map
from kit.db import Work, connect_for_work
from kit.errors import InvalidInputError
from resolvers.imports.customers import import_customers
from resolvers.imports.events import import_events
from resolvers.imports.members import import_members
from resolvers.imports.options import ImportOptions, NewTenant, Progress
from resolvers.imports.orders import import_orders
from resolvers.imports.rates import import_rates
from resolvers.imports.report import ImportReport

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Import a file: CSV and the like or NDJSON, both also as .gz, or Parquet.",
)

Use = Callable[[Work, Path, ImportOptions, Progress], ImportReport]

File = Annotated[Path, typer.Argument(help="The file. Its content decides what it is, not its name.")]
Create = Annotated[
    str | None, typer.Option("--create-tenant", help="Make the tenant if there is none: its name.")
]
Currency = Annotated[str | None, typer.Option(help="With --create-tenant: its currency, like GBP.")]
Zone = Annotated[str | None, typer.Option("--timezone", help="With --create-tenant: like Europe/London.")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="field=column,... for columns with unusual names; field= uses none."),
]
Encoding = Annotated[str | None, typer.Option(help="Of text; UTF-8 and marked UTF-16 are recognised.")]
DateFormat = Annotated[
    str | None, typer.Option(help="How dates are written, like '%d/%m/%Y', or epoch or epoch_ms.")
]
Comma = Annotated[bool, typer.Option("--decimal-comma", help="Numbers are written 1.234,56.")]
MaxRejects = Annotated[
    float, typer.Option(help="Percent of rows that may be wrong; with more, nothing is imported.")
]
RejectsFile = Annotated[
    Path | None, typer.Option("--rejects", help="Where wrong rows are written; default FILE.rejects.csv.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Do everything, then take it back.")]


def _command(name: str, use: Use, about: str) -> None:
    @app.command(name, help=about)
    def command(
        file: File,
        tenant: Tenant,
        create_tenant: Create = None,
        currency: Currency = None,
        timezone: Zone = None,
        mapping: Map = None,
        encoding: Encoding = None,
        date_format: DateFormat = None,
        decimal_comma: Comma = False,
        max_rejects: MaxRejects = 5.0,
        rejects: RejectsFile = None,
        json: Json = False,
        dry_run: DryRun = False,
    ) -> None:
        options = ImportOptions(
            tenant=tenant,
            create=_new_tenant(create_tenant, currency, timezone),
            mapping=parse_map(mapping or []),
            encoding=encoding,
            date_format=date_format,
            decimal_comma=decimal_comma,
            max_rejects=max_rejects,
            rejects=rejects,
            dry_run=dry_run,
        )
        _import(use, file, options, json=json)


def _import(use: Use, file: Path, options: ImportOptions, *, json: bool) -> None:
    with database() as found, connect_for_work(found.app_url) as work, bar(file.name) as progress:
        report = use(work, file, options, progress)
    typer.echo(as_json(report) if json else in_words(report))


@app.command(
    "members",
    help="Members of a static segment: customer_id (the customer's number), external_id or email.",
)
def members(
    file: File,
    tenant: Tenant,
    segment: Segment,
    mapping: Map = None,
    encoding: Encoding = None,
    max_rejects: MaxRejects = 5.0,
    rejects: RejectsFile = None,
    json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Put the customers of a file into a static segment."""
    options = ImportOptions(
        tenant=tenant,
        mapping=parse_map(mapping or []),
        encoding=encoding,
        max_rejects=max_rejects,
        rejects=rejects,
        dry_run=dry_run,
    )

    def use(work: Work, path: Path, options: ImportOptions, progress: Progress) -> ImportReport:
        return import_members(work, path, options, segment, progress)

    _import(use, file, options, json=json)


def _new_tenant(name: str | None, currency: str | None, zone: str | None) -> NewTenant | None:
    if name is None:
        given = "currency" if currency is not None else "timezone" if zone is not None else None
        if given is not None:
            raise InvalidInputError(
                given, f"--{given} belongs to --create-tenant NAME; a tenant that exists keeps its own."
            )
        return None
    if currency is None or zone is None:
        lacking = "currency" if currency is None else "timezone"
        raise InvalidInputError(
            lacking,
            "--create-tenant needs --currency, like GBP, and --timezone, like Europe/London, as well.",
        )
    return NewTenant(name, currency, zone)


_command(
    "orders",
    import_orders,
    "Orders, or lines that make up orders, with credits and refunds: customer_id, placed_at, amount (or qty "
    "and unit_price), and if there are any order_id, currency, kind, status, items, refund_of.",
)
_command(
    "customers",
    import_customers,
    "Customers: customer_id, email, first_name, last_name, phone, created_at, consent_email and the like; "
    "other columns become attributes.",
)
_command(
    "events",
    import_events,
    "Events: event_type, occurred_at, message_id, customer_id, properties (a JSON object).",
)
_command("rates", import_rates, "Exchange rates: currency, date, rate.")
