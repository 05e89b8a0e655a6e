/** Wires the parts of a client together. Each part owns its state and sees only the parts named in its context. */

import { CassetteRecorder, type RecorderParts } from "../cassette/recorder.js";
import { STREAM_DEFAULTS } from "../live/options.js";
import { EventRouter } from "../live/router.js";
import type { ObjectContext } from "../objects/context.js";
import { IdentityMap } from "../objects/identity-map.js";
import { Membership } from "../objects/membership.js";
import { Actions } from "../sending/actions.js";
import { Outbox } from "../sending/outbox.js";
import { Session } from "../transport/session.js";
import { systemClock } from "../util/clock.js";
import { Counters } from "../util/counters.js";
import { createServices, type Services } from "../util/services.js";
import type { WireTap } from "../util/wire-tap.js";
import type { Client } from "./client.js";
import { type ClientOptions, credentialsOf } from "./client-options.js";

/** Creates all parts of a client. Makes no request. */
export function createParts(client: Client, options: ClientOptions, closing: AbortSignal): ObjectContext {
  const { site } = client;
  const clock = options.clock ?? systemClock;
  const about = site.host;
  const notice = (text: string): void => services.notice(text);
  const services: Services = createServices({
    clock,
    random: options.random ?? Math.random,
    counters: new Counters(site.host),
    logger: options.logger,
    onError: options.onError,
    tap: tapOf(options, { site, clock, notice }),
    about,
  });
  const session = sessionOf(client, options, services, closing);
  const outbox = new Outbox(options.outbox ?? {}, services, closing, () => session.hasConnected);
  const { replyForm, stateFile } = options;
  const actions = new Actions({
    session,
    services,
    outbox,
    replyForm,
    mustResume: stateFile !== undefined,
    openEvents: () => live.openEvents(),
  });
  const membership = new Membership();
  const { cursors, ...stream } = options.stream ?? {};
  const context: ObjectContext = {
    client,
    services,
    session,
    actions,
    membership,
    get identity() {
      return identity;
    },
    get live() {
      return live;
    },
  };
  const identity = new IdentityMap(context);
  const live = new EventRouter({
    session,
    services,
    learn: (raw) => identity.learn(raw),
    events: identity,
    options: { ...STREAM_DEFAULTS, ...stream },
    enter: (roomId, signal) => identity.room(roomId).join({ signal }),
    onLeft: (roomId) => void membership.leave(roomId),
  });
  live.resumeFrom(Object.entries(cursors ?? {}).map(([roomId, cursor]) => [Number(roomId), { cursor, done: [] }]));
  return context;
}

/** The wire tap: a recorder owned by this client, or a tap owned by the caller, which this client must not close. */
function tapOf(
  { record, tap, files }: ClientOptions,
  parts: Pick<RecorderParts, "site" | "clock" | "notice">,
): WireTap | undefined {
  if (record === undefined)
    return tap && { request: (request) => tap.request(request), socket: (url) => tap.socket(url) };
  return new CassetteRecorder({ ...parts, files, ...(typeof record === "string" ? { file: record } : record) });
}

function sessionOf(client: Client, options: ClientOptions, services: Services, signal: AbortSignal): Session {
  const { email, password } = options;
  return new Session({
    site: client.site,
    credentials: email !== undefined && password !== undefined ? credentialsOf(email, password) : undefined,
    cookies: options.cookies,
    sessionFile: options.sessionFile,
    userAgent: options.userAgent ?? "chatexchange-ts",
    connections: { resolve: options.resolve, proxy: options.proxy, ca: options.ca },
    timeoutMs: options.timeoutMs,
    reads: options.reads,
    signal,
    services,
  });
}
