/** A small server by which supervisors and Prometheus look into a bot. Shows states and counts, never a message. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AddressInUseError, isChatError, type StreamState } from "../../index.js";
import { printFailure } from "../../util/call-safely.js";
import { checkCount, checkFlag, checkFunction, checkNonEmptyText, checkOptions } from "../../util/options.js";
import type { BotStatus } from "../status.js";
import { type MetricSource, type MetricsText, openMetrics } from "./metrics.js";

/** Options of `startHealth` and `bot.health`. */
export interface HealthOptions extends MetricSource {
  /** The port; 0 takes a free one. */
  readonly port: number;
  /** The address to listen on. @default "127.0.0.1" */
  readonly host?: string;
  /** Whether to answer `/metrics`, which needs the package prom-client. @default true */
  readonly metrics?: boolean;
}

/** A running health server. */
export interface Health extends AsyncDisposable {
  /** Its address, such as `http://127.0.0.1:9464`. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends all connections at once. */
  close(): Promise<void>;
}

/** An answer of the server. */
interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** States in which events of a room arrive. */
const LISTENING: readonly StreamState[] = ["live", "polling"];

/**
 * Starts a server with the paths `/healthz` (ready, live, last event, rooms: 200 or 503), `/livez` (live alone, for
 * supervisors that restart) and `/metrics` (Prometheus).
 * @throws {ADDRESS_IN_USE} when it cannot listen on the port
 * @throws {BAD_ARGUMENT} for an invalid option
 */
export async function startHealth(options: HealthOptions): Promise<Health> {
  checkHealthOptions(options);
  const { port, host = "127.0.0.1" } = options;
  const pages = new Pages(options);
  const server = createServer(
    { requestTimeout: 10_000 },
    (request, response) => void respond(pages, request, response),
  );
  await listen(server, port, host);
  // A health check keeps no bot alive.
  server.unref();
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    port: actual,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function checkHealthOptions(options: HealthOptions): void {
  checkOptions("health", options, ["port", "host", "metrics", "look", "clients", "handlerTimes"]);
  checkCount("port", options.port, 0, 65_535);
  if (options.host !== undefined) checkNonEmptyText("host", options.host);
  if (options.metrics !== undefined) checkFlag("metrics", options.metrics);
  for (const name of ["look", "clients", "handlerTimes"] as const)
    if (name === "look" || options[name] !== undefined) checkFunction(name, options[name]);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: Error & { readonly code?: string }) => {
      const isTaken = cause.code === "EADDRINUSE";
      const reason = isTaken ? "it is in use" : cause.code === "EACCES" ? "permission denied" : cause.message;
      reject(new AddressInUseError(port, `cannot listen on ${host}, port ${port}: ${reason}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

async function respond(pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, contentType, text } = await pages.answer(request.method ?? "", request.url ?? "");
  response.writeHead(status, {
    "content-type": contentType,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

/** The answers of the server. */
class Pages {
  readonly #options: HealthOptions;
  #metrics: Promise<() => Promise<MetricsText>> | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async answer(method: string, url: string): Promise<Page> {
    if (method !== "GET" && method !== "HEAD") return plain(405, "only GET and HEAD are allowed");
    const [path] = url.split("?");
    try {
      if (path === "/healthz") return healthPage(this.#options.look(), "ready");
      if (path === "/livez") return healthPage(this.#options.look(), "live");
      if (path === "/metrics" && this.#options.metrics !== false) return await this.#metricsPage();
      return plain(404, "the pages are /healthz, /livez and /metrics");
    } catch (error) {
      printFailure("bot: the health server failed", error);
      return plain(500, "the state of the bot cannot be read; its log says why");
    }
  }

  async #metricsPage(): Promise<Page> {
    try {
      this.#metrics ??= openMetrics(this.#options);
      const write = await this.#metrics;
      return { status: 200, ...(await write()) };
    } catch (error) {
      if (!isChatError(error, "BAD_ARGUMENT")) throw error;
      return plain(501, error.message);
    }
  }
}

/** Live: the bot runs, and listening has ended in no room. Ready: also, events arrive in every room. */
function healthPage(status: BotStatus, decisive: "ready" | "live"): Page {
  const states = status.rooms.map(({ state }) => state);
  const live = status.isRunning && !states.includes("closed");
  const ready = live && states.every((state) => LISTENING.includes(state));
  const rooms = status.rooms.map(({ id, host, state }) => ({ id, host, state }));
  const { startedAt, lastEventAt } = status;
  const body = { ready, live, startedAt: timeOf(startedAt), lastEventAt: timeOf(lastEventAt), rooms };
  const isWell = decisive === "ready" ? ready : live;
  return { status: isWell ? 200 : 503, contentType: "application/json", text: `${JSON.stringify(body)}\n` };
}

function timeOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function plain(status: number, text: string): Page {
  return { status, contentType: "text/plain; charset=utf-8", text: `${text}\n` };
}
