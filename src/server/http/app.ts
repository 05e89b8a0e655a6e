/**
 * The entry point of requests: determines the site and its role, applies planned faults, parses the form, and dispatches
 * to the routes. Every failure ends as a response; the server stays up.
 */
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { SiteHost } from "../../protocol/sites.js";
import type { Faults, PlannedFault } from "../faults.js";
import type { RequestLog } from "../request-log.js";
import type { SiteState } from "../site-state.js";
import { type Call, createCall, Params, type ServerEnv } from "./call.js";
import { addConversationRoutes } from "./conversation-routes.js";
import { addFlagRoutes } from "./flag-routes.js";
import { addListRoutes } from "./list-routes.js";
import { addLiveRoutes } from "./live-routes.js";
import { addHomeRoutes, addLoginRoutes, addLoginSiteRoutes } from "./login-routes.js";
import { addMessageRoutes } from "./message-routes.js";
import { addOwnerRoutes } from "./owner-routes.js";
import { compressed } from "./packing.js";
import { addPeopleRoutes } from "./people-routes.js";
import { hostOf, isOwnOrigin, type Place, placeOf } from "./place.js";
import { type FormBody, NO_FORM, readForm } from "./request-body.js";
import { errorResponse, notFoundPage, sentenceResponse, textResponse } from "./responses.js";
import { addRoomRoutes } from "./room-routes.js";
import { serveWebFile } from "./static-files.js";
import { addTranscriptRoutes } from "./transcript-routes.js";
import { addUploadRoutes } from "./upload-routes.js";

/** The state that all listeners share. */
export interface Shared {
  readonly sites: ReadonlyMap<SiteHost, SiteState>;
  readonly requests: RequestLog;
  readonly maxBodyBytes: number;
}

type Routes = (app: Hono<ServerEnv>) => void;

/** Paths of the login site, which shares an origin with chat on loopback. */
const LOGIN_PATHS = /^\/(users\/(login|logout|login-or-signup|current)(\/|$)|nocaptcha|local\/)/;
/** Paths that a site in read-only mode refuses. */
const WRITE_PATHS =
  /^\/(messages|admin|flags|conversation|upload|rooms\/(save|pairoff)|users\/login|local|chats\/\d+\/messages)(\/|$)/;

/** The default path of the page icon in browsers. */
const FAVICON_PATH = "/favicon.ico";
/** POST endpoints that accept requests without a form. */
const PATHS_WITHOUT_FORM: ReadonlySet<string> = new Set(["/users/login/universal/request"]);

/** Builds the routes of each role that a place can have. */
function createRouter(): (place: Place, path: string) => Hono<ServerEnv> {
  const chat = buildApp([
    addListRoutes,
    addRoomRoutes,
    addLiveRoutes,
    addMessageRoutes,
    addOwnerRoutes,
    addTranscriptRoutes,
    addPeopleRoutes,
    addFlagRoutes,
    addConversationRoutes,
    addUploadRoutes,
  ]);
  const login = buildApp([addHomeRoutes, addLoginRoutes, addLoginSiteRoutes]);
  const home = buildApp([addHomeRoutes]);
  const loopbackLogin = buildApp([addLoginRoutes]);
  return ({ role }, path) => {
    if (role === "both") return LOGIN_PATHS.test(path) ? loopbackLogin : chat;
    return { login, home, chat }[role];
  };
}

/** An incoming request before it is dispatched. */
interface Arrival {
  readonly request: Request;
  readonly env: HttpBindings;
  readonly url: URL;
  readonly path: string;
  readonly host: string;
  readonly fault: PlannedFault | undefined;
  /** Adds it to the request log. */
  log(status: number, form?: Iterable<[string, string]>): void;
}

/** Creates the request handler of one listener. */
export function createFetch(
  shared: Shared,
  listener: SiteState,
): (request: Request, env: HttpBindings) => Promise<Response> {
  const appFor = createRouter();
  return async (request, env) => {
    const { method } = request;
    const asked = hostOf(env.incoming);
    const host = asked ?? "";
    const place = asked === null ? undefined : placeOf(asked, shared.sites, listener);
    if (!place) {
      // The URL is not parsed yet; with such a host it may be invalid.
      const [path = ""] = (env.incoming.url ?? "").split("?");
      const status = asked === null ? 400 : 421;
      shared.requests.add({ method, host, path, status, at: listener.options.clock.now() }, []);
      const sentence =
        asked === null ? "A request must have exactly one host." : "This server does not serve that host.";
      return withCommonHeaders(textResponse(sentence, status));
    }
    const url = new URL(request.url, "http://unknown.invalid");
    // Some clients send duplicate slashes, which the platform of the live servers accepts (INF).
    const path = url.pathname.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
    const log = (status: number, form: Iterable<[string, string]> = url.searchParams): void =>
      shared.requests.add({ method, host, path, status, at: listener.options.clock.now() }, form);
    const { faults, latency } = place.state;
    const { ms, before } = faults.delayOf(path);
    const fault = faults.take(path);
    if (before) await latency.wait(ms, env.outgoing);
    const arrival: Arrival = { request, env, url, path, host, fault, log };
    const response = await respond(arrival, place, shared, listener, appFor);
    const packing = fault?.kind === "packed" ? fault.packing : undefined;
    const isOurs = fault?.kind !== "answer";
    const answer = isOurs
      ? await compressed(response, request.headers.get("accept-encoding") ?? "", packing)
      : response;
    if (!before) await latency.wait(ms, env.outgoing);
    if (fault?.kind === "cut" || fault?.kind === "hang-up") env.outgoing.destroy();
    return answer;
  };
}

async function respond(
  { request, env, url, path, host, fault, log }: Arrival,
  place: Place,
  shared: Shared,
  listener: SiteState,
  appFor: ReturnType<typeof createRouter>,
): Promise<Response> {
  const { method } = request;
  const { faults } = place.state;
  const finish = (response: Response, call?: Call): Response => {
    log(fault?.kind === "cut" ? 0 : response.status, call?.params.entries());
    return withCommonHeaders(response, call);
  };
  if (!fault && /^(GET|HEAD)$/.test(method) && (path === FAVICON_PATH || path.startsWith("/web/"))) {
    return finish(await serveWebFile(path === FAVICON_PATH ? "/web/favicon.ico" : path));
  }
  const { origin, referer, cookie = "" } = env.incoming.headers;
  const isForeign = origin !== undefined && !isOwnOrigin(origin, host, shared.sites);
  if (method === "POST" && isForeign && !listener.options.foreignOrigins) {
    return finish(textResponse("This server does not accept posts from pages of other sites.", 403));
  }
  const limits = { maxBodyBytes: shared.maxBodyBytes, maxImageBytes: place.state.options.maxImageBytes };
  const body = method === "POST" ? await readForm(request, path, limits) : NO_FORM;
  const params = formOf(url.searchParams, body);
  if (fault && fault.kind !== "cut" && fault.kind !== "packed") {
    log(fault.kind === "answer" ? fault.status : 0, params.entries());
    return plannedResponse(fault, faults, env.outgoing);
  }
  if (body.kind === "too-large") return finish(textResponse("The request is too large.", 413));
  if (body.kind === "malformed")
    return finish(sentenceResponse("The form is broken: its multipart body cannot be read", 400));
  const upload = body.kind === "form" ? body.upload : null;
  const call = createCall(place, shared.sites, {
    params,
    cookieHeader: cookie,
    upload,
    referer,
    address: env.incoming.socket.remoteAddress ?? "",
  });
  // Without a form content type the live servers see no parameters at all (protocol.md §1).
  if (body.kind === "not-a-form" && !PATHS_WITHOUT_FORM.has(path)) return finish(notFoundPage(call), call);
  if (method === "POST" && faults.isReadOnly && WRITE_PATHS.test(path)) {
    return finish(sentenceResponse("This site is in read-only mode; please try again later.", 503), call);
  }
  const routed =
    path === url.pathname ? request : new Request(new URL(path, url), { method, headers: request.headers });
  return finish(withMutableHeaders(await appFor(place, path).fetch(routed, { ...env, call })), call);
}

/** Merges the parameters of query and body. */
function formOf(query: URLSearchParams, body: FormBody): Params {
  const params = new Params();
  params.add(query);
  if (body.kind === "form") params.add(body.fields);
  return params;
}

/** Adds the cookies and headers that every response has. */
function withCommonHeaders(response: Response, call?: Call): Response {
  for (const cookie of call?.setCookies ?? []) response.headers.append("Set-Cookie", cookie);
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

function buildApp(routes: readonly Routes[]): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>();
  for (const add of routes) add(app);
  app.notFound((c) => notFoundPage(c.env.call));
  app.onError(errorResponse);
  return app;
}

/** Copies a response, because redirects made by the platform have immutable headers and ours need cookies. */
function withMutableHeaders(response: Response): Response {
  return new Response(response.body, { status: response.status, headers: response.headers });
}

/** The planned response instead of the real one. Nobody receives it if the connection is about to be closed. */
function plannedResponse(
  fault: Exclude<PlannedFault, { kind: "cut" } | { kind: "packed" }>,
  faults: Faults,
  connection: HttpBindings["outgoing"],
): Promise<Response> {
  if (fault.kind === "hang") {
    faults.trackHanging(connection);
    return new Promise(() => {});
  }
  if (fault.kind === "hang-up") return Promise.resolve(new Response(null, { status: 503 }));
  const { status, headers, bare } = fault;
  // Statuses such as 204 must have no body, and a string body would add a content type.
  const body = fault.body === "" ? null : bare ? Buffer.from(fault.body) : fault.body;
  const response = new Response(body, { status, headers: { ...headers } });
  return Promise.resolve(bare ? response : withCommonHeaders(response));
}
