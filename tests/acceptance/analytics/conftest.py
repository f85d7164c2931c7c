"""Where the tests of analytics begin."""

import pytest

from tests.acceptance.analytics.figures import COHORTS

SALES = """
query Sales($interval: SalesInterval!, $from: Date, $until: Date) {
  tenant(databaseId: 56) {
    analytics {
      sales(interval: $interval, from: $from, until: $until) {
        interval from until computedAt dataThrough runId isStale
        points {
          from until isComplete orderCount
          revenue { amount currencyCode } refunded { amount } netRevenue { amount }
          averageOrderValue { amount } newCustomerCount returningCustomerCount leftOutCount
        }
        totals {
          orderCount revenue { amount } refunded { amount } netRevenue { amount } averageOrderValue { amount }
          newCustomerCount leftOutCount
        }
      }
    }
  }
}
"""
SPREAD = """
{
  tenant(databaseId: 56) {
    analytics {
      rfm {
        overview { customerCount totalRevenue { amount } }
        grid {
          recencyScore frequencyScore customerCount share revenue { amount } averageMonetary { amount }
        }
      }
      clv {
        overview { customerCount totalExpectedValue { amount } totalPredictedValue { amount } }
        distribution { tier customerCount share }
        histogram { lower { amount } upper { amount } customerCount totalValue { amount } }
      }
      churn {
        overview { customerCount churnRate horizonDays withoutProbabilityCount }
        distribution { risk customerCount share expectedValue { amount } predictedValue { amount } }
        histogram { lower upper customerCount }
      }
    }
  }
}
"""


@pytest.fixture
def sales(ask):
    """Asks for sales over time."""

    async def get(interval="DAY", start=None, end=None):
        found = await ask(SALES, interval=interval, **{"from": start, "until": end})
        return found["tenant"]["analytics"]["sales"]

    return get


@pytest.fixture
def spread(ask):
    """Asks for all that shows how customers spread."""

    async def get():
        return (await ask(SPREAD))["tenant"]["analytics"]

    return get


@pytest.fixture
def matrix(ask):
    """Asks for cohorts."""

    async def get(months=12):
        return (await ask(COHORTS, months=months))["tenant"]["analytics"]["cohorts"]

    return get
