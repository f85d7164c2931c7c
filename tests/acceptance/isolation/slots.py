"""Every place of the schema that can name something: an argument, or a field of an input however deep."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_input_object_type

PLAIN = {
    "appKey": "a secret that is kept",
    "appToken": "a secret that is kept",
    "asOf": "a day, or a word",
    "attributes": "what is kept with a customer",
    "criteria": "says who is meant by what they did; ids within it are tried as `filter`",
    "currencyCode": "a currency",
    "description": "a text",
    "environment": "one of VTEX's",
    "firstName": "a person's name",
    "jsonSchema": "a form of events",
    "lastName": "a person's name",
    "phone": "a person's number",
    "properties": "what is kept with an event",
    "reason": "why customers were merged",
    "source": "where a customer agreed to something",
    "status": "a status that orders have in another system",
    "timeZone": "a time zone",
    "cells": "cells of a grid",
    "Mutation.integrationValidate.input.accountName": "an account of VTEX, which is asked",
    "Mutation.integrationHookCreate.input.url": "where this service is",
}
"""Texts that name nothing of a tenant's, each with what it is."""
TEXTS = ("String", "JSON")
NUMBERS = ("BigInt",)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place: the field, the way to it through arguments and inputs, and the scalar that goes there."""

    kind: str
    field: str
    way: tuple[str, ...]
    scalar: str

    def __str__(self) -> str:
        return ".".join([self.kind, self.field, *self.way])


def slots(schema: GraphQLSchema, kinds: list[Any]) -> list[Slot]:
    """The places of the fields of these types that can name something."""
    found = [
        Slot(kind.name, name, way, scalar)
        for kind in kinds
        for name, field in kind.fields.items()
        for way, scalar in _ways(field.args, ())
    ]
    return [each for each in found if _names(each)]


def _names(slot: Slot) -> bool:
    if slot.scalar in TEXTS:
        return slot.way[-1] not in PLAIN and str(slot) not in PLAIN
    return slot.scalar == "ID" or slot.scalar in NUMBERS


def _ways(inputs: Any, above: tuple[str, ...], *within: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, each in inputs.items():
        named: Any = get_named_type(each.type)
        if not is_input_object_type(named):
            yield (*above, name), named.name
        elif named.name not in within:
            yield from _ways(named.fields, (*above, name), *within, named.name)
