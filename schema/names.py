"""Names as the graph writes them."""

import re


def camel(name: str) -> str:
    """A name of the inside, such as annual_rate, as the graph has it: annualRate."""
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def spelled(message: str, field: str) -> str:
    """A message with the field's name, where it stands there, as the graph has it.

    Within criteria, which are JSON, names are as they were written.
    """
    if not field or field.startswith("criteria"):
        return message
    return re.sub(rf"\b{re.escape(field)}\b", camel(field), message)


def missing(kind: str, text: str) -> str:
    """That there is no object of a kind with a global id."""
    return f"There is no {kind} with the id '{text}'."
