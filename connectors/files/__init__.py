"""Files as streams of columns: CSV and its relatives, NDJSON and Parquet, with the line of every row."""

from connectors.files.batch import Batch, Column, Fault, Reader
from connectors.files.mapping import Chosen, choose, listed, missing, parse_map
from connectors.files.opening import open_file
from connectors.files.rejects import Rejects

__all__ = [
    "Batch",
    "Chosen",
    "Column",
    "Fault",
    "Reader",
    "Rejects",
    "choose",
    "listed",
    "missing",
    "open_file",
    "parse_map",
]
