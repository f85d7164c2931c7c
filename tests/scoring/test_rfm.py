"""RFM scores against the definition, counted by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import rfm

CUSTOMERS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 6), st.integers(-5, 40)), min_size=1, max_size=60
)


def by_definition(
    recency: list[int], frequency: list[int], monetary: list[int]
) -> list[tuple[int, int, int]]:
    n, repeat = len(recency), [count for count in frequency if count > 1]
    scores = []
    for days, count, money in zip(recency, frequency, monetary, strict=True):
        r = 1 + 5 * sum(other > days for other in recency) // n
        m = 1 + 5 * sum(other < money for other in monetary) // n
        f = 1 if count == 1 else 2 + 4 * sum(other < count for other in repeat) // len(repeat)
        scores.append((r, f, m))
    return scores


@given(CUSTOMERS, st.sampled_from([1, 10**9, 0.25]))
def test_scores_are_the_definition_counted_out(rows: list[tuple[int, int, int]], unit: float) -> None:
    recency, frequency, monetary = (list(column) for column in zip(*rows, strict=True))
    monetary = [amount * unit for amount in monetary]
    scores = rfm.score(recency, frequency, monetary)
    got = list(zip(scores.r.tolist(), scores.f.tolist(), scores.m.tolist(), strict=True))
    assert got == by_definition(recency, frequency, monetary)


@given(CUSTOMERS, st.randoms(use_true_random=False))
def test_row_order_is_irrelevant(rows: list[tuple[int, int, int]], random: object) -> None:
    order = np.random.default_rng(len(rows)).permutation(len(rows))
    table = np.array(rows)
    straight = rfm.score(*table.T)
    shuffled = rfm.score(*table[order].T)
    np.testing.assert_array_equal(straight.segment[order], shuffled.segment)
    assert straight.edges == shuffled.edges


@given(CUSTOMERS, st.sampled_from([1, 10**9, 0.25]))
def test_edges_tell_what_each_score_spans(rows: list[tuple[int, int, int]], unit: float) -> None:
    recency, frequency, monetary = np.array(rows).T
    monetary = monetary * unit
    scores = rfm.score(recency, frequency, monetary)
    measures = (
        (recency, scores.r, scores.edges.recency),
        (frequency, scores.f, scores.edges.frequency),
        (monetary, scores.m, scores.edges.monetary),
    )
    for values, given_scores, spans in measures:
        assert [span.score for span in spans] == [1, 2, 3, 4, 5]
        for span in spans:
            own = values[given_scores == span.score]
            expected = (own.min(), own.max()) if len(own) else (None, None)
            assert (span.low, span.high) == expected


@pytest.mark.parametrize("kind", ["spread", "sorted", "steps", "half the same", "outlier"])
def test_many_customers_score_like_few(kind: str) -> None:
    generator, n = np.random.default_rng(8), 60_000
    monetary = {
        "spread": generator.integers(0, 10**12, n),
        "sorted": np.arange(n) * 10**7,
        "steps": generator.integers(-3, 4, n) * 10**9,
        "half the same": np.where(generator.random(n) < 0.5, 0, generator.integers(-(10**9), 10**9, n)),
        "outlier": np.append(np.full(n - 1, 3), 10**15),
    }[kind]
    scores = rfm.score(np.zeros(n, int), np.ones(n, int), monetary)
    lower = np.searchsorted(np.sort(monetary), monetary)
    np.testing.assert_array_equal(scores.m, 1 + 5 * lower // n)
    for span in scores.edges.monetary:
        own = monetary[scores.m == span.score]
        assert (span.low, span.high) == ((own.min(), own.max()) if len(own) else (None, None))


def test_floats_score_like_integers() -> None:
    rows = np.random.default_rng(5).integers(1, 50, (3, 200))
    whole = rfm.score(*rows)
    real = rfm.score(rows[0] / 2, rows[1], rows[2] / 8)
    np.testing.assert_array_equal(whole.segment, real.segment)


def test_equal_customers_score_one_in_recency_and_money() -> None:
    scores = rfm.score([3] * 7, [2] * 7, [5] * 7)
    assert set(scores.r) == {1}
    assert set(scores.f) == {2}
    assert set(scores.m) == {1}


def test_one_customer_and_none() -> None:
    one = rfm.score([0], [1], [10**14])
    assert (one.r[0], one.f[0], one.m[0]) == (1, 1, 1)
    none = rfm.score([], np.zeros(0, np.int64), [])
    assert len(none.segment) == 0
    assert none.edges.recency[4] == rfm.Span(5, None, None)


SHOPS = {
    "nobody": ([], [], []),
    "one order of a million": ([0], [1], [10**14]),
    "one-timers": (range(40), [1] * 40, range(40)),
    "identical": ([7] * 40, [3] * 40, [500_000] * 40),
    "refunds only": ([3, 4], [1, 1], [0, -(10**9)]),
    "a week": ([index % 7 for index in range(40)], [1 + index % 3 for index in range(40)], range(40)),
    "ends of the integers": ([0, 2**31 - 1], [1, 2**31 - 1], [-(2**63), 2**63 - 1]),
}


@pytest.mark.parametrize("shop", SHOPS)
def test_odd_shops_are_scored(shop: str) -> None:
    columns = [np.array(column, np.int64) for column in SHOPS[shop]]
    scores = rfm.score(*columns)
    for values, least in ((scores.r, 1), (scores.f, 1), (scores.m, 1), (scores.segment, 0)):
        assert len(values) == len(columns[0])
        assert ((values >= least) & (values <= (10 if least == 0 else 5))).all()
    assert all(
        len(spans) == 5 for spans in (scores.edges.recency, scores.edges.frequency, scores.edges.monetary)
    )


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        rfm.score([1, 2], [1], [1])
    with pytest.raises(ValueError, match="at least 1"):
        rfm.score([1], [0], [1])
    with pytest.raises(ValueError, match="finite"):
        rfm.score([1], [1], [np.nan])
    with pytest.raises(ValueError, match="one-dimensional"):
        rfm.score([[1]], [1], [1])
    with pytest.raises(ValueError, match="125 cells"):
        rfm.score([1], [1], [1], cells=np.full((6, 6, 6), 11, np.uint8))


def test_own_map_is_used() -> None:
    scores = rfm.score([1], [1], [1], cells=np.full((6, 6, 6), 4, np.uint8), map_version=7)
    assert rfm.SEGMENTS[scores.segment[0]] == "Promising"
    assert scores.map_version == 7
