"""`cdp export`: write the members of a segment, with their scores, to a file."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from commands.context import context
from commands.database import database
from commands.options import Segment, Tenant
from connectors.exports import FORMATS, Format
from kit.config import Settings, load
from kit.errors import InvalidInputError
from resolvers import segments

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Write what is known to a file.",
)

FormatName = Annotated[
    str | None,
    typer.Option("--format", help="csv, ndjson or parquet; unless given, as the file's name ends, or csv."),
]
Channel = Annotated[
    str | None,
    typer.Option(
        "--channel", help="Only members who have agreed to it: email, sms, push, whatsapp, phone, post"
    ),
]
Output = Annotated[str, typer.Option("--output", help="The file to write, or - for standard output.")]


@app.callback()
def _export() -> None:
    """Write what is known to a file."""


@app.command("segment", help="The members of a segment, with their standing scores.")
def segment(
    tenant: Tenant,
    segment: Segment,
    form: FormatName = None,
    channel: Channel = None,
    output: Output = "-",
) -> None:
    """Write the members of a segment to a file or to standard output."""
    settings = load()
    path = None if output == "-" else Path(output)
    chosen = _format(form, path)
    with database(settings) as place, sink(path, binary=chosen.name == "parquet") as opened:
        left_out = asyncio.run(_write(place.app_url, settings, (tenant, segment), chosen, channel, opened))
    if left_out is not None:
        typer.echo(f"{left_out:,} members have not agreed to {channel} and were left out.", err=True)


async def _write(
    url: str,
    settings: Settings,
    named: tuple[int, int],
    chosen: Format,
    channel: str | None,
    opened: BinaryIO,
) -> int | None:
    async with context(url, settings) as ctx:
        found = await segments.export(ctx, *named, chosen, channel=channel)
        async with aclosing(found.content) as content:
            async for piece in content:
                opened.write(piece)
    return found.left_out


def _format(name: str | None, path: Path | None) -> Format:
    if name is not None:
        return segments.format_named(name)
    ending = "" if path is None else path.suffix.removeprefix(".").lower()
    return FORMATS.get(ending, FORMATS["csv"])


@contextmanager
def sink(path: Path | None, *, binary: bool = False) -> Iterator[BinaryIO]:
    """Where to write. A file gets its name when it is whole; who reads standard output may stop doing so."""
    if path is None:
        if binary and sys.stdout.isatty():
            raise InvalidInputError("output", "Parquet is not for a terminal; name a file with --output.")
        try:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        told = f"{path} cannot be written: {error.strerror}."
        raise InvalidInputError("output", told) from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
