/**
 * The way in: finds out which site and which half of it a request is for, applies planned faults, reads the form, and
 * hands over to the routes. Whatever goes wrong ends as an answer; the server stays up.
 */
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { SiteHost } from "../../protocol/sites.js";
import type { PlannedFault } from "../faults.js";
import type { RequestLog } from "../request-log.js";
import type { SiteState } from "../site-state.js";
import { failureAnswer, notFoundPage, sentenceAnswer, textAnswer } from "./answers.js";
import { type Call, createCall, type ServerEnv } from "./call.js";
import { addConversationRoutes } from "./conversation-routes.js";
import { addFlagRoutes } from "./flag-routes.js";
import { addListRoutes } from "./list-routes.js";
import { addLiveRoutes } from "./live-routes.js";
import { addLoginRoutes, addLoginSiteRoutes } from "./login-routes.js";
import { addMessageRoutes } from "./message-routes.js";
import { addOwnerRoutes } from "./owner-routes.js";
import { addPeopleRoutes } from "./people-routes.js";
import { type Place, placeOf } from "./place.js";
import { isUpload, readForm, readUpload, tooLarge } from "./request-body.js";
import { addRoomRoutes } from "./room-routes.js";
import { serveWebFile } from "./static-files.js";
import { addTranscriptRoutes } from "./transcript-routes.js";
import { addUploadRoutes } from "./upload-routes.js";

/** What every listener shares. */
export interface Shared {
  readonly sites: ReadonlyMap<SiteHost, SiteState>;
  readonly requests: RequestLog;
  readonly maxBodyBytes: number;
}

type Routes = (app: Hono<ServerEnv>) => void;

/** Paths of the login site, which share an origin with chat on loopback. */
const loginPaths = /^\/(users\/(login|logout|login-or-signup|current)(\/|$)|nocaptcha|local\/)/;
/** What a site in read-only mode refuses. */
const writePaths =
  /^\/(messages|admin|flags|conversation|upload|rooms\/(save|pairoff)|users\/login|local|chats\/\d+\/messages)(\/|$)/;

/** The request handler of one listener. */
export function createFetch(
  shared: Shared,
  listener: SiteState,
): (request: Request, env: HttpBindings) => Promise<Response> {
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
  const login = buildApp([addLoginRoutes, addLoginSiteRoutes]);
  const loopbackLogin = buildApp([addLoginRoutes]);
  const appFor = (place: Place, path: string): Hono<ServerEnv> => {
    if (place.role === "both") return loginPaths.test(path) ? loopbackLogin : chat;
    return place.role === "login" ? login : chat;
  };
  return async (request, env) => {
    const { method } = request;
    const url = new URL(request.url, "http://unknown.invalid");
    const host = env.incoming.headers.host ?? "";
    const { clock } = listener.options;
    const finish = (response: Response, call?: Call): Response => {
      const log = { method, host, path: url.pathname, status: response.status, at: clock.now() };
      shared.requests.add(log, call?.params.entries() ?? []);
      for (const cookie of call?.setCookies ?? []) response.headers.append("Set-Cookie", cookie);
      response.headers.set("X-Content-Type-Options", "nosniff");
      return response;
    };
    const place = placeOf(host, shared.sites, listener);
    if (!place) return finish(textAnswer("This server does not know that host.", 421));
    const fault = place.state.faults.take(url.pathname);
    if (fault?.kind === "hang") place.state.faults.hangs(env.outgoing);
    if (fault?.kind === "hang-up") env.outgoing.destroy();
    if (fault && fault.kind !== "cut") return finish(await faultyAnswer(fault));
    // Only browsers say this, so programs are free to post from anywhere. The fkey is the other half of the protection.
    const from = request.headers.get("sec-fetch-site");
    if (method === "POST" && (from === "cross-site" || from === "same-site")) {
      return finish(sentenceAnswer("Pages of other sites cannot post to this chat.", 403));
    }
    if (method === "GET" && url.pathname.startsWith("/web/")) return finish(await serveWebFile(url.pathname));
    const upload = isUpload(request, url.pathname)
      ? await readUpload(request, place.state.options.maxImageBytes)
      : null;
    const body = method === "POST" && !upload ? await readForm(request, shared.maxBodyBytes) : "";
    if (body === tooLarge) return finish(textAnswer("The request is too large.", 413));
    const cookieHeader = env.incoming.headers.cookie ?? "";
    const form = { query: url.searchParams, body: body ?? "", cookieHeader, upload };
    const call = createCall(place, shared.sites, form);
    // Without a form's content type the live servers see no parameters at all (protocol.md §1).
    if (body === null) return finish(notFoundPage(call), call);
    if (method === "POST" && place.state.faults.isReadOnly && writePaths.test(url.pathname)) {
      return finish(sentenceAnswer("This site is in read-only mode; please try again later.", 503), call);
    }
    const response = await appFor(place, url.pathname).fetch(request, { ...env, call });
    if (fault?.kind === "cut") env.outgoing.destroy();
    return finish(mutable(response), call);
  };
}

function buildApp(routes: readonly Routes[]): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>();
  for (const add of routes) add(app);
  app.notFound((c) => notFoundPage(c.env.call));
  app.onError(failureAnswer);
  return app;
}

/** Redirects made by the platform have frozen headers; ours must take cookies. */
function mutable(response: Response): Response {
  return new Response(response.body, { status: response.status, headers: response.headers });
}

function faultyAnswer(fault: Exclude<PlannedFault, { kind: "cut" }>): Promise<Response> {
  if (fault.kind === "hang") return new Promise(() => {});
  if (fault.kind === "hang-up") return Promise.resolve(new Response(null, { status: 503 }));
  // Statuses such as 204 must have no body.
  const body = fault.body === "" ? null : fault.body;
  return Promise.resolve(new Response(body, { status: fault.status, headers: { ...fault.headers } }));
}
