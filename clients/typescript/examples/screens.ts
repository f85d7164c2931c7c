// The common screens in words: node dist/examples/screens.js http://127.0.0.1:8000/graphql 56 [token]
import { createClient, GraphRequestError } from '../src/client.js'
import {
  AudiencePreviewDocument,
  Customer360Document,
  CustomersAtRiskDocument,
  CustomerTimelineDocument,
  SegmentOverviewDocument,
  type MoneyFieldsFragment,
  type TimelineItemFieldsFragment,
} from '../src/generated/graphql.js'

const [url = 'http://127.0.0.1:8000/graphql', tenant = '56', token] = process.argv.slice(2)
const execute = createClient({
  url,
  trusted: process.env['TRUSTED'] === '1',
  ...(token !== undefined && { token }),
})

// Amounts are decimal text: show them, or reckon with a decimal library; as a number they would lose cents.
const told = (money: MoneyFieldsFragment | null) => (money ? `${money.amount} ${money.currencyCode}` : 'unknown')

async function segmentOverview(): Promise<void> {
  const { tenant: shop } = await execute(SegmentOverviewDocument, { tenant })
  if (!shop) throw new Error(`There is no tenant ${tenant}.`)
  const { overview, distribution } = shop.analytics.rfm
  console.log(`${shop.name}: ${overview.customerCount} customers, ${told(overview.totalRevenue)}`)
  for (const { segment, customerCount, share } of distribution) {
    console.log(`  ${segment}: ${customerCount} (${(100 * share).toFixed(1)} %)`)
  }
}

/** Prints the most valuable customers who may be lost, from two pages, and returns the first one's id. */
async function customersAtRisk(): Promise<string | undefined> {
  const first = 3
  let page = (await execute(CustomersAtRiskDocument, { tenant, first })).tenant?.customers
  console.log(`${page?.totalCount ?? 0} customers may be lost`)
  const found = [...(page?.nodes ?? [])]
  if (page?.pageInfo.hasNextPage) {
    page = (await execute(CustomersAtRiskDocument, { tenant, first, after: page.pageInfo.endCursor })).tenant?.customers
    found.push(...(page?.nodes ?? []))
  }
  for (const { externalId, clv, churn } of found) {
    console.log(`  ${externalId}: ${churn.risk}, worth ${told(clv.predictedValue)}`)
  }
  return found[0]?.externalId
}

function line(item: TimelineItemFieldsFragment): string {
  switch (item.__typename) {
    case 'OrderPlaced':
      return `order ${item.order.externalId} of ${told(item.order.netAmount)}`
    case 'RefundGiven':
      return `refund ${item.refund.externalId} of ${told(item.refund.amount)}`
    case 'EventTracked':
      return item.event.type
    case 'SegmentChanged':
      return `from ${item.fromSegment ?? 'none'} to ${item.toSegment ?? 'none'}`
  }
}

async function customer360(externalId: string): Promise<void> {
  const customer = (await execute(Customer360Document, { tenant, externalId, items: 2 })).tenant?.customer
  if (!customer) throw new Error(`There is no customer ${externalId}.`)
  const { rfm, clv, churn, timeline } = customer
  console.log(`${externalId}: ${rfm.segment}, tier ${clv.tier}, ${churn.risk}, ${timeline?.totalCount ?? 0} items`)
  const items = [...(timeline?.nodes ?? [])]
  if (timeline?.pageInfo.hasNextPage) {
    const after = timeline.pageInfo.endCursor
    const { node } = await execute(CustomerTimelineDocument, { customer: customer.id, items: 2, after })
    if (node?.__typename === 'Customer') items.push(...(node.timeline?.nodes ?? []))
  }
  for (const item of items) console.log(`  ${item.occurredAt} ${line(item)}`)
}

async function audiencePreview(): Promise<void> {
  const criteria = { clv_tier: 'high', churn_risk: ['at_risk', 'churning', 'churned'] }
  const preview = (await execute(AudiencePreviewDocument, { tenant, criteria, sample: 3 })).tenant?.segmentPreview
  console.log(`${preview?.customerCount} of ${preview?.totalCustomerCount}: ${preview?.clauses.join(' and ')}`)
  for (const { externalId, email } of preview?.sample ?? []) console.log(`  ${externalId} ${email ?? ''}`)
}

try {
  await segmentOverview()
  const riskiest = await customersAtRisk()
  if (riskiest !== undefined) await customer360(riskiest)
  await audiencePreview()
} catch (error) {
  if (!(error instanceof GraphRequestError)) throw error
  console.error(`${error.message} (request ${error.requestId})`)
  process.exitCode = 1
}
