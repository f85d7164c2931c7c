"""numpy arrays as PostgreSQL arrays, in binary: a million values cross in milliseconds.

Reading: int8[], int4[], float8[] and timestamptz[] (microseconds since 1970) come back as arrays.
Writing: `Int8(a)`, `Int4(a)`, `Int2(a)`, `Float8(a)` and `Amount(a)` go out as arrays without nulls.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

EPOCH_SHIFT = 946_684_800_000_000
"""Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's timestamps begin."""

AMOUNT_SCALE = 10_000
"""An `Amount` is an integer count of this part of a unit of money, as numeric(19,4) holds it."""

_HEADER = 20


class Column:
    """An array on its way into PostgreSQL as one parameter."""

    element: ClassVar[int]
    array: ClassVar[int]
    dtype: ClassVar[str]

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values

    def encode(self) -> bytes:
        """The array in PostgreSQL's binary format, one dimension, no nulls."""
        body = np.empty(len(self.values), [("size", ">i4"), ("value", self.dtype)])
        body["size"] = np.dtype(self.dtype).itemsize
        body["value"] = self.values
        return self.header() + body.tobytes()

    def header(self) -> bytes:
        if not len(self.values):
            return np.array([0, 0, self.element], ">i4").tobytes()
        return np.array([1, 0, self.element, len(self.values), 1], ">i4").tobytes()


class Int8(Column):
    element, array, dtype = 20, 1016, ">i8"


class Int4(Column):
    element, array, dtype = 23, 1007, ">i4"


class Int2(Column):
    element, array, dtype = 21, 1005, ">i2"


class Float8(Column):
    element, array, dtype = 701, 1022, ">f8"


class Amount(Column):
    """Integers in 1/10000 as numeric[]: sign and five digits of base 10000, which hold any int64."""

    element, array = 1700, 1231

    def encode(self) -> bytes:
        size = np.abs(self.values).astype(np.uint64)
        body = np.empty(len(size), [("size", ">i4"), ("head", ">i2", (4,)), ("digits", ">i2", (5,))])
        body["size"] = 18
        body["head"][:, :2] = (5, 3)
        body["head"][:, 2] = np.where(self.values < 0, 0x4000, 0)
        body["head"][:, 3] = 4
        for place in range(4, -1, -1):
            size, body["digits"][:, place] = np.divmod(size, np.uint64(AMOUNT_SCALE))
        return self.header() + body.tobytes()


def _dumper(kind: type[Column]) -> type[Dumper]:
    class ColumnDumper(Dumper):
        format = Format.BINARY
        oid = kind.array

        def dump(self, obj: Column) -> bytes:
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
    for kind in (Int8, Int4, Int2, Float8, Amount):
        connection.adapters.register_dumper(kind, _dumper(kind))
    for oid, dtype in ((Int8.array, ">i8"), (Int4.array, ">i4"), (Float8.array, ">f8")):
        connection.adapters.register_loader(oid, _loader(dtype, lambda values: values))
    connection.adapters.register_loader(1185, _loader(">i8", lambda values: values + EPOCH_SHIFT))
