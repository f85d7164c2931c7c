import audiencePreview from "../examples/audience-preview.graphql?raw";
import customer360 from "../examples/customer-360.graphql?raw";
import customersAtRisk from "../examples/customers-at-risk.graphql?raw";
import processingProgress from "../examples/processing-progress.graphql?raw";
import rfmOverview from "../examples/rfm-overview.graphql?raw";
import salesOverTime from "../examples/sales-over-time.graphql?raw";
import segmentCreate from "../examples/segment-create.graphql?raw";
import variables from "../examples/variables.json";

export interface Example {
  /** What the menu calls it. */
  title: string;
  query: string;
  /** JSON, as the editor shows it. */
  variables?: string;
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** Each runs on the demo shop, tenant 56. */
export const EXAMPLES: readonly [Example, ...Example[]] = [
  { title: "RFM overview", query: rfmOverview },
  { title: "Customer 360", query: customer360 },
  { title: "Customers at risk", query: customersAtRisk },
  { title: "Sales over time", query: salesOverTime },
  { title: "Audience preview", query: audiencePreview, variables: json(variables["audience-preview"]) },
  { title: "Make a segment (mutation)", query: segmentCreate, variables: json(variables["segment-create"]) },
  {
    title: "Processing progress (subscription)",
    query: processingProgress,
    variables: json(variables["processing-progress"]),
  },
];
