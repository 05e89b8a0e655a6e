/** What the behaviour tests share: a server with two people, and clients that end with the test. */

import { Client, type ClientOptions, type LiveStream } from "chatexchange-ts";
import { ChatServer, type ChatServerOptions, type LoggedRequest, type ServerUser } from "chatexchange-ts/server";
import type { ManualClock } from "chatexchange-ts/testing";
import { onTestFinished } from "vitest";
import { Traffic } from "../src/testing/traffic.js";
import { latency } from "./latency.js";
import { LEAK, refuseSecrets, watchfulLogger } from "./secrets.js";

export interface Stage {
  readonly server: ChatServer;
  readonly bot: ServerUser;
  readonly alice: ServerUser;
  /** A client of the bot's account on the first site. */
  client(options?: ClientOptions): Client;
  /** A client of nobody. */
  anonymous(options?: ClientOptions): Client;
  /** Failures that nothing handled, from all clients without an `onError` of their own. */
  readonly failures: readonly unknown[];
  /** Paths of the requests since the last call, as `METHOD path`. */
  requests(): string[];
}

/** The local servers of the tests that run now. */
const running = new Set<ChatServer>();

/** A local server that ends with the test, as far away as the run says (`npm run test:slow`). */
export async function startServer(options: ChatServerOptions = {}): Promise<ChatServer> {
  const server = await ChatServer.start({ ...latency(), ...options });
  running.add(server);
  onTestFinished(async () => {
    running.delete(server);
    await server.close();
  });
  return server;
}

export async function stage(options: ChatServerOptions = {}): Promise<Stage> {
  const server = await startServer(options);
  const { site } = server;
  const bot = site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret-Passw0rd", reputation: 200 });
  const alice = site.addUser({
    name: "Alice Liddell",
    email: "alice@example.com",
    reputation: 3141,
    about: "Curiouser & curiouser",
  });
  let last: LoggedRequest | undefined;
  const failures: unknown[] = [];
  onTestFinished(() => {
    // A logger that throws stops nothing, so a secret in a log line shows here.
    const leak = failures.find((failure) => String(failure).includes(LEAK));
    if (leak !== undefined) throw leak;
  });
  const common = (): ClientOptions => ({
    logger: watchfulLogger(),
    onError: (error) => void failures.push(error),
  });
  return {
    server,
    bot,
    alice,
    failures,
    client: (more = {}) => ends(new Client(site, { email: bot.email, password: bot.password, ...common(), ...more })),
    anonymous: (more = {}) => ends(new Client(site, { ...common(), ...more })),
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

const isFar = latency().latencyMs !== undefined;
/** The longest wait in milliseconds of real time: a night of requests takes longer on a slow network. */
const mostRealMs = isFar ? 240_000 : 15_000;

/** Lets the network do its part between two looks; a slow one leaves the processor to others meanwhile. */
function rest(): Promise<void> {
  return new Promise((resolve) => {
    if (isFar && traffic.isUnderWay) setTimeout(resolve, 1);
    else setImmediate(resolve);
  });
}

const traffic = new Traffic(() => running);

/**
 * Turns the clock, from timer to timer, until something has come true. Time stands still while requests or late frames
 * are under way, so that what is measured is what was waited for.
 */
export async function until(clock: ManualClock, condition: () => boolean, mostMs: number = 5_000): Promise<void> {
  const started = performance.now();
  const isOver = (): boolean => condition() || performance.now() - started > mostRealMs;
  while (!isOver()) {
    await quiet(isOver);
    if (!isOver()) await clock.advance(Math.min(clock.untilNextMs ?? mostMs, mostMs));
  }
  if (!condition()) throw new Error("it did not come true");
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

/** Lets the network do its part, without time passing, until something has come true. */
export async function meanwhile(condition: () => boolean): Promise<void> {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > 10_000) throw new Error("it did not come true");
    await rest();
  }
}

/** Lets the network do its part, without time passing, until nothing is under way, or until something else is so. */
export async function quiet(isOver: () => boolean = () => false): Promise<void> {
  for (let still = 0; still < 12 && !isOver(); still++) {
    await rest();
    // A frame that has just been sent is read a moment later.
    if (traffic.isUnderWay) still = -1;
  }
}
