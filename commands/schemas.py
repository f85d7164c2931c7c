"""`cdp schema`: the contracts of both faces and of criteria, as they are committed."""

import orjson
import typer

from resolvers.criteria.json_schema import json_schema
from rest import make_rest
from schema import create_schema

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


def graphql_text() -> str:
    """The GraphQL schema in SDL."""
    return create_schema().as_str().rstrip() + "\n"


def openapi_text() -> str:
    """The OpenAPI document as indented JSON."""
    return orjson.dumps(make_rest().openapi(), option=orjson.OPT_INDENT_2).decode() + "\n"


def criteria_text() -> str:
    """The JSON Schema of criteria, indented."""
    return orjson.dumps(json_schema(), option=orjson.OPT_INDENT_2).decode() + "\n"


@app.command("graphql")
def graphql() -> None:
    """Print the GraphQL schema."""
    typer.echo(graphql_text(), nl=False)


@app.command("openapi")
def openapi() -> None:
    """Print the OpenAPI document."""
    typer.echo(openapi_text(), nl=False)


@app.command("criteria")
def criteria() -> None:
    """Print the JSON Schema of criteria."""
    typer.echo(criteria_text(), nl=False)
