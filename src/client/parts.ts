/** Puts the parts of a client together; each owns its state, and sees only the parts that its context names. */

import { streamDefaults } from "../live/options.js";
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
import type { Client } from "./client.js";
import { type ClientOptions, credentialsOf } from "./client-options.js";

/** Makes all parts of a client. Makes no request. */
export function createParts(client: Client, options: ClientOptions, closing: AbortSignal): ObjectContext {
  const { site } = client;
  const services = createServices({
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    counters: new Counters(site.host),
    logger: options.logger,
    onError: options.onError,
    about: site.host,
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
    options: { ...streamDefaults, ...stream },
    enter: (roomId, signal) => identity.room(roomId).join({ signal }),
    left: (roomId) => void membership.leave(roomId),
  });
  live.goOnFrom(Object.entries(cursors ?? {}).map(([roomId, cursor]) => [Number(roomId), { cursor, done: [] }]));
  return context;
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
