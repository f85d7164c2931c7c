"""What the tests of analytics share."""

from decimal import Decimal

from resolvers.processing.process import process
from resolvers.processing.request import Request

COHORTS = """
query Cohorts($months: Int!) {
  tenant(databaseId: 56) {
    analytics {
      cohorts(months: $months) {
        runId isStale
        cohorts {
          month customerCount
          periods { monthsSince from isComplete activeCustomerCount retention revenue { amount } }
        }
      }
    }
  }
}
"""


def score(urls, as_of="latest"):
    process(urls.app, 56, Request.of(None, as_of, force=True))


def amount(money):
    return Decimal(money["amount"])


def total(points, name):
    return sum(amount(each[name]) if isinstance(each[name], dict) else each[name] for each in points)
