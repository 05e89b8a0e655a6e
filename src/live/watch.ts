/** The two ways to listen: with a callback, and with an async iterable. */
import { AbortedError, UsageError } from "../errors/index.js";
import type { ObjectContext } from "../objects/context.js";
import { addCallSite, type CallSite, captureCallSite, withCallSite } from "../util/call-site.js";
import type { RequestOptions } from "../util/options.js";
import { checkChoice, checkCount } from "../util/options.js";
import { markHandled } from "../util/promises.js";
import type { Overflow } from "./backlog.js";
import { type Acknowledgement, CallbackQueue } from "./callback-queue.js";
import type { ChatEvent } from "./events.js";
import { EventQueue, type LiveStream } from "./live-stream.js";

/** The parts of the client that listening uses. */
export type ListenContext = Pick<ObjectContext, "live" | "membership" | "services" | "session">;

/** A callback that receives events until it is closed or disposed. */
export interface Listening extends Disposable {
  /** Resolves when it is closed: by you, by `room.leave()` or by logout. Rejects when listening failed permanently. */
  readonly closed: Promise<void>;
  /** Stops listening. Idempotent. */
  close(): void;
}

/** A callback that receives the events of a room. Close or dispose it to stop. */
export interface Watch extends Listening, AsyncDisposable {
  /** Resolves when events start to arrive; rejects when listening failed permanently before that. */
  readonly ready: Promise<void>;
}

/** The backlog of a slow listener: its size, and the policy when it is full. */
export interface WaitingOptions {
  /** The maximum number of events in the backlog of a slow handler or reader. @default 10000 */
  readonly limit?: number;
  /**
   * The policy when the backlog is full: drop the oldest event, drop the newest, or end listening with an error.
   * Dropped events are always logged and counted; with a state file a `StreamGap` replaces them. @default "drop-oldest"
   */
  readonly overflow?: Overflow;
}

/** Options of `watch`. */
export interface WatchOptions extends WaitingOptions {
  /**
   * The maximum number of async callbacks that run concurrently, per room. @default 1, or no limit with `ack: "manual"`
   */
  readonly concurrency?: number;
  /**
   * When an event is acknowledged in the state file: `auto` when the callback has returned and its promise has settled,
   * `manual` when it calls `event.done()`. @default "auto"
   */
  readonly ack?: Acknowledgement;
}

/** Options of `newMessages` and `listen`. */
export interface ListenOptions extends RequestOptions, WaitingOptions {}

/** The names of the options of `watch`, for the check. @internal */
export const WATCH_OPTION_NAMES: readonly (keyof WatchOptions)[] = ["limit", "overflow", "concurrency", "ack"];

const DEFAULT_LIMIT = 10_000;

/** Calls `callback` for every event of all rooms that have listeners. @internal */
export function watchAll(
  context: ListenContext,
  callback: (event: ChatEvent) => unknown,
  options: WatchOptions,
): Listening {
  const callbacks = callbackQueue(context, callback, options, { what: "events", site: captureCallSite(watchAll) });
  const { close } = context.live.listenToAll(callbacks);
  callbacks.onClose(close);
  return { closed: callbacks.closed, close: () => callbacks.close(), [Symbol.dispose]: () => callbacks.close() };
}

/** Calls `callback` for every event of a room. @internal */
export function watchRoom(
  context: ListenContext,
  roomId: number,
  callback: (event: ChatEvent) => unknown,
  options: WatchOptions,
): Watch {
  const site = captureCallSite(watchRoom);
  const callbacks = callbackQueue(context, callback, options, { what: `events of room ${roomId}`, site });
  const listening = context.live.listen(roomId, callbacks);
  callbacks.onClose(listening.close);
  const close = (): void => callbacks.close();
  return {
    ready: markHandled(withCallSite(inRoom(context, roomId, listening.ready), site)),
    closed: callbacks.closed,
    close,
    [Symbol.dispose]: close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

function callbackQueue(
  { services, live }: ListenContext,
  callback: (event: ChatEvent) => unknown,
  options: WatchOptions,
  { what, site }: { readonly what: string; readonly site: CallSite },
): CallbackQueue {
  const { ack = "auto", concurrency } = options;
  const { limit, overflow } = checkWaiting(options);
  checkChoice("ack", ack, ["auto", "manual"]);
  if (concurrency !== undefined) checkCount("concurrency", concurrency, 1);
  return new CallbackQueue({
    callback,
    ack,
    concurrency: concurrency ?? (ack === "manual" ? Number.POSITIVE_INFINITY : 1),
    limit,
    overflow,
    onDrop: (dropped) => services.log.warn(`${what}: a callback is too slow; dropped ${dropped} so far`),
    overflowError: () =>
      new UsageError(`more than ${limit} ${what} are waiting for a callback; make it faster or raise "limit"`),
    withCallSite: (reason) => addCallSite(reason, site),
    gapOf: (roomId, lost) => live.gapFor(roomId, lost),
    reportUnhandled: services.reportUnhandled,
  });
}

/** Streams the values that `pick` returns for a room's events; undefined is skipped. @internal */
export function streamRoom<T>(
  context: ListenContext,
  roomId: number,
  pick: (event: ChatEvent) => T | undefined,
  options: ListenOptions,
): LiveStream<T> {
  const { signal } = options;
  const { limit, overflow } = checkWaiting(options);
  const { live, services } = context;
  const site = captureCallSite(streamRoom);
  let leaveSignal: (() => void) | undefined;
  const stream = new EventQueue<T>({
    limit,
    overflow,
    lostValue: (lost) => pick(live.gapFor(roomId, lost)),
    overflowError: () =>
      new UsageError(
        `more than ${limit} events of room ${roomId} are waiting to be read; read faster or raise "limit"`,
      ),
    withCallSite: (reason) => addCallSite(reason, site),
    onDrop: (dropped) => services.log.warn(`room ${roomId}: the reader is too slow; dropped ${dropped} so far`),
    onEnd() {
      leaveSignal?.();
      listening.close();
      live.streams.delete(stream);
    },
  });
  const listening = live.listen(roomId, {
    onEvent(event, delivery) {
      const value = pick(event);
      if (value === undefined) delivery?.done();
      else stream.push(value, delivery);
    },
    onEnd: (reason) => (reason === undefined || reason instanceof AbortedError ? stream.stop() : stream.fail(reason)),
  });
  live.streams.add(stream);
  stream.ready = markHandled(withCallSite(inRoom(context, roomId, listening.ready), site));
  leaveSignal = signal && services.signals.onAbort(signal, () => stream.end());
  return stream;
}

function checkWaiting({ limit, overflow }: WaitingOptions): Required<WaitingOptions> {
  if (limit !== undefined) checkCount("limit", limit, 1);
  if (overflow !== undefined) checkChoice("overflow", overflow, ["drop-oldest", "drop-newest", "fail"]);
  return { limit: limit ?? DEFAULT_LIMIT, overflow: overflow ?? "drop-oldest" };
}

/** Notes the room as entered: a logged-in client with a socket of a room is in the room. */
async function inRoom(context: ListenContext, roomId: number, ready: Promise<void>): Promise<void> {
  await ready;
  if (context.session.me) context.membership.enter(roomId);
}
