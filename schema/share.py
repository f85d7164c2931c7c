"""Shares: everywhere in the graph parts of one, 0 to 1."""


def share(part: int, whole: int) -> float:
    """The share of a part; 0 of nothing."""
    return part / whole if whole else 0.0
