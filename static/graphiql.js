const EXAMPLE = `# Who are the customers of tenant 56? Press the play button.
query Overview {
  tenant(databaseId: 56) {
    name
    analytics {
      rfm {
        computedAt
        overview { totalCustomers totalRevenue { amount currencyCode } }
        distribution { segment customers percentage }
      }
      churn { overview { churnRate horizonDays } distribution { risk customers } }
      clv { topCustomers(first: 3) { email clv { predictedValue { amount } tier } } }
    }
    customers(first: 5) {
      nodes { databaseId email rfm { segment score } churn { probability risk } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`;

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
    defaultQuery: EXAMPLE,
    defaultEditorToolsVisibility: false,
  }),
);
