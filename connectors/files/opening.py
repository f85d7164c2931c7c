"""Opening: the right reader for a file, by what is in it."""

from pathlib import Path

from connectors.files.batch import Reader
from connectors.files.content import kind_of, refuse
from connectors.files.delimited import Delimited
from connectors.files.ndjson import Ndjson, starts_like_json
from connectors.files.parquet import Parquet
from connectors.files.text import Text, check_encoding, first_block


def open_file(path: Path, encoding: str | None = None) -> Reader:
    """Look at a file and give its reader: CSV and the like, NDJSON (both also in gzip) or Parquet.

    What the file holds decides, not what it is called. Raises InvalidInputError, in one sentence, for what
    is none of these, and for an unknown encoding.
    """
    check_encoding(encoding)
    kind, packed = kind_of(path, encoding)
    if kind == "parquet":
        return Parquet(path)
    size = path.stat().st_size
    text = Text(path, packed=packed, encoding=encoding)
    try:
        head = next(first_block(text))
    finally:
        text.close()
    text = Text(path, packed=packed, encoding=encoding)
    if not starts_like_json(head):
        return Delimited(text, size)
    if head.lstrip().startswith(b"["):
        raise refuse(path, "is one JSON array; write one object a line, for example with `jq -c '.[]'`")
    return Ndjson(text, size)
