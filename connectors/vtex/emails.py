"""E-mail addresses of orders: the buyer's own, or an alias that VTEX made for one order."""


def is_alias(address: str) -> bool:
    """Whether the domain has a label `ct`, as VTEX's conversation trackers and those of stores have."""
    domain = address.strip().lower().rpartition("@")[2]
    return "ct" in domain.split(".")[:-1]


def own_address(address: object) -> str | None:
    """The address in lower case, if it is one and a buyer's own; else None."""
    if not isinstance(address, str) or not address.isprintable():
        return None
    found = address.strip().lower()
    name, at, domain = found.rpartition("@")
    if not (name and at and domain) or len(found) > 254 or " " in found or is_alias(found):
        return None
    return found
