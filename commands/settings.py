"""`cdp settings`: what a tenant has chosen about its scoring, shown and changed."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from commands.context import context
from commands.database import database
from commands.options import Tenant
from kit.config import Settings, load
from kit.errors import InvalidInputError
from resolvers.settings import ScoringSettings, named, read_settings, update_settings

Set = Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, such as clv.months=24; repeatable")]
Reset = Annotated[
    list[str] | None, typer.Option("--reset", help="KEY that goes back to its default; repeatable")
]
MapFile = Annotated[
    Path | None,
    typer.Option(
        "--segment-map", help='JSON file with the cells of segments: {"Champions": ["555", ...], ...}'
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the settings as JSON")]


def command(
    tenant: Tenant, set_: Set = None, reset: Reset = None, segment_map: MapFile = None, json: Json = False
) -> None:
    """Show a tenant's settings of scoring, or change them: all that is asked for, or nothing."""
    changes = _changes(set_ or [], reset or [], segment_map)
    chosen = load()
    with database(chosen) as place:
        found = asyncio.run(_apply(place.app_url, chosen, tenant, changes))
    if json:
        typer.echo(_as_json(found))
    else:
        _print(found)


async def _apply(url: str, settings: Settings, tenant: int, changes: dict[str, Any]) -> ScoringSettings:
    async with context(url, settings) as ctx:
        if changes:
            return await update_settings(ctx, tenant, changes)
        return await read_settings(ctx, tenant)


def _changes(given: list[str], reset: list[str], file: Path | None) -> dict[str, Any]:
    """The changes by key. Raises InvalidInputError for what is no setting, or named twice."""
    pairs: list[tuple[str, Any]] = [(named(key).key, None) for key in reset]
    for each in given:
        key, is_pair, text = each.partition("=")
        if not is_pair:
            raise InvalidInputError("set", f"'{each[:60]}' is not KEY=VALUE, such as clv.months=24.")
        pairs.append((key, named(key.strip()).parsed(text.strip())))
    if file is not None:
        pairs.append(("segment_map", _read(file)))
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key.strip() in found:
            raise InvalidInputError(key, f"{key} is given twice; give it once.")
        found[key.strip()] = value
    return found


def _read(file: Path) -> Any:
    try:
        found = orjson.loads(file.read_bytes())
    except OSError as error:
        raise InvalidInputError("segment_map", f"{file} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError:
        raise InvalidInputError(
            "segment_map", f"{file} is not JSON; a map from names of segments to lists of cells is accepted."
        ) from None
    return named("segment_map").checked(found)


def _as_json(found: ScoringSettings) -> str:
    content = {
        each.setting.key: {"value": each.value, "default": each.default, "own": each.own} for each in found
    }
    content["segment_map"]["version"] = found.segment_map_version
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()


def _print(found: ScoringSettings) -> None:
    table = Table("Setting", "Value", "Default", "Meaning")
    for each in found:
        if each.setting.key == "segment_map":
            value = f"own, version {found.segment_map_version}" if each.own else "built-in"
            default = "built-in"
        else:
            value, default = _text(each.value, each.setting.key), _text(each.default, each.setting.key)
        shown = f"{value} *" if each.own else value
        table.add_row(each.setting.key, shown, default, each.setting.meaning)
    console = Console()
    console.print(table)
    if found.own:
        console.print("* the tenant's own choice")


def _text(value: Any, key: str) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}:{'yes' if counts else 'no'}" for name, counts in value.items())
    if value is None:
        return "built-in" if key == "revenue_statuses" else "measured"
    return f"{value:g}"
