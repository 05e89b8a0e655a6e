/** Helpers for the behavior tests: a server with two users, and clients that end with the test. */

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
  /** An anonymous client. */
  anonymous(options?: ClientOptions): Client;
  /** Unhandled failures of all clients without an `onError` of their own. */
  readonly failures: readonly unknown[];
  /** Paths of the requests since the last call, as `METHOD path`. */
  requests(): string[];
}

/** The local servers of the tests that run now. */
const running = new Set<ChatServer>();

/** A local server that ends with the test, with the latency of the run (`npm run test:slow`). */
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

/** Closes a client at the end of the test, and checks that inspecting it shows no secret. */
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
const mostRealMs = isFar ? 240_000 : 45_000;

/** After this many checks in a row the test yields the CPU to others, such as a program that it waits for. */
const QUICK_LOOKS = 1_000;

/** Lets the network make progress between two checks. */
function rest(looks: number): Promise<void> {
  return new Promise((resolve) => {
    if (looks > QUICK_LOOKS || (isFar && traffic.isBusy)) setTimeout(resolve, 1);
    else setImmediate(resolve);
  });
}

const traffic = new Traffic(() => running);

/**
 * Advances the clock, timer by timer, until a condition holds. Time stands still while requests or late frames are
 * under way, so that a measured time includes only waits.
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

/** Advances the clock until a promise settles, and returns its result. */
export async function turning<T>(clock: ManualClock, promise: Promise<T>, mostMs: number = 5_000): Promise<T> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await until(clock, () => isSettled, mostMs);
  return promise;
}

/** Lets the network make progress, without time passing, until a condition holds. */
export async function meanwhile(condition: () => boolean): Promise<void> {
  const started = performance.now();
  for (let looks = 0; !condition(); looks++) {
    if (performance.now() - started > 10_000) throw new Error("it did not come true");
    await rest(looks);
  }
}

/** Lets the network make progress, without time passing, until nothing is under way or a condition holds. */
export async function quiet(isOver: () => boolean = () => false): Promise<void> {
  for (let still = 0, looks = 0; still < 12 && !isOver(); still++, looks++) {
    await rest(looks);
    // A frame that has just been sent is read a moment later.
    if (traffic.isBusy) still = -1;
  }
}
