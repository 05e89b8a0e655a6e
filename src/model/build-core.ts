/** Puts a client together: session, outbox and stream, with one clock, one logger and one tally. */
import { Session } from "../transport/session.js";
import { systemClock } from "../util/clock.js";
import { loggerOf } from "../util/logger.js";
import type { Tally } from "../util/tally.js";
import type { Client } from "./client.js";
import { type ClientOptions, credentialsOf } from "./client-options.js";
import { ClientCore } from "./core.js";
import { Outbox } from "./outbox.js";

/** The core of a client; makes no request. */
export function buildCore(client: Client, options: ClientOptions, closing: AbortSignal, tally: Tally): ClientCore {
  const { site } = client;
  const logger = loggerOf(options.logger, site.host);
  const clock = options.clock ?? systemClock;
  const { email, password } = options;
  const session = new Session({
    site,
    credentials: email !== undefined && password !== undefined ? credentialsOf(email, password) : undefined,
    cookies: options.cookies,
    sessionFile: options.sessionFile,
    userAgent: options.userAgent ?? "chatexchange-ts",
    resolve: options.resolve,
    timeoutMs: options.timeoutMs,
    signal: closing,
    warn: logger.warn,
    now: () => clock.now(),
    tally,
  });
  return new ClientCore({
    client,
    session,
    clock,
    random: options.random ?? Math.random,
    outbox: new Outbox(options.outbox ?? {}, clock, closing, tally),
    stream: options.stream ?? {},
    replyForm: options.replyForm,
    report: options.onError ?? ((error) => logger.error("a failure nobody looked at", error)),
    warn: logger.warn,
    tally,
  });
}
