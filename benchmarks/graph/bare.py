"""The same questions by hand: bare Starlette, psycopg and orjson, in as few round trips as can be.

python -m benchmarks.graph.bare PORT URL

The answers are those of the graph to the byte, under row-level security as well.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from psycopg import AsyncClientCursor, AsyncConnection
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.shop import TENANT
from kit import ids

_SCOPE = f"SET LOCAL app.tenant_id = {TENANT}; "
_SCORE = (
    "s.segment, s.recency_days, s.frequency, s.monetary, s.expected_value, s.clv_tier, s.churn_probability, "
)
_SCORE += "s.churn_risk"
_SCORED = (
    "FROM customer c LEFT JOIN "
    "(SELECT s.* FROM customer_score s JOIN score_current r USING (tenant_id, run_id) "
    f"WHERE s.tenant_id = {TENANT}) s ON s.customer_id = c.id"
)
_PERSON = "c.id, c.external_id, c.email, c.first_name, c.last_name, c.phone, c.created_at"
_ONE = f"{_SCOPE}SELECT {_PERSON}, {_SCORE} {_SCORED} WHERE c.tenant_id = {TENANT} AND c.external_id = %s"
_HUNDRED = (
    f"{_SCOPE}SELECT c.id, c.external_id, {_SCORE} {_SCORED} "
    f"WHERE c.tenant_id = {TENANT} ORDER BY c.id LIMIT 100"
)
_ORDERS = (
    f"{_SCOPE}SELECT p.n, o.external_id, o.placed_at, o.status, o.amount "
    "FROM unnest(%s::bigint[]) WITH ORDINALITY p (id, n), LATERAL (SELECT * FROM customer_order o "
    f"WHERE o.tenant_id = {TENANT} AND o.customer_id = p.id ORDER BY o.placed_at DESC, o.id DESC LIMIT 5) o "
    "ORDER BY p.n, o.placed_at DESC, o.id DESC"
)
_THOUSAND = f"{_SCOPE}SELECT {_PERSON} FROM customer c WHERE c.tenant_id = {TENANT} ORDER BY c.id LIMIT 1000"
_RFM = (
    f"{_SCOPE}SELECT rfm FROM score_run JOIN score_current c ON c.run_id = score_run.id "
    f"WHERE c.tenant_id = {TENANT} AND score_run.tenant_id = {TENANT}"
)


def _amount(value: Any) -> Any:
    return None if value is None else {"amount": f"{value:.2f}"}


def _name(value: str | None) -> str | None:
    return None if value is None else value.upper().replace(" ", "_")


def _score(row: Any) -> dict[str, Any]:
    segment, recency, frequency, monetary, expected, tier, chance, risk = row
    return {
        "rfm": {
            "segment": _name(segment),
            "recencyDays": recency,
            "frequency": frequency,
            "monetary": _amount(monetary),
        },
        "clv": {"expectedValue": _amount(expected), "tier": _name(tier)},
        "churn": {"probability": chance, "risk": _name(risk)},
    }


def _person(number: int, name: str, email: str, first: str, last: str, phone: str, at: Any) -> dict[str, Any]:
    return {
        "id": ids.encode("Customer", TENANT, number),
        "databaseId": str(number),
        "externalId": name,
        "email": email,
        "firstName": first,
        "lastName": last,
        "phone": phone,
        "createdAt": at,
    }


async def one(ask: Any, name: str) -> Any:
    row = (await ask(_ONE, [name]))[0]
    return {"customer": _person(*row[:7]) | _score(row[7:])}


async def hundred(ask: Any, _: str) -> Any:
    rows = await ask(_HUNDRED)
    orders: list[list[Any]] = [[] for _ in rows]
    for place, name, at, status, amount in await ask(_ORDERS, [[row[0] for row in rows]]):
        orders[place - 1].append(
            {"externalId": name, "placedAt": at, "status": status.upper(), "amount": _amount(amount)}
        )
    nodes = [
        {"externalId": row[1], **_score(row[2:]), "orders": {"nodes": found}}
        for row, found in zip(rows, orders, strict=True)
    ]
    return {"customers": {"nodes": nodes}}


async def thousand(ask: Any, _: str) -> Any:
    return {"customers": {"nodes": [_person(*row) for row in await ask(_THOUSAND)]}}


async def segments(ask: Any, _: str) -> Any:
    found = (await ask(_RFM))[0][0]["distribution"]
    rows = [
        {
            "segment": _name(row["segment"]),
            "customerCount": row["customer_count"],
            "averageMonetary": None if row["avg_monetary"] is None else {"amount": row["avg_monetary"]},
        }
        for row in found
    ]
    return {"analytics": {"rfm": {"distribution": rows}}}


QUESTIONS = {"Q1": one, "Q2": hundred, "Q3": thousand, "Q4": segments}


def create(url: str) -> Starlette:
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        url, max_size=8, open=False, kwargs={"autocommit": True, "cursor_factory": AsyncClientCursor}
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    async def ask(statement: str, values: Any = None) -> list[Any]:
        async with pool.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(statement.encode(), values)
            cursor.nextset()
            return await cursor.fetchall()

    async def answer(request: Request) -> Response:
        asked = orjson.loads(await request.body()) if request.method == "POST" else {"question": "Q4"}
        found = await QUESTIONS[asked["question"]](ask, asked.get("name", ""))
        return Response(orjson.dumps({"data": {"tenant": found}}), media_type="application/json")

    return Starlette(routes=[Route("/graphql", answer, methods=["GET", "POST"])], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(create(sys.argv[2]), port=int(sys.argv[1]), log_level="warning", access_log=False)
