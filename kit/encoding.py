"""What a caller says of the encodings that they take."""

from kit.http import Headers


def takes_gzip(headers: Headers) -> bool:
    """Whether a request's headers name gzip, and not to rule it out."""
    accepted = b",".join([value for name, value in headers if name == b"accept-encoding"])
    return b"gzip" in accepted and not _rules_out_gzip(accepted)


def _rules_out_gzip(accepted: bytes) -> bool:
    """Whether a list of encodings names gzip with a quality of nothing."""
    for each in accepted.lower().split(b","):
        name, *parameters = (part.strip().replace(b" ", b"") for part in each.split(b";"))
        if name == b"gzip" and any(part.strip(b"q=0.") == b"" and part for part in parameters):
            return True
    return False
