// Runs every audit of graphql-http against a server: node audit.mjs http://127.0.0.1:8000/graphql
import { auditServer } from "graphql-http";

const url = process.argv[2];
if (!url) {
  console.error("Give the URL of the graph, such as http://127.0.0.1:8000/graphql.");
  process.exit(2);
}
const results = await auditServer({ url });
const failed = results.filter((each) => each.status !== "ok");
for (const each of failed) console.error(`${each.id} ${each.status}: ${each.name}: ${each.reason}`);
console.log(`${results.length - failed.length} of ${results.length} audits pass`);
process.exit(failed.length || results.length < 61 ? 1 : 0);
