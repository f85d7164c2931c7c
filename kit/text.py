"""What text the database can hold."""


def storable(value: str) -> bool:
    """Whether the database can hold a text: no NUL, no half of a surrogate pair."""
    if value.isprintable():
        return True
    return "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def fitted(value: str, most: int = 200) -> str:
    """Text from outside as the database can hold it, cut where it is longer."""
    return value[:most].replace("\0", "\ufffd").encode("utf-8", "replace").decode()
