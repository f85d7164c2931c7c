/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Conditions on something that is so or not. */
export type BooleanFilter = {
  /** Is this value. */
  eq?: boolean | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
};

/** How likely a customer is to be lost, from the chance of another order in time. */
export type ChurnRisk =
  /** At least an even chance of another order. */
  | 'ACTIVE'
  /** At least one chance in four. */
  | 'AT_RISK'
  /** Less than one chance in ten. */
  | 'CHURNED'
  /** At least one chance in ten. */
  | 'CHURNING';

/** Conditions on the risk class. */
export type ChurnRiskFilter = {
  /** Is this value. */
  eq?: ChurnRisk | null | undefined;
  /** Is one of these values. */
  in?: Array<ChurnRisk> | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
  /** Is known and none of these values. */
  notIn?: Array<ChurnRisk> | null | undefined;
};

/** Where a customer stands by predicted value. */
export type ClvTier =
  /** The top fifth, or the tenant's own share. */
  | 'HIGH'
  /** The rest. */
  | 'LOW'
  /** The next three tenths, or the tenant's own share. */
  | 'MEDIUM';

/** Conditions on the tier of lifetime value. */
export type ClvTierFilter = {
  /** Is this value. */
  eq?: ClvTier | null | undefined;
  /** Is one of these values. */
  in?: Array<ClvTier> | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
  /** Is known and none of these values. */
  notIn?: Array<ClvTier> | null | undefined;
};

/** Conditions on what a customer last said of channels: eq true has agreed. */
export type ConsentFilter = {
  /** E-mail. */
  email?: BooleanFilter | null | undefined;
  /** Calls. */
  phone?: BooleanFilter | null | undefined;
  /** Letters. */
  post?: BooleanFilter | null | undefined;
  /** Messages of an app or a browser. */
  push?: BooleanFilter | null | undefined;
  /** Short messages. */
  sms?: BooleanFilter | null | undefined;
  /** WhatsApp. */
  whatsapp?: BooleanFilter | null | undefined;
};

/** Which customers: all conditions must hold. A condition does not hold for want of a value, unless it is `isNull`; `not` is true of all others. */
export type CustomerFilter = {
  /** Chance that the customer has not dropped out, 0 to 1. */
  aliveProbability?: FloatFilter | null | undefined;
  /** Every one of these holds. */
  all?: Array<CustomerFilter> | null | undefined;
  /** At least one of these holds. */
  any?: Array<CustomerFilter> | null | undefined;
  /** Chance of no order within the horizon, 0 to 1. */
  churnProbability?: FloatFilter | null | undefined;
  /** Risk class. */
  churnRisk?: ChurnRiskFilter | null | undefined;
  /** Tier of lifetime value. */
  clvTier?: ClvTierFilter | null | undefined;
  /** What the customer has agreed to or refused, by channel. */
  consent?: ConsentFilter | null | undefined;
  /** When the customer joined the shop. */
  createdAt?: DateTimeFilter | null | undefined;
  /** E-mail; case does not count. */
  email?: TextFilter | null | undefined;
  /** Revenue expected within the horizon. */
  expectedValue?: DecimalFilter | null | undefined;
  /** The shop's own id of the customer. */
  externalId?: TextFilter | null | undefined;
  /** The shop's local day of the first purchase. */
  firstOrderOn?: DateFilter | null | undefined;
  /** Days on which the customer bought. */
  frequency?: IntFilter | null | undefined;
  /** Frequency score, 1 to 5. */
  frequencyScore?: IntFilter | null | undefined;
  /** Last name; case and accents do not count. */
  lastName?: TextFilter | null | undefined;
  /** The shop's local day of the last purchase. */
  lastOrderOn?: DateFilter | null | undefined;
  /** Net revenue so far. */
  monetary?: DecimalFilter | null | undefined;
  /** Monetary score, 1 to 5. */
  monetaryScore?: IntFilter | null | undefined;
  /** First and last name; case and accents do not count. */
  name?: TextFilter | null | undefined;
  /** This does not hold. */
  not?: CustomerFilter | null | undefined;
  /** Revenue so far and expected. */
  predictedValue?: DecimalFilter | null | undefined;
  /** Whole days since the last day with a purchase. */
  recencyDays?: IntFilter | null | undefined;
  /** Recency score, 1 to 5. */
  recencyScore?: IntFilter | null | undefined;
  /** RFM segment. */
  rfmSegment?: RfmSegmentFilter | null | undefined;
  /** The segments that the customer is in. */
  segments?: SegmentsFilter | null | undefined;
};

/** Conditions on a day. */
export type DateFilter = {
  /** Is this value. */
  eq?: string | null | undefined;
  /** After this day. */
  gt?: string | null | undefined;
  /** On this day or later. */
  gte?: string | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
  /** Before this day. */
  lt?: string | null | undefined;
  /** On this day or earlier. */
  lte?: string | null | undefined;
};

/** Conditions on an instant. */
export type DateTimeFilter = {
  /** After this instant. */
  gt?: string | null | undefined;
  /** At this instant or later. */
  gte?: string | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
  /** Before this instant. */
  lt?: string | null | undefined;
  /** At this instant or earlier. */
  lte?: string | null | undefined;
};

/** Conditions on an amount in the tenant's currency. */
export type DecimalFilter = {
  /** Is this value. */
  eq?: string | null | undefined;
  /** Above this. */
  gt?: string | null | undefined;
  /** At least this. */
  gte?: string | null | undefined;
  /** Is one of these values. */
  in?: Array<string> | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
  /** Below this. */
  lt?: string | null | undefined;
  /** At most this. */
  lte?: string | null | undefined;
  /** Is known and none of these values. */
  notIn?: Array<string> | null | undefined;
};

/** Conditions on a probability. */
export type FloatFilter = {
  /** Above this. */
  gt?: number | null | undefined;
  /** At least this. */
  gte?: number | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
  /** Below this. */
  lt?: number | null | undefined;
  /** At most this. */
  lte?: number | null | undefined;
};

/** Conditions on a whole number. */
export type IntFilter = {
  /** Is this value. */
  eq?: number | null | undefined;
  /** Above this. */
  gt?: number | null | undefined;
  /** At least this. */
  gte?: number | null | undefined;
  /** Is one of these values. */
  in?: Array<number> | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
  /** Below this. */
  lt?: number | null | undefined;
  /** At most this. */
  lte?: number | null | undefined;
  /** Is known and none of these values. */
  notIn?: Array<number> | null | undefined;
};

/** Why a score is null. */
export type MissingScoreReason =
  /** The tenant has under 30 repeat buyers, too few to fit a model to. */
  | 'LOW_DATA'
  /** No run has computed this since the customer came. */
  | 'NOT_PROCESSED'
  /** No day on which they paid more than they got back. */
  | 'NO_TRANSACTION';

/** How far an order is. Paid ones alone count as revenue. */
export type OrderStatus =
  /** Cancelled. */
  | 'CANCELLED'
  /** Paid. */
  | 'PAID'
  /** Placed, not paid yet. */
  | 'PENDING';

/** How the processing of a tenant stands. */
export type ProcessingState =
  /** The last run failed; older scores stand. */
  | 'FAILED'
  /** No run yet. */
  | 'NEVER_PROCESSED'
  /** The last run succeeded. */
  | 'PROCESSED'
  /** A run is queued or going on. */
  | 'PROCESSING';

/** The segments that scores for recency, frequency and monetary value fall into. */
export type RfmSegment =
  /** Below the middle in recency, frequency and value. */
  | 'ABOUT_TO_SLEEP'
  /** Bought often or much, but a while ago. */
  | 'AT_RISK'
  /** Bought often and much, but long ago. */
  | 'CANNOT_LOSE_THEM'
  /** Bought lately, buy often and spend much. */
  | 'CHAMPIONS'
  /** Bought little, long ago. */
  | 'HIBERNATING'
  /** Lowest in recency, frequency and value. */
  | 'LOST'
  /** Buy often and spend much. */
  | 'LOYAL_CUSTOMERS'
  /** Middling in recency, with some purchases and value. */
  | 'NEED_ATTENTION'
  /** Bought lately, more than once, and spend well. */
  | 'POTENTIAL_LOYALISTS'
  /** Bought lately, more than once, but spend little. */
  | 'PROMISING'
  /** Bought lately, for the first time. */
  | 'RECENT_CUSTOMERS';

/** Conditions on the RFM segment. */
export type RfmSegmentFilter = {
  /** Is this value. */
  eq?: RfmSegment | null | undefined;
  /** Is one of these values. */
  in?: Array<RfmSegment> | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
  /** Is known and none of these values. */
  notIn?: Array<RfmSegment> | null | undefined;
};

/** The segment to make. */
export type SegmentCreateInput = {
  /** Who is in it, in the language of criteria; a dynamic segment has either these or a filter. */
  criteria?: unknown;
  /** What it is for. */
  description?: string | null | undefined;
  /** Who is in it, as customers are filtered; the segment keeps it as criteria. */
  filter?: CustomerFilter | null | undefined;
  /** A name that no other segment of the tenant has, to 100 letters. */
  name: string;
  /** The tenant's global id. */
  tenantId: string;
  /** How customers come into it. */
  type: SegmentType;
};

/** How customers come into a segment. */
export type SegmentType =
  /** By criteria, worked out anew after each run. */
  | 'DYNAMIC'
  /** By hand, one by one. */
  | 'STATIC';

/** Conditions on the segments that a customer is in, by their global ids. */
export type SegmentsFilter = {
  /** Is in every one of these. */
  all?: Array<string> | null | undefined;
  /** Is in at least one of these. */
  any?: Array<string> | null | undefined;
  /** Is in none of these. */
  none?: Array<string> | null | undefined;
};

/** Conditions on a text. */
export type TextFilter = {
  /** Is this value. */
  eq?: string | null | undefined;
  /** Is one of these values. */
  in?: Array<string> | null | undefined;
  /** Whether there is no value. */
  isNull?: boolean | null | undefined;
  /** Is known and none of these values. */
  notIn?: Array<string> | null | undefined;
  /** Begins with this text. */
  startsWith?: string | null | undefined;
};

/** What an item of a timeline tells of. */
export type TimelineKind =
  /** An event was tracked. */
  | 'EVENT'
  /** An order was placed. */
  | 'ORDER'
  /** Money was given back. */
  | 'REFUND'
  /** The customer moved between RFM segments. */
  | 'SEGMENT_CHANGE';

/** Why a mutation was refused. */
export type UserErrorCode =
  /** A value is not accepted; `field` says which. */
  | 'BAD_USER_INPUT'
  /** Something else is in the way now. */
  | 'CONFLICT'
  /** The record is of a customer who was erased, and is not taken in again. */
  | 'ERASED'
  /** The caller may not do this. */
  | 'FORBIDDEN'
  /** What the input names does not exist, or not for the caller. */
  | 'NOT_FOUND';

export type AudiencePreviewQueryVariables = Exact<{
  tenant: string;
  criteria: unknown;
  sample?: number;
}>;


export type AudiencePreviewQuery = { tenant: { id: string, segmentPreview: { customerCount: number, totalCustomerCount: number, share: number | null, clauses: Array<string>, sample: Array<{ id: string, externalId: string, email: string | null, firstName: string | null, lastName: string | null, rfm: { segment: RfmSegment | null, score: string | null, lastOrderOn: string | null }, clv: { tier: ClvTier | null, predictedValue: { amount: string, currencyCode: string } | null }, churn: { probability: number | null, risk: ChurnRisk | null } }> | null } | null } | null };

export type SegmentCreateMutationVariables = Exact<{
  input: SegmentCreateInput;
}>;


export type SegmentCreateMutation = { segmentCreate: { segment: { id: string, name: string, memberCount: string } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string> | null, message: string }> } };

export type Customer360QueryVariables = Exact<{
  tenant: string;
  externalId: string;
  items?: number;
}>;


export type Customer360Query = { tenant: { customer: { id: string, externalId: string, email: string | null, firstName: string | null, lastName: string | null, phone: string | null, createdAt: string | null, rfm: { segment: RfmSegment | null, score: string | null, recencyDays: number | null, frequency: number | null, lastOrderOn: string | null, reason: MissingScoreReason | null, computedAt: string | null, isStale: boolean, monetary: { amount: string, currencyCode: string } | null }, clv: { tier: ClvTier | null, reason: MissingScoreReason | null, historicalValue: { amount: string, currencyCode: string } | null, expectedValue: { amount: string, currencyCode: string } | null, predictedValue: { amount: string, currencyCode: string } | null }, churn: { probability: number | null, risk: ChurnRisk | null, aliveProbability: number | null, reason: MissingScoreReason | null }, segments: { edges: Array<{ addedAt: string | null, node: { id: string, name: string }, why: Array<{ text: string, value: string | null }> | null }> } | null, timeline: { totalCount: number, nodes: Array<
          | { __typename: 'EventTracked', occurredAt: string, event: { type: string, properties: unknown } }
          | { __typename: 'OrderPlaced', occurredAt: string, order: { id: string, externalId: string, status: OrderStatus, netAmount: { amount: string, currencyCode: string } } }
          | { __typename: 'RefundGiven', occurredAt: string, refund: { externalId: string, amount: { amount: string, currencyCode: string } } }
          | { __typename: 'SegmentChanged', fromSegment: RfmSegment | null, toSegment: RfmSegment | null, occurredAt: string }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null } | null };

export type CustomerTimelineQueryVariables = Exact<{
  customer: string;
  items?: number;
  after?: string | null | undefined;
  kinds?: Array<TimelineKind> | TimelineKind | null | undefined;
}>;


export type CustomerTimelineQuery = { node:
    | { __typename: 'Backtest' }
    | { __typename: 'Customer', timeline: { nodes: Array<
          | { __typename: 'EventTracked', occurredAt: string, event: { type: string, properties: unknown } }
          | { __typename: 'OrderPlaced', occurredAt: string, order: { id: string, externalId: string, status: OrderStatus, netAmount: { amount: string, currencyCode: string } } }
          | { __typename: 'RefundGiven', occurredAt: string, refund: { externalId: string, amount: { amount: string, currencyCode: string } } }
          | { __typename: 'SegmentChanged', fromSegment: RfmSegment | null, toSegment: RfmSegment | null, occurredAt: string }
        >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null }
    | { __typename: 'CustomerMerge' }
    | { __typename: 'Event' }
    | { __typename: 'Integration' }
    | { __typename: 'Order' }
    | { __typename: 'Refund' }
    | { __typename: 'ScoreRun' }
    | { __typename: 'Segment' }
    | { __typename: 'Tenant' }
   | null };

export type CustomersAtRiskQueryVariables = Exact<{
  tenant: string;
  risks?: Array<ChurnRisk> | ChurnRisk;
  first?: number;
  after?: string | null | undefined;
}>;


export type CustomersAtRiskQuery = { tenant: { analytics: { churn: { computedAt: string | null, isStale: boolean, overview: { customerCount: number, churnRate: number | null, horizonDays: number | null }, distribution: Array<{ risk: ChurnRisk, customerCount: number, share: number, expectedValue: { amount: string, currencyCode: string } | null }> } }, customers: { totalCount: number, nodes: Array<{ id: string, externalId: string, email: string | null, firstName: string | null, lastName: string | null, rfm: { segment: RfmSegment | null, score: string | null, lastOrderOn: string | null }, clv: { tier: ClvTier | null, predictedValue: { amount: string, currencyCode: string } | null }, churn: { probability: number | null, risk: ChurnRisk | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type MoneyFieldsFragment = { amount: string, currencyCode: string };

export type CustomerRowFragment = { id: string, externalId: string, email: string | null, firstName: string | null, lastName: string | null, rfm: { segment: RfmSegment | null, score: string | null, lastOrderOn: string | null }, clv: { tier: ClvTier | null, predictedValue: { amount: string, currencyCode: string } | null }, churn: { probability: number | null, risk: ChurnRisk | null } };

type TimelineItemFields_EventTracked_Fragment = { __typename: 'EventTracked', occurredAt: string, event: { type: string, properties: unknown } };

type TimelineItemFields_OrderPlaced_Fragment = { __typename: 'OrderPlaced', occurredAt: string, order: { id: string, externalId: string, status: OrderStatus, netAmount: { amount: string, currencyCode: string } } };

type TimelineItemFields_RefundGiven_Fragment = { __typename: 'RefundGiven', occurredAt: string, refund: { externalId: string, amount: { amount: string, currencyCode: string } } };

type TimelineItemFields_SegmentChanged_Fragment = { __typename: 'SegmentChanged', fromSegment: RfmSegment | null, toSegment: RfmSegment | null, occurredAt: string };

export type TimelineItemFieldsFragment =
  | TimelineItemFields_EventTracked_Fragment
  | TimelineItemFields_OrderPlaced_Fragment
  | TimelineItemFields_RefundGiven_Fragment
  | TimelineItemFields_SegmentChanged_Fragment
;

export type SegmentOverviewQueryVariables = Exact<{
  tenant: string;
}>;


export type SegmentOverviewQuery = { tenant: { id: string, name: string, processing: { status: ProcessingState, lastProcessedAt: string | null, isStale: boolean }, analytics: { rfm: { computedAt: string | null, overview: { customerCount: number, averageRecencyDays: number | null, averageFrequency: number | null, averageMonetary: { amount: string, currencyCode: string } | null, totalRevenue: { amount: string, currencyCode: string } | null }, distribution: Array<{ segment: RfmSegment, customerCount: number, share: number, averageMonetary: { amount: string, currencyCode: string } | null }>, grid: Array<{ recencyScore: number, frequencyScore: number, customerCount: number }> } }, segments: { nodes: Array<{ id: string, name: string, type: SegmentType, memberCount: string, lastUpdatedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const MoneyFieldsFragmentDoc = new TypedDocumentString(`
    fragment MoneyFields on Money {
  amount
  currencyCode
}
    `, {"fragmentName":"MoneyFields"}) as unknown as TypedDocumentString<MoneyFieldsFragment, unknown>;
export const CustomerRowFragmentDoc = new TypedDocumentString(`
    fragment CustomerRow on Customer {
  id
  externalId
  email
  firstName
  lastName
  rfm {
    segment
    score
    lastOrderOn
  }
  clv {
    predictedValue {
      ...MoneyFields
    }
    tier
  }
  churn {
    probability
    risk
  }
}
    fragment MoneyFields on Money {
  amount
  currencyCode
}`, {"fragmentName":"CustomerRow"}) as unknown as TypedDocumentString<CustomerRowFragment, unknown>;
export const TimelineItemFieldsFragmentDoc = new TypedDocumentString(`
    fragment TimelineItemFields on TimelineItem {
  __typename
  occurredAt
  ... on OrderPlaced {
    order {
      id
      externalId
      status
      netAmount {
        ...MoneyFields
      }
    }
  }
  ... on RefundGiven {
    refund {
      externalId
      amount {
        ...MoneyFields
      }
    }
  }
  ... on EventTracked {
    event {
      type
      properties
    }
  }
  ... on SegmentChanged {
    fromSegment
    toSegment
  }
}
    fragment MoneyFields on Money {
  amount
  currencyCode
}`, {"fragmentName":"TimelineItemFields"}) as unknown as TypedDocumentString<TimelineItemFieldsFragment, unknown>;
export const AudiencePreviewDocument = new TypedDocumentString(`
    query AudiencePreview($tenant: BigInt!, $criteria: JSON!, $sample: Int! = 10) {
  tenant(databaseId: $tenant) {
    id
    segmentPreview(criteria: $criteria) {
      customerCount
      totalCustomerCount
      share
      clauses
      sample(first: $sample) {
        ...CustomerRow
      }
    }
  }
}
    fragment MoneyFields on Money {
  amount
  currencyCode
}
fragment CustomerRow on Customer {
  id
  externalId
  email
  firstName
  lastName
  rfm {
    segment
    score
    lastOrderOn
  }
  clv {
    predictedValue {
      ...MoneyFields
    }
    tier
  }
  churn {
    probability
    risk
  }
}`, {"hash":"sha256:558090705bdb57ae013b867490e4b0a61db38b5e857d4069f5ac30f320b5e191"}) as unknown as TypedDocumentString<AudiencePreviewQuery, AudiencePreviewQueryVariables>;
export const SegmentCreateDocument = new TypedDocumentString(`
    mutation SegmentCreate($input: SegmentCreateInput!) {
  segmentCreate(input: $input) {
    segment {
      id
      name
      memberCount
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `, {"hash":"sha256:ffae242435678b72e2143fda2b25957872b1d582923207c8c4f0f858e9c56a3a"}) as unknown as TypedDocumentString<SegmentCreateMutation, SegmentCreateMutationVariables>;
export const Customer360Document = new TypedDocumentString(`
    query Customer360($tenant: BigInt!, $externalId: String!, $items: Int! = 20) {
  tenant(databaseId: $tenant) {
    customer(externalId: $externalId) {
      id
      externalId
      email
      firstName
      lastName
      phone
      createdAt
      rfm {
        segment
        score
        recencyDays
        frequency
        monetary {
          ...MoneyFields
        }
        lastOrderOn
        reason
        computedAt
        isStale
      }
      clv {
        historicalValue {
          ...MoneyFields
        }
        expectedValue {
          ...MoneyFields
        }
        predictedValue {
          ...MoneyFields
        }
        tier
        reason
      }
      churn {
        probability
        risk
        aliveProbability
        reason
      }
      segments(first: 10) {
        edges {
          addedAt
          node {
            id
            name
          }
          why {
            text
            value
          }
        }
      }
      timeline(first: $items) {
        totalCount
        nodes {
          ...TimelineItemFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
    fragment MoneyFields on Money {
  amount
  currencyCode
}
fragment TimelineItemFields on TimelineItem {
  __typename
  occurredAt
  ... on OrderPlaced {
    order {
      id
      externalId
      status
      netAmount {
        ...MoneyFields
      }
    }
  }
  ... on RefundGiven {
    refund {
      externalId
      amount {
        ...MoneyFields
      }
    }
  }
  ... on EventTracked {
    event {
      type
      properties
    }
  }
  ... on SegmentChanged {
    fromSegment
    toSegment
  }
}`, {"hash":"sha256:76149af3860dab157740de6436d847b187559a202aae88480076b64b2badc167"}) as unknown as TypedDocumentString<Customer360Query, Customer360QueryVariables>;
export const CustomerTimelineDocument = new TypedDocumentString(`
    query CustomerTimeline($customer: ID!, $items: Int! = 20, $after: String, $kinds: [TimelineKind!]) {
  node(id: $customer) {
    __typename
    ... on Customer {
      timeline(first: $items, after: $after, kinds: $kinds) {
        nodes {
          ...TimelineItemFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
    fragment MoneyFields on Money {
  amount
  currencyCode
}
fragment TimelineItemFields on TimelineItem {
  __typename
  occurredAt
  ... on OrderPlaced {
    order {
      id
      externalId
      status
      netAmount {
        ...MoneyFields
      }
    }
  }
  ... on RefundGiven {
    refund {
      externalId
      amount {
        ...MoneyFields
      }
    }
  }
  ... on EventTracked {
    event {
      type
      properties
    }
  }
  ... on SegmentChanged {
    fromSegment
    toSegment
  }
}`, {"hash":"sha256:4a901d9c9203167c80e54686a9cd97e6db7b167f8fc1555fd4c97ade6419fc2f"}) as unknown as TypedDocumentString<CustomerTimelineQuery, CustomerTimelineQueryVariables>;
export const CustomersAtRiskDocument = new TypedDocumentString(`
    query CustomersAtRisk($tenant: BigInt!, $risks: [ChurnRisk!]! = [AT_RISK, CHURNING], $first: Int! = 50, $after: String) {
  tenant(databaseId: $tenant) {
    analytics {
      churn {
        computedAt
        isStale
        overview {
          customerCount
          churnRate
          horizonDays
        }
        distribution {
          risk
          customerCount
          share
          expectedValue {
            ...MoneyFields
          }
        }
      }
    }
    customers(
      first: $first
      after: $after
      filter: {churnRisk: {in: $risks}}
      orderBy: {field: PREDICTED_VALUE, direction: DESC}
    ) {
      totalCount
      nodes {
        ...CustomerRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment MoneyFields on Money {
  amount
  currencyCode
}
fragment CustomerRow on Customer {
  id
  externalId
  email
  firstName
  lastName
  rfm {
    segment
    score
    lastOrderOn
  }
  clv {
    predictedValue {
      ...MoneyFields
    }
    tier
  }
  churn {
    probability
    risk
  }
}`, {"hash":"sha256:356655c9d40133278dcafbe6b2d95a10675415c721d0309d8c2c348a8333f2ea"}) as unknown as TypedDocumentString<CustomersAtRiskQuery, CustomersAtRiskQueryVariables>;
export const SegmentOverviewDocument = new TypedDocumentString(`
    query SegmentOverview($tenant: BigInt!) {
  tenant(databaseId: $tenant) {
    id
    name
    processing {
      status
      lastProcessedAt
      isStale
    }
    analytics {
      rfm {
        computedAt
        overview {
          customerCount
          averageRecencyDays
          averageFrequency
          averageMonetary {
            ...MoneyFields
          }
          totalRevenue {
            ...MoneyFields
          }
        }
        distribution {
          segment
          customerCount
          share
          averageMonetary {
            ...MoneyFields
          }
        }
        grid {
          recencyScore
          frequencyScore
          customerCount
        }
      }
    }
    segments(first: 100) {
      nodes {
        id
        name
        type
        memberCount
        lastUpdatedAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment MoneyFields on Money {
  amount
  currencyCode
}`, {"hash":"sha256:4a23da97c5580a5a96c27e84a353792edcea4756ff7ab1f46640efe48e7d0c26"}) as unknown as TypedDocumentString<SegmentOverviewQuery, SegmentOverviewQueryVariables>;