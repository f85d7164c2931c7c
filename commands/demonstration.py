"""`cdp demo`: a demo shop, imported, scored and served."""

import json
from importlib import import_module

import typer

from commands.database import database
from commands.serving import run
from kit.config import load
from kit.db import Statement, connect_for_work
from kit.errors import ConflictError

TENANT, NAME = 56, "Demo shop"
_FOUND = Statement(
    "SELECT name, EXISTS (SELECT FROM score_current WHERE tenant_id = %(tenant_id)s) "
    "FROM tenant WHERE id = %(tenant_id)s",
    scoped=True,
    defaults={},
)


def demo() -> None:
    """Make a demo shop (tenant 56), score it and serve it. The second time its data are there already."""
    settings = load()
    with database(settings) as place:
        if not _is_there(place.app_url):
            # Loaded only here: numpy's and pyarrow's friends would slow down every later start.
            import_module("commands.demo_data").fill(place.app_url, TENANT, NAME)
        run(settings, host=settings.host, port=settings.port, workers=1, announce=_announce)


def _is_there(url: str) -> bool:
    """Whether the demo shop is in the database, scored. Raises ConflictError if tenant 56 is another shop."""
    with connect_for_work(url) as work, work.transaction(TENANT):
        rows = work.run(_FOUND)
    if rows and rows[0][0] != NAME:
        raise ConflictError(
            f"Tenant {TENANT} is '{rows[0][0]}', not the demo shop. "
            "Give the demo a place of its own: CDP_DATA_DIR=... cdp demo."
        )
    return bool(rows and rows[0][1])


def _announce(address: str) -> None:
    query = "{ tenant(databaseId: 56) { analytics { rfm { distribution { segment customerCount } } } } }"
    body = json.dumps({"query": query})
    typer.echo(
        f"""
The demo shop is tenant {TENANT}. Open:
  {address}/graphql   GraphiQL with an example query
  {address}/docs      the REST v2 paths

Or ask:
  curl -s '{address}/api/v2/cdp/analytics/rfm?tenant_id={TENANT}&limit=3'
  curl -s '{address}/api/v2/cdp/process/status/{TENANT}'
  curl -s {address}/graphql -H 'Content-Type: application/json' -d '{body}'

Ctrl-C stops it; the data are kept.
"""
    )
