"""numpy arrays in and out of PostgreSQL, in binary: a million values cross in milliseconds.

Reading: int8[], int4[], float8[] and timestamptz[] (microseconds since 1970) come back as arrays.
Writing: `Int8(a)`, `Int4(a)`, `Int2(a)`, `Float8(a)`, `Amount(a)` and `Instant(a)` go out as arrays without
nulls, `Text(texts)` as one of text, or, with `Date`, `Label` and `Known`, side by side as the rows of a COPY
(`rows`).
"""

import struct
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

EPOCH_SHIFT = 946_684_800_000_000
"""Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's timestamps begin."""

_EPOCH_DAYS = 10_957
"""The same in days."""

AMOUNT_SCALE = 10_000
"""An `Amount` is an integer count of this part of a unit of money, as numeric(19,4) holds it."""

_HEADER = 20
_TEXT_HEAD = struct.Struct(">iii").pack
_TWO = struct.Struct(">ii").pack
_ONE = struct.Struct(">i").pack
_NULL = _ONE(-1)


class Column:
    """An array on its way into PostgreSQL: as one parameter, or as a column of a COPY."""

    element: ClassVar[int]
    array: ClassVar[int]
    dtype: ClassVar[Any]

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values

    def fill(self, target: NDArray[Any]) -> None:
        """Write the values, as PostgreSQL sends them, into an array of `dtype`."""
        target[...] = self.values

    def sizes(self) -> NDArray[Any] | int:
        """Bytes of each value in a row, -1 for null; one number where all are alike."""
        return int(np.dtype(self.dtype).itemsize)

    def encode(self) -> bytes:
        """The array in PostgreSQL's binary format, one dimension, no nulls."""
        if not len(self.values):
            return np.array([0, 0, self.element], ">i4").tobytes()
        head = np.array([1, 0, self.element, len(self.values), 1], ">i4").tobytes()
        body = np.empty(len(self.values), [("size", ">i4"), ("value", self.dtype)])
        body["size"] = np.dtype(self.dtype).itemsize
        self.fill(body["value"])
        return head + body.tobytes()


class Int8(Column):
    element, array, dtype = 20, 1016, ">i8"


class Int4(Column):
    element, array, dtype = 23, 1007, ">i4"


class Int2(Column):
    element, array, dtype = 21, 1005, ">i2"


class Float8(Column):
    element, array, dtype = 701, 1022, ">f8"


class Amount(Column):
    """Integers in 1/10000 as numeric: a sign and five digits of base 10000, which hold any int64."""

    element, array = 1700, 1231
    dtype = np.dtype([("head", ">i2", (4,)), ("digits", ">i2", (5,))])

    def fill(self, target: NDArray[Any]) -> None:
        size = np.abs(self.values).astype(np.uint64)
        target["head"][:, :2] = (5, 3)
        target["head"][:, 2] = np.where(self.values < 0, 0x4000, 0)
        target["head"][:, 3] = 4
        for place in range(4, -1, -1):
            size, target["digits"][:, place] = np.divmod(size, np.uint64(AMOUNT_SCALE))


class Date(Column):
    """Days since 1970-01-01 as dates."""

    element, array, dtype = 1082, 1182, ">i4"

    def fill(self, target: NDArray[Any]) -> None:
        target[...] = self.values - _EPOCH_DAYS


class Instant(Int8):
    """Microseconds since 1970 as timestamptz."""

    element, array = 1184, 1185

    def fill(self, target: NDArray[Any]) -> None:
        target[...] = self.values - EPOCH_SHIFT


class Known(Float8):
    """Floats of which NaN is null; for `rows` alone."""

    def sizes(self) -> NDArray[Any]:
        return np.where(np.isnan(self.values), -1, 8)


class Label(Column):
    """Texts by their position in `names`; for `rows` alone."""

    element, array = 25, 1009

    def __init__(self, values: NDArray[Any], names: Sequence[str]) -> None:
        super().__init__(values)
        self._names = np.array([name.encode() for name in names])

    @property
    def dtype(self) -> Any:
        return self._names.dtype

    def fill(self, target: NDArray[Any]) -> None:
        target[...] = self._names[self.values]

    def sizes(self) -> NDArray[Any]:
        lengths: Any = np.strings.str_len(self._names)
        found: NDArray[Any] = lengths[self.values]
        return found


class Text:
    """Texts in UTF-8 on their way into PostgreSQL, None for null; as one parameter alone."""

    array: ClassVar[int] = 1009

    def __init__(self, values: Sequence[bytes | None]) -> None:
        self.values = values

    def encode(self) -> bytes:
        """The array in PostgreSQL's binary format, one dimension."""
        values = self.values
        if not values:
            return _TEXT_HEAD(0, 0, 25)
        has_null = None in values
        head = _TEXT_HEAD(1, int(has_null), 25) + _TWO(len(values), 1)
        if has_null:
            return head + b"".join(_NULL if each is None else _ONE(len(each)) + each for each in values)
        whole = cast("Sequence[bytes]", values)
        return head + b"".join(chain.from_iterable(zip(map(_ONE, map(len, whole)), whole, strict=True)))


COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TAIL = b"\xff\xff"


def rows(columns: Sequence[Column]) -> bytes:
    """The rows of columns of equal length as COPY (FORMAT binary) takes them, between head and tail."""
    fields: list[Any] = [("count", ">i2")]
    for number, column in enumerate(columns):
        fields += [(f"size{number}", ">i4"), (f"value{number}", column.dtype)]
    body = np.empty(len(columns[0].values), fields)
    body["count"] = len(columns)
    sizes = [column.sizes() for column in columns]
    for number, column in enumerate(columns):
        body[f"size{number}"] = sizes[number]
        column.fill(body[f"value{number}"])
    return _packed(body, sizes)


def _packed(body: NDArray[Any], sizes: Sequence[Any]) -> bytes:
    """The bytes of the rows without those behind the end of a value that is shorter than its column."""
    varying = [number for number, size in enumerate(sizes) if np.ndim(size)]
    if not varying:
        return body.tobytes()
    kept = np.ones((len(body), body.dtype.itemsize), bool)
    fields: Any = body.dtype.fields
    for number in varying:
        kind, start = fields[f"value{number}"]
        kept[:, start : start + kind.itemsize] = np.arange(kind.itemsize) < sizes[number][:, None]
    return body.view(np.uint8).reshape(kept.shape)[kept].tobytes()


def _dumper(kind: type[Column] | type[Text]) -> type[Dumper]:
    class ColumnDumper(Dumper):
        format = Format.BINARY
        oid = kind.array

        def dump(self, obj: Column | Text) -> bytes:
            return obj.encode()

    return ColumnDumper


def _loader(dtype: str, finish: Callable[[NDArray[Any]], NDArray[Any]]) -> type[Loader]:
    layout = np.dtype([("size", ">i4"), ("value", dtype)])

    class ColumnLoader(Loader):
        format = Format.BINARY

        def load(self, data: Any) -> NDArray[Any]:
            content = bytes(data)
            dimensions, has_null = np.frombuffer(content, ">i4", count=2)
            if has_null:
                raise ValueError("an array with nulls cannot be read as a column")
            values = np.frombuffer(content[_HEADER:], layout)["value"] if dimensions else np.empty(0, dtype)
            return finish(values.astype(np.dtype(dtype).newbyteorder("=")))

    return ColumnLoader


def register(connection: Connection[Any]) -> None:
    """Teach a connection these columns."""
    for kind in (Int8, Int4, Int2, Float8, Amount, Instant, Text):
        connection.adapters.register_dumper(kind, _dumper(kind))
    for oid, dtype in ((Int8.array, ">i8"), (Int4.array, ">i4"), (Float8.array, ">f8")):
        connection.adapters.register_loader(oid, _loader(dtype, lambda values: values))
    connection.adapters.register_loader(1185, _loader(">i8", lambda values: values + EPOCH_SHIFT))
