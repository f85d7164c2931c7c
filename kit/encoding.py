"""What a caller says of the encodings that they take."""


def rules_out_gzip(accepted: bytes) -> bool:
    """Whether a list of encodings names gzip with a quality of nothing."""
    for each in accepted.lower().split(b","):
        name, *parameters = (part.strip().replace(b" ", b"") for part in each.split(b";"))
        if name == b"gzip" and any(part.strip(b"q=0.") == b"" and part for part in parameters):
            return True
    return False
