/** The listening methods of a room: checks their arguments and selects the values of a loop. */
import type { Client } from "../client/client.js";
import { checkCallback, checkEventClasses } from "../live/event-class.js";
import { type ChatEvent, type EventClass, type EventsOf, MessagePosted } from "../live/events.js";
import type { LiveStream } from "../live/live-stream.js";
import {
  type ListenOptions,
  streamRoom,
  WATCH_OPTION_NAMES,
  type Watch,
  type WatchOptions,
  watchRoom,
} from "../live/watch.js";
import { checkOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import type { Message } from "./message.js";

/** Calls `callback` for every event of a room. */
export function watchEvents(
  context: ObjectContext,
  roomId: number,
  callback: (event: ChatEvent, client: Client) => unknown,
  options: WatchOptions,
): Watch {
  checkCallback(callback);
  checkOptions("watch", options, WATCH_OPTION_NAMES);
  checkResumed(context, roomId);
  return watchRoom(context, roomId, (event) => callback(event, context.client), options);
}

/** Streams the messages posted in a room. */
export function streamMessages(context: ObjectContext, roomId: number, options: ListenOptions): LiveStream<Message> {
  checkOptions("newMessages", options, ["limit", "overflow", "signal"]);
  checkResumed(context, roomId);
  return streamRoom(context, roomId, (event) => (event instanceof MessagePosted ? event.message : undefined), options);
}

/** Streams the events of a room, filtered by class if any are given. */
export function streamEvents<C extends readonly EventClass[]>(
  context: ObjectContext,
  roomId: number,
  classes: C,
  options: ListenOptions,
): LiveStream<EventsOf<C>> {
  checkOptions("listen", options, ["limit", "overflow", "signal"]);
  checkEventClasses(classes);
  const isWanted = (event: ChatEvent): event is EventsOf<C> & ChatEvent =>
    classes.length === 0 || classes.some((Class) => event instanceof Class);
  checkResumed(context, roomId);
  return streamRoom<EventsOf<C>>(context, roomId, (event) => (isWanted(event) ? event : undefined), options);
}

/**
 * Throws if `resume()` has not been called. After a `resume()` that failed, listening ends at once with its reason
 * instead.
 */
function checkResumed({ actions }: ObjectContext, roomId: number): void {
  if (!actions.refusal) actions.checkResumed(`listen to room ${roomId}`);
}
