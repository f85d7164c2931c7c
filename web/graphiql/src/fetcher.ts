import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";
import { authorization } from "./token";

function socketUrl(): string {
  const url = new URL("/graphql", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** Queries and mutations by POST, subscriptions over graphql-transport-ws, both with the token. */
export function makeFetcher(): Fetcher {
  const wsClient = createClient({ url: socketUrl(), connectionParams: authorization, retryAttempts: 3 });
  const send = createGraphiQLFetcher({ url: "/graphql", wsClient });
  return (params, options) => send(params, { ...options, headers: { ...authorization(), ...options?.headers } });
}
