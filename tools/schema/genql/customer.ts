import { createClient, type FieldsSelection, type Query } from "../generated/genql";

/** One customer's value and risk, typed by what is selected. */
export async function customer(url: string, tenantId: string, customerId: string) {
  const client = createClient({ url });
  const found = await client.query({
    tenant: {
      __args: { id: tenantId },
      customer: {
        __args: { id: customerId },
        email: true,
        clv: { tier: true, predictedValue: { amount: true, currencyCode: true } },
        churn: { risk: true, probability: true },
      },
    },
  });
  return found.tenant?.customer?.churn?.probability ?? null;
}

export type Names = FieldsSelection<Query, { viewer: { tenants: { nodes: { name: true } } } }>;
