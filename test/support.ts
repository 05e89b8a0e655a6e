/** What the behaviour tests share: a server with two people, and clients that end with the test. */

import { subscribe } from "node:diagnostics_channel";
import { Client, type ClientOptions, type LiveStream } from "chatexchange-ts";
import { ChatServer, type LoggedRequest, type ServerUser } from "chatexchange-ts/server";
import type { ManualClock } from "chatexchange-ts/testing";
import { onTestFinished } from "vitest";
import { refuseSecrets, watchfulLogger } from "./secrets.js";

export interface Stage {
  readonly server: ChatServer;
  readonly bot: ServerUser;
  readonly alice: ServerUser;
  /** A client of the bot's account on the first site. */
  client(options?: ClientOptions): Client;
  /** A client of nobody. */
  anonymous(options?: ClientOptions): Client;
  /** Paths of the requests since the last call, as `METHOD path`. */
  requests(): string[];
}

export async function stage(options: Parameters<typeof ChatServer.start>[0] = {}): Promise<Stage> {
  const server = await ChatServer.start(options);
  onTestFinished(() => server.close());
  const { site } = server;
  const bot = site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret-Passw0rd", reputation: 200 });
  const alice = site.addUser({
    name: "Alice Liddell",
    email: "alice@example.com",
    reputation: 3141,
    about: "Curiouser & curiouser",
  });
  let last: LoggedRequest | undefined;
  return {
    server,
    bot,
    alice,
    client: (more = {}) =>
      ends(new Client(site, { email: bot.email, password: bot.password, logger: watchfulLogger(), ...more })),
    anonymous: (more = {}) => ends(new Client(site, { logger: watchfulLogger(), ...more })),
    requests() {
      const { requests } = server;
      const fresh = last ? requests.slice(requests.indexOf(last) + 1) : requests;
      last = requests.at(-1);
      return fresh.map(({ method, path }) => `${method} ${path}`);
    },
  };
}

/** Ends a client when the test is over; looking at it may show no secret. */
export function ends(client: Client): Client {
  onTestFinished(async () => {
    refuseSecrets(client);
    await client.logout({ drain: false });
  });
  return client;
}

/** The next value of a stream. */
export async function next<T>(stream: LiveStream<T>): Promise<T> {
  const { done, value } = await stream.next();
  if (done) throw new Error("the stream has ended");
  return value;
}

/** The failure of a promise, which may show no secret; fails the test when there is none. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    refuseSecrets(error);
    return error;
  }
  throw new Error("this should have failed");
}

let requestsUnderWay = 0;
for (const [name, change] of [
  ["create", 1],
  ["trailers", -1],
  ["error", -1],
] as const) {
  subscribe(`undici:request:${name}`, () => {
    requestsUnderWay += change;
  });
}

/**
 * Turns the clock, from timer to timer, until something has come true. Time stands still while requests are under way,
 * so that what is measured is what was waited for.
 */
export async function until(clock: ManualClock, condition: () => boolean, mostMs: number = 5_000): Promise<void> {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > 15_000) throw new Error("it did not come true");
    for (let turn = 0; turn < 12 && !condition(); turn++) await new Promise((resolve) => setImmediate(resolve));
    if (requestsUnderWay === 0 && !condition()) await clock.advance(Math.min(clock.untilNextMs ?? mostMs, mostMs));
  }
}

/** What a promise comes to while the clock is turned. */
export async function turning<T>(clock: ManualClock, promise: Promise<T>, mostMs: number = 5_000): Promise<T> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await until(clock, () => isSettled, mostMs);
  return promise;
}
