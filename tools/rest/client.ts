// A client of the document's types: what is written here as its users would must compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/api";

const api = createClient<paths>({ baseUrl: "http://127.0.0.1:8000" });

export async function champions(tenant: number): Promise<string[]> {
  const { data, error } = await api.GET("/api/v2/cdp/analytics/rfm", {
    params: { query: { tenant_id: tenant, segment: "Champions", limit: 10 } },
  });
  if (error) throw new Error(error.error);
  return data.data.segments["Champions"] ?? [];
}

export async function risk(tenant: number, customer: number): Promise<string | undefined> {
  const { data } = await api.GET("/api/v2/cdp/customers/{customerId}/profile", {
    params: { path: { customerId: customer }, query: { tenant_id: tenant } },
  });
  return data?.data.churn?.risk;
}

export async function integrate(tenant: number, key: string, token: string): Promise<number> {
  const body: components["schemas"]["IntegrationCreateRequest"] = {
    tenant_id: tenant,
    integration_type: "vtex",
    account_name: "chelseaio",
    app_key: key,
    app_token: token,
  };
  const { data, error } = await api.POST("/api/v2/tenant-integrations", { body });
  if (error) throw new Error(error.error);
  await api.PUT("/api/v2/tenant-integrations/{tenantOrIntegrationId}", {
    params: { path: { tenantOrIntegrationId: data.data.id } },
    body: { is_active: false },
  });
  return data.data.id;
}
