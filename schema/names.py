"""Names as the graph writes them."""

import re


def camel(name: str) -> str:
    """A name of the inside, such as annual_rate, as the graph has it: annualRate."""
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)
