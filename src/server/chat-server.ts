/** The local chat server: one listener per site, all on loopback. `close()` releases everything they opened. */
import type { AddressInfo } from "node:net";
import type { HttpBindings } from "@hono/node-server";
import { AddressInUseError, type ChatError, UsageError } from "../errors/index.js";
import { isLoopback, type SiteHost } from "../protocol/sites.js";
import { createFetch, type Shared } from "./http/app.js";
import { asksForHttp2, createNodeServer, ignoreUpgrade, type NodeServer } from "./http/node-server.js";
import { createUpgrades, type Upgrades } from "./http/upgrade.js";
import { Journal } from "./journal/journal.js";
import { LoginAttempts } from "./login-attempts.js";
import { Network } from "./network.js";
import { type ChatServerOptions, type ResolvedOptions, resolveOptions } from "./options.js";
import { type LoggedRequest, RequestLog } from "./request-log.js";
import { LocalSite } from "./script/local-site.js";
import { seedDemo } from "./seed/demo.js";
import { seedEmpty } from "./seed/empty.js";
import { createSiteState, type SiteState } from "./site-state.js";

interface Listener extends NodeServer {
  readonly upgrades: Upgrades;
}

/**
 * A chat server on your own machine that speaks the protocol of the live sites. Bots connect to it and tests script it.
 * It listens on loopback only and keeps everything in memory by default; {@link ChatServerOptions} can change both.
 */
export class ChatServer implements AsyncDisposable {
  /** The first site. Pass it to `new Client(...)`. */
  readonly site: LocalSite;
  /** The running sites by host. @throws {BAD_ARGUMENT} when you access a site that is not running */
  readonly sites: Readonly<Record<SiteHost, LocalSite>>;
  readonly #states: readonly SiteState[];
  readonly #listeners: readonly Listener[];
  readonly #requests: RequestLog;
  readonly #journal: Journal | null;
  #closing: Promise<void> | null = null;

  private constructor(
    states: readonly SiteState[],
    listeners: readonly Listener[],
    requests: RequestLog,
    journal: Journal | null,
  ) {
    this.#journal = journal;
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
   * Starts a server. It accepts requests once the promise resolves.
   * @throws {BAD_ARGUMENT} if an option is unknown or invalid, if the address is not loopback and `exposed` is not set,
   * or if the server cannot listen on the address
   */
  static async start(given: ChatServerOptions = {}): Promise<ChatServer> {
    const options = resolveOptions(given);
    if (!isLoopback(options.hostname)) warnOfExposure(options);
    const isReachable = options.exposed || !isLoopback(options.hostname);
    const network = new Network(new LoginAttempts(isReachable, options.clock));
    const states = options.sites.map((host) => createSiteState(host, network, options));
    const journal = openWorlds(states, network, options);
    const requests = new RequestLog(options.maxRequests);
    const sites: ReadonlyMap<SiteHost, SiteState> = new Map(states.map((state) => [state.host, state]));
    const shared: Shared = { sites, requests, maxBodyBytes: options.maxBodyBytes };
    const listeners: Listener[] = [];
    try {
      for (const [index, state] of states.entries()) listeners.push(await listen(shared, state, index, options));
    } catch (error) {
      await Promise.all(listeners.map(stop));
      for (const { presence } of states) presence.close();
      journal?.close();
      throw error;
    }
    return new ChatServer(states, listeners, requests, journal);
  }

  /** The URL of the first site. Open it in a browser, or pass it to `new Client(server.url)`. */
  get url(): string {
    return this.site.url;
  }

  /** The most recent requests, oldest first, without passwords, cookies or fkeys. The option `maxRequests` limits them. */
  get requests(): readonly LoggedRequest[] {
    return this.#requests.all();
  }

  /** Clears the list of requests. */
  clearRequests(): void {
    this.#requests.clear();
  }

  /**
   * Closes all sockets, connections, listeners and timers. Repeated calls return the same promise.
   * @throws {STORAGE} if changes were lost because the `journal` could not be written; everything is closed nevertheless
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes the server, like {@link ChatServer.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    for (const state of this.#states) {
      state.hub.close();
      state.presence.close();
      state.latency.close();
    }
    await Promise.all(this.#listeners.map(stop));
    const lost = this.#journal?.close();
    if (lost) throw lost;
  }
}

function sitesByHost(running: readonly LocalSite[]): Record<SiteHost, LocalSite> {
  const site = (host: SiteHost): PropertyDescriptor & { get(): LocalSite } => {
    const found = running.find((candidate) => candidate.host === host);
    return {
      enumerable: found !== undefined,
      get: () => {
        if (found) return found;
        throw new UsageError(`this server does not run ${host}; add it to the option "sites"`);
      },
    };
  };
  return Object.defineProperties({} as Record<SiteHost, LocalSite>, {
    "stackexchange.com": site("stackexchange.com"),
    "stackoverflow.com": site("stackoverflow.com"),
    "meta.stackexchange.com": site("meta.stackexchange.com"),
  });
}

/** Gives every site its world: restored from the journal, or seeded anew and written to the journal. */
function openWorlds(states: readonly SiteState[], network: Network, options: ResolvedOptions): Journal | null {
  const journal =
    options.journal === "" ? null : Journal.open(options.journal, { states, network, clock: options.clock });
  for (const state of states) {
    if (journal?.has(state.host)) state.presence.resume();
    else (options.world === "demo" ? seedDemo : seedEmpty)(state);
  }
  journal?.start();
  return journal;
}

function listen(shared: Shared, state: SiteState, index: number, options: ResolvedOptions): Promise<Listener> {
  const handle = createFetch(shared, state);
  const fetch = (request: Request, env: unknown): Promise<Response> => handle(request, env as HttpBindings);
  const node = createNodeServer(fetch, options);
  const { server } = node;
  const upgrades = createUpgrades(shared, state);
  server.on("upgrade", (request, socket, head) => {
    // Larger than the body limit, so that a body over the limit still gets a 413.
    const mostBytes = 2 * Math.max(options.maxBodyBytes, options.maxImageBytes);
    if (asksForHttp2(request)) void ignoreUpgrade(node, request, socket, head, mostBytes);
    else upgrades.handle(request, socket, head);
  });
  return new Promise((resolve, reject) => {
    const port = options.port === 0 ? 0 : options.port + index;
    const refuse = (error: Error & { code?: string }): void => reject(listenError(error, port, options.hostname));
    server.once("error", refuse);
    server.listen(port, options.hostname.replace(/^\[|\]$/g, ""), () => {
      server.removeListener("error", refuse);
      state.port = (server.address() as AddressInfo).port;
      resolve({ ...node, upgrades });
    });
  });
}

function listenError(cause: Error & { code?: string }, port: number, hostname: string): ChatError {
  const where = `cannot listen on ${port === 0 ? "" : `port ${port} of `}${hostname}`;
  switch (cause.code) {
    case "EADDRINUSE":
      return new AddressInUseError(
        port,
        `${where}: the address is already in use; choose another port, or 0 for any free port`,
        { cause },
      );
    case "EACCES":
      return new AddressInUseError(
        port,
        `${where}: permission denied; choose a port above 1023, or 0 for any free port`,
        { cause },
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new UsageError(`${where}: this machine has no such address`, { cause });
    default:
      return new AddressInUseError(port, `${where}: ${cause.message}`, { cause });
  }
}

function warnOfExposure({ hostname, showAccounts, world }: ResolvedOptions): void {
  const anybody = showAccounts
    ? "Its login page lets anyone log in as any user with one click (showAccounts)."
    : `Its passwords are not secret${world === "demo" ? ': every user has the password "password"' : ""}.`;
  process.emitWarning(
    `Other machines can reach the local chat server on ${hostname}. It is meant for tests and has no real security. ${anybody}`,
    { type: "ChatServerWarning", code: "CHATEXCHANGE_EXPOSED" },
  );
}

function stop({ server, upgrades, connections }: Listener): Promise<void> {
  upgrades.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of connections) socket.destroy();
  });
}
