/** The local chat server: one listener for each site, all on loopback, and nothing left behind after `close()`. */
import type { AddressInfo } from "node:net";
import type { HttpBindings } from "@hono/node-server";
import { UsageError } from "../errors/index.js";
import { isLoopback, type SiteHost } from "../protocol/sites.js";
import { createFetch, type Shared } from "./http/app.js";
import { createNodeServer, type NodeServer } from "./http/node-server.js";
import { createUpgrades, type Upgrades } from "./http/upgrade.js";
import { LocalSite } from "./local-site.js";
import { Network } from "./network.js";
import { type ChatServerOptions, type ResolvedOptions, resolveOptions } from "./options.js";
import { type LoggedRequest, RequestLog } from "./request-log.js";
import { seedDemo } from "./seed/demo.js";
import { seedEmpty } from "./seed/empty.js";
import { createSiteState, type SiteState } from "./site-state.js";

interface Listener extends NodeServer {
  readonly upgrades: Upgrades;
}

export class ChatServer implements AsyncDisposable {
  /** The first site; hand it to `new Client(...)`. */
  readonly site: LocalSite;
  /** The sites by host; asking for one that does not run is a BAD_ARGUMENT. */
  readonly sites: Readonly<Record<SiteHost, LocalSite>>;
  readonly #states: readonly SiteState[];
  readonly #listeners: readonly Listener[];
  readonly #requests: RequestLog;
  #closing: Promise<void> | null = null;

  private constructor(states: readonly SiteState[], listeners: readonly Listener[], requests: RequestLog) {
    this.#states = states;
    this.#listeners = listeners;
    this.#requests = requests;
    const sites = states.map((state) => new LocalSite(state));
    const [first] = sites;
    if (!first) throw new UsageError("a server needs a site");
    this.site = first;
    this.sites = sitesByHost(sites);
  }

  /**
   * Starts a server; it answers when the promise resolves.
   * @throws {BAD_ARGUMENT} for unknown options, and for an address that is not loopback.
   */
  static async start(given: ChatServerOptions = {}): Promise<ChatServer> {
    const options = resolveOptions(given);
    if (!isLoopback(options.hostname)) {
      throw new UsageError(`a local chat server listens on loopback only, not on ${options.hostname}`);
    }
    const network = new Network();
    const states = [...new Set(options.sites)].map((host) => createSiteState(host, network, options));
    for (const state of states) (options.world === "demo" ? seedDemo : seedEmpty)(state);
    const requests = new RequestLog(options.maxRequests);
    const sites: ReadonlyMap<SiteHost, SiteState> = new Map(states.map((state) => [state.host, state]));
    const shared: Shared = { sites, requests, maxBodyBytes: options.maxBodyBytes };
    const listeners: Listener[] = [];
    try {
      for (const [index, state] of states.entries()) listeners.push(await listen(shared, state, index, options));
    } catch (error) {
      await Promise.all(listeners.map(stop));
      throw error;
    }
    return new ChatServer(states, listeners, requests);
  }

  /** The address of the first site, for browsers and for `new Client(server.url)`. */
  get url(): string {
    return this.site.url;
  }

  /** The last requests, oldest first, without secrets. */
  get requests(): readonly LoggedRequest[] {
    return this.#requests.all();
  }

  /** Forgets the requests so far. */
  clearRequests(): void {
    this.#requests.clear();
  }

  /** Closes sockets, connections, listeners and timers. Calling it again waits for the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as {@link ChatServer.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    for (const state of this.#states) {
      state.hub.close();
      state.presence.close();
    }
    await Promise.all(this.#listeners.map(stop));
  }
}

function sitesByHost(running: readonly LocalSite[]): Record<SiteHost, LocalSite> {
  const site = (host: SiteHost): PropertyDescriptor & { get(): LocalSite } => {
    const found = running.find((candidate) => candidate.host === host);
    return {
      enumerable: found !== undefined,
      get: () => {
        if (found) return found;
        throw new UsageError(`this server does not run ${host}; name it in the option "sites"`);
      },
    };
  };
  return Object.defineProperties({} as Record<SiteHost, LocalSite>, {
    "stackexchange.com": site("stackexchange.com"),
    "stackoverflow.com": site("stackoverflow.com"),
    "meta.stackexchange.com": site("meta.stackexchange.com"),
  });
}

function listen(shared: Shared, state: SiteState, index: number, options: ResolvedOptions): Promise<Listener> {
  const handle = createFetch(shared, state);
  const fetch = (request: Request, env: unknown): Promise<Response> => handle(request, env as HttpBindings);
  const { server, connections } = createNodeServer(fetch, options);
  const upgrades = createUpgrades(shared, state);
  server.on("upgrade", upgrades.handle);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port === 0 ? 0 : options.port + index, options.hostname, () => {
      server.removeListener("error", reject);
      state.port = (server.address() as AddressInfo).port;
      resolve({ server, upgrades, connections });
    });
  });
}

function stop({ server, upgrades, connections }: Listener): Promise<void> {
  upgrades.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of connections) socket.destroy();
  });
}
