// PostGraphile over the tables of one tenant, under row-level security as ours: node server.mjs PORT URL TENANT [PROCESSES]
import cluster from "node:cluster";
import { createServer } from "node:http";
import { PgAggregatesPreset } from "@graphile/pg-aggregates";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const [port, connectionString, tenant, processes = "1"] = process.argv.slice(2);

if (cluster.isPrimary && Number(processes) > 1) {
  for (let started = 0; started < Number(processes); started += 1) cluster.fork();
} else {
  // A connection that comes while the primary ends finds its channel closed.
  cluster.worker?.on("error", (error) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const instance = postgraphile({
    extends: [PostGraphileAmberPreset, PgAggregatesPreset],
    pgServices: [
      makePgService({
        connectionString,
        schemas: ["public"],
        pgSettings: { "app.tenant_id": tenant },
        poolConfig: { max: 10 },
      }),
    ],
    grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false },
    grafast: { explain: false },
    gather: { pgStrictFunctions: true },
  });
  const server = createServer();
  server.on("error", (error) => {
    console.error(error);
    process.exit(1);
  });
  const served = instance.createServ(grafserv);
  await served.addTo(server);
  server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
}
