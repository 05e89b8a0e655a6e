/** The two ways to listen to a room: a callback, and an async iterable. */
import { isPromise } from "node:util/types";
import { AbortedError, UsageError } from "../errors/index.js";
import type { ObjectContext } from "../objects/context.js";
import { BoundedStream, type Overflow } from "../util/bounded-stream.js";
import type { RequestOptions } from "../util/options.js";
import { checkChoice, checkCount } from "../util/options.js";
import { quiet } from "../util/promises.js";
import type { ChatEvent } from "./events.js";

/** What listening needs of a client. */
export type ListenContext = Pick<ObjectContext, "live" | "membership" | "services" | "session">;

/** Something that listens until it is closed or disposed of. */
export interface Listening extends Disposable {
  /** Stops listening. Idempotent. */
  close(): void;
}

/** A callback that is listening. Close it, or dispose of it, to stop. */
export interface Watch extends Disposable, AsyncDisposable {
  /** Resolves when events flow; rejects when the room can not be listened to. */
  readonly ready: Promise<void>;
  /** Stops listening. Idempotent. */
  close(): void;
}

/** Options of `newEvents` and `newMessages`. */
export interface ListenOptions extends RequestOptions {
  /** How many events wait for a slow reader at most. @default 10000 */
  readonly limit?: number;
  /**
   * What gives way when that many wait: the oldest, the newest, or the whole iteration (with an error). What is lost is
   * always logged and counted. @default "drop-oldest"
   */
  readonly overflow?: Overflow;
}

/** Events or messages as they come: endless until `break`, disposal, the signal or logout. */
export interface LiveStream<T> extends AsyncIterableIterator<T>, AsyncDisposable {
  /** Resolves when events flow; rejects when the room can not be listened to. */
  readonly ready: Promise<void>;
  /** How many were lost because nobody read them in time. */
  readonly dropped: number;
  /** Itself, so that `for await` can read it; there is one queue, so two loops share what comes. */
  [Symbol.asyncIterator](): this;
}

/** Calls back for every event of every room listened to. @internal */
export function watchAll(context: ListenContext, callback: (event: ChatEvent) => unknown): Listening {
  const { close } = context.live.listenToAll({ onEvent: guarded(context, callback), onEnd() {} });
  return { close, [Symbol.dispose]: close };
}

/** A callback whose failures are reported, and stop nothing. */
function guarded(
  context: ListenContext,
  callback: (event: ChatEvent) => unknown,
): (event: ChatEvent, done: () => void) => void {
  return (event, done) => {
    try {
      const result = callback(event);
      if (isPromise(result)) result.catch((error) => context.services.reportUnhandled(error)).finally(done);
      else done();
    } catch (error) {
      done();
      context.services.reportUnhandled(error);
    }
  };
}

/** Calls back for every event of a room. @internal */
export function watchRoom(
  context: ListenContext,
  roomId: number,
  callback: (event: ChatEvent) => unknown,
  before: Promise<void> | undefined,
): Watch {
  const listening = context.live.listen(roomId, {
    onEvent: guarded(context, callback),
    onEnd(reason) {
      if (reason !== undefined) context.services.reportUnhandled(reason);
    },
  });
  const close = (): void => listening.close();
  return {
    ready: quiet(inRoom(context, roomId, listening.ready, before)),
    close,
    [Symbol.dispose]: close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

/** Queues what `pick` makes of the events of a room; what it makes undefined is left out. @internal */
export function streamRoom<T>(
  context: ListenContext,
  roomId: number,
  pick: (event: ChatEvent) => T | undefined,
  options: ListenOptions,
  before: Promise<void> | undefined,
): LiveStream<T> {
  const { limit, overflow, signal } = options;
  if (limit !== undefined) checkCount("limit", limit, 1);
  if (overflow !== undefined) checkChoice("overflow", overflow, ["drop-oldest", "drop-newest", "fail"]);
  const abort = (): void => stream.end();
  const stream = new EventQueue<T>({
    ...(limit === undefined ? {} : { limit }),
    ...(overflow === undefined ? {} : { overflow }),
    overflowError: () =>
      new UsageError(
        `more than ${limit ?? 10_000} events of room ${roomId} wait to be read; read faster or raise "limit"`,
      ),
    onDrop: (dropped) =>
      context.services.log.warn(`room ${roomId}: nobody reads fast enough; ${dropped} dropped so far`),
    onEnd() {
      signal?.removeEventListener("abort", abort);
      listening.close();
      context.live.streams.delete(stream);
    },
  });
  const listening = context.live.listen(roomId, {
    onEvent(event, done) {
      const value = pick(event);
      if (value === undefined) done();
      else stream.push(value, done);
    },
    onEnd: (reason) => (reason === undefined || reason instanceof AbortedError ? stream.end() : stream.fail(reason)),
  });
  context.live.streams.add(stream);
  stream.ready = quiet(inRoom(context, roomId, listening.ready, before));
  before?.catch((reason) => stream.fail(reason));
  if (signal?.aborted) stream.end();
  else signal?.addEventListener("abort", abort, { once: true });
  return stream;
}

class EventQueue<T> extends BoundedStream<T> implements LiveStream<T> {
  ready: Promise<void> = Promise.resolve();
}

/** Ready is who hears, and has been let in; a socket of somebody who is logged in means being in the room. */
async function inRoom(
  context: ListenContext,
  roomId: number,
  ready: Promise<void>,
  before: Promise<void> | undefined,
): Promise<void> {
  await Promise.all([ready, before]);
  if (context.session.me) context.membership.enter(roomId);
}
