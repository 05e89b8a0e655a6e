/** The user's resolver with its answers checked. Its own errors come out as they are. */
import { UsageError } from "../errors/index.js";
import type { Endpoint, Resolver, Site } from "../protocol/sites.js";
import { isThenable, swallow } from "../util/call-safely.js";
import { checkCount, shown } from "../util/options.js";

/** The resolver of the options, or that of the site. */
export function resolverOf(site: Site, resolve: Resolver | undefined): Resolver | undefined {
  if (resolve) return checked((origin) => resolve(origin));
  return site.resolve && checked((origin) => site.resolve?.(origin));
}

function checked(resolve: (origin: string) => unknown): Resolver {
  return (origin) => {
    const endpoint = resolve(origin);
    if (endpoint === undefined || endpoint === null) return undefined;
    if (isEndpoint(endpoint)) {
      checkCount("the port that resolve gives", endpoint.port, 1, 65_535);
      return endpoint;
    }
    swallow(endpoint);
    throw new UsageError(
      `resolve gives { hostname, port } at once, or undefined; for ${origin} it gave ${isThenable(endpoint) ? "a promise" : shown(endpoint)}`,
    );
  };
}

function isEndpoint(value: unknown): value is Endpoint {
  return (
    typeof value === "object" &&
    value !== null &&
    "hostname" in value &&
    typeof value.hostname === "string" &&
    "port" in value
  );
}
