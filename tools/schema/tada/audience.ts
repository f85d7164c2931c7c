import { initGraphQLTada, type ResultOf, type VariablesOf } from "gql.tada";
import type { introspection } from "../generated/tada";

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { BigInt: string; CurrencyCode: string; Date: string; DateTime: string; Decimal: string; JSON: unknown };
}>();

const money = graphql(`
  fragment Amount on Money {
    amount
    currencyCode
  }
`);

export const atRisk = graphql(
  `
    query AtRisk($id: ID!, $first: Int) {
      tenant(id: $id) {
        customers(first: $first, filter: { churnRisk: { in: [AT_RISK, CHURNING] } }) {
          nodes {
            id
            email
            rfm {
              segment
            }
            clv {
              predictedValue {
                ...Amount
              }
            }
          }
        }
      }
    }
  `,
  [money],
);

export const asked: VariablesOf<typeof atRisk> = { id: "an id", first: 10 };

/** The e-mails of an answer: what may be null is known to be so. */
export function emails(found: ResultOf<typeof atRisk>): string[] {
  return (found.tenant?.customers?.nodes ?? []).flatMap((each) => each.email ?? []);
}

// @ts-expect-error: a number is no id.
export const refused: VariablesOf<typeof atRisk> = { id: {} };
