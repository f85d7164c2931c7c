"""`cdp customer`: all that is held on one, written to a file; one erased; two who are one, merged."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from commands.context import context
from commands.database import database
from commands.exporting import Output, sink
from commands.options import Tenant
from kit.config import Settings, load
from kit.errors import InvalidInputError
from resolvers.merging.merge import Merged, merge
from resolvers.merging.unmerge import Unmerged, unmerge
from resolvers.privacy.document import export
from resolvers.privacy.erase import Erasure, erase
from resolvers.writes.people import CustomerReference

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Tell what is held on a customer, erase them, or merge two who are one.",
)

Number = Annotated[int | None, typer.Option("--id", help="The customer's number", min=1, max=2**63 - 1)]
ExternalId = Annotated[str | None, typer.Option("--external-id", help="The shop's own id of the customer")]
Email = Annotated[str | None, typer.Option("--email", help="The customer's e-mail, if nobody else has it")]
FromNumber = Annotated[int | None, typer.Option("--from-id", help="Who is merged", min=1, max=2**63 - 1)]
FromExternalId = Annotated[str | None, typer.Option("--from-external-id", help="The same by the shop's id")]
FromEmail = Annotated[str | None, typer.Option("--from-email", help="The same by e-mail")]
IntoNumber = Annotated[int | None, typer.Option("--into-id", help="Who stays", min=1, max=2**63 - 1)]
IntoExternalId = Annotated[str | None, typer.Option("--into-external-id", help="The same by the shop's id")]
IntoEmail = Annotated[str | None, typer.Option("--into-email", help="The same by e-mail")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why they are one")]
Merge = Annotated[int, typer.Option("--merge", help="The merge's number", min=1, max=2**63 - 1)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether that is meant")]


@app.callback()
def _customer() -> None:
    """Tell what is held on a customer, erase them, or merge two who are one."""


@app.command("export", help="All that is held on a customer, as one JSON file.")
def export_customer(
    tenant: Tenant,
    number: Number = None,
    external_id: ExternalId = None,
    email: Email = None,
    output: Output = "-",
) -> None:
    """Write all that is held on a customer to a file or to standard output."""
    customer, settings = _named(number, external_id, email), load()
    with database(settings) as place, sink(None if output == "-" else Path(output)) as opened:
        asyncio.run(_write(place.app_url, settings, tenant, customer, opened))


@app.command("erase", help="Erase a customer: who they are goes, what they bought stays without them.")
def erase_customer(
    tenant: Tenant,
    number: Number = None,
    external_id: ExternalId = None,
    email: Email = None,
    yes: Yes = False,
) -> None:
    """Erase a customer, for good."""
    customer, settings = _named(number, external_id, email), load()
    if not yes:
        typer.confirm("This cannot be undone. Erase the customer?", abort=True, err=True)
    with database(settings) as place:
        done = asyncio.run(_erase(place.app_url, settings, tenant, customer))
    typer.echo(
        "The customer is erased." if done.anew else "The customer was erased before; nothing was done."
    )


@app.command("merge", help="Merge a customer into another: they are found to be one.")
def merge_customers(
    tenant: Tenant,
    from_id: FromNumber = None,
    from_external_id: FromExternalId = None,
    from_email: FromEmail = None,
    into_id: IntoNumber = None,
    into_external_id: IntoExternalId = None,
    into_email: IntoEmail = None,
    reason: Reason = None,
) -> None:
    """Merge a customer into another, and tell the number by which that is undone."""
    source = _named(from_id, from_external_id, from_email, way="from-")
    into, settings = _named(into_id, into_external_id, into_email, way="into-"), load()
    with database(settings) as place:
        done = asyncio.run(_merge(place.app_url, settings, tenant, source, into, reason))
    told = "is" if done.anew else "was before"
    typer.echo(f"It {told} merged into customer {done.survivor}, by merge {done.id}, which can be undone.")


@app.command("unmerge", help="Undo a merge: the two customers are two again.")
def unmerge_customers(tenant: Tenant, number: Merge) -> None:
    """Undo a merge, once."""
    settings = load()
    with database(settings) as place:
        done = asyncio.run(_unmerge(place.app_url, settings, tenant, number))
    typer.echo(f"Customer {done.restored} is there again, apart from customer {done.left}.")


async def _merge(
    url: str,
    settings: Settings,
    tenant: int,
    source: CustomerReference,
    into: CustomerReference,
    reason: str | None,
) -> Merged:
    async with context(url, settings) as ctx:
        return await merge(ctx, tenant, source, into, reason)


async def _unmerge(url: str, settings: Settings, tenant: int, number: int) -> Unmerged:
    async with context(url, settings) as ctx:
        return await unmerge(ctx, tenant, number)


async def _write(
    url: str, settings: Settings, tenant: int, customer: CustomerReference, opened: BinaryIO
) -> None:
    async with context(url, settings) as ctx:
        found: AsyncGenerator[bytes, None] = (await export(ctx, tenant, customer)).content
        async with aclosing(found) as content:
            async for piece in content:
                opened.write(piece)


async def _erase(url: str, settings: Settings, tenant: int, customer: CustomerReference) -> Erasure:
    async with context(url, settings) as ctx:
        return await erase(ctx, tenant, customer)


def _named(
    number: int | None, external_id: str | None, email: str | None, way: str = ""
) -> CustomerReference:
    if sum(each is not None for each in (number, external_id, email)) != 1:
        told = f"Name the customer by one of --{way}id, --{way}external-id and --{way}email."
        raise InvalidInputError(way.removesuffix("-") or "customer", told)
    return CustomerReference(number, external_id, email)
