import { graphql } from "relay-runtime";

/** A list that pages by itself: Relay makes its query, through `node`. */
export const customers = graphql`
  fragment customers_tenant on Tenant
  @refetchable(queryName: "customersPageQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    name
    customers(first: $count, after: $cursor, orderBy: { field: PREDICTED_VALUE, direction: DESC })
      @connection(key: "customers_tenant_customers") {
      totalCount
      edges {
        node {
          id
          ...customers_customer
        }
      }
    }
  }
`;

/** One row, which can be fetched anew. */
export const customer = graphql`
  fragment customers_customer on Customer @refetchable(queryName: "customersCustomerQuery") {
    email
    clv {
      tier
      predictedValue {
        amount
        currencyCode
      }
    }
    churn {
      risk
      probability
    }
  }
`;

export const screen = graphql`
  query customersScreenQuery($id: ID!) {
    tenant(id: $id) {
      ...customers_tenant
    }
  }
`;

/** A list that is paged both ways. */
export const segments = graphql`
  fragment customers_segments on Tenant
  @refetchable(queryName: "customersSegmentsQuery")
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    segments(first: $first, after: $after, last: $last, before: $before)
      @connection(key: "customers_segments_segments") {
      edges {
        node {
          id
          name
        }
      }
    }
  }
`;
