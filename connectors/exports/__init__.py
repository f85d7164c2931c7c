"""Rows as files that are written piece by piece: CSV, NDJSON and Parquet, none of them held as a whole."""

from connectors.exports.column import Column, Kind, Row
from connectors.exports.format import FORMATS, Encoder, Format

__all__ = ["FORMATS", "Column", "Encoder", "Format", "Kind", "Row"]
