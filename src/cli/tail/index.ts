/** `chatexchange tail`: prints the latest messages of rooms, and with `--follow` all events from then on. */

import { type ChatEvent, Client, type LiveStream, type Message, type Room, type StreamState } from "../../index.js";
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { MessagePrinter } from "../output/message-printer.js";
import { StatusLine } from "../output/status-line.js";
import { oneLine } from "../output/text.js";
import { countFlag, type Flags, parseId, textFlag, usageError } from "../table/arguments.js";
import { readSince } from "../times.js";
import { TailWriter } from "./writer.js";

/** The backlog limit. When it is exceeded, an error is better than silent loss. */
const MAX_BACKLOG = 1_000_000;

export async function run(context: CliContext, args: readonly string[], flags: Flags): Promise<number> {
  const ids = [...new Set(args.map((text) => parseId("room", text)))];
  const since = textFlag(flags, "since");
  const after = since === undefined ? undefined : readSince(since, Date.now());
  const limit = countFlag(flags, "limit", 0) ?? (since === undefined ? 20 : undefined);
  const follow = flags.follow === true;
  const state = textFlag(flags, "state");
  if (state !== undefined && !follow) throw usageError("--state needs --follow");
  const client = await context.client(state === undefined ? {} : { stateFile: state });
  if (state !== undefined) await client.resume();
  const goesOn = new Set(Object.keys(client.cursors).map(Number));
  const rooms = ids.map((id) => client.getRoom(id));
  const names = new Map<number, string>();
  for (const room of rooms) names.set(room.id, await room.name);
  const status = new StatusLine(context);
  const origin = client.site.chatOrigin;
  const printer = new MessagePrinter(context, { rooms: names, around: status, origin });
  const quiet = flags.quiet === true;
  const writer = new TailWriter({ context, printer, rooms: names, quiet, parentsAtMost: 30 });
  const stopShowing = follow ? showState(context, client, status, [...names.values()]) : () => {};
  try {
    const streams = follow ? await listen(rooms, context.signal) : [];
    const starts = Object.entries(client.cursors).filter(([id]) => !goesOn.has(Number(id)));
    const past = rooms.filter(({ id }) => !goesOn.has(id));
    for (const message of await pastOf(past, { after, limit, signal: context.signal })) await writer.past(message);
    // Store the start, so that a run killed before its first event resumes after the past that it has printed.
    Client.noteCursors(client, Object.fromEntries(starts));
    writer.startFollowing();
    await followAll(streams, writer);
  } finally {
    stopShowing();
    status.end();
  }
  return EXIT_CODES.success;
}

/** Starts listening before the past is read, so that nothing is lost in between. */
async function listen(rooms: readonly Room[], signal: AbortSignal): Promise<LiveStream<ChatEvent>[]> {
  const streams = rooms.map((room) => room.listen([], { limit: MAX_BACKLOG, overflow: "fail", signal }));
  await Promise.all(streams.map((stream) => stream.ready));
  return streams;
}

interface PastOptions {
  readonly after: Date | number | undefined;
  readonly limit: number | undefined;
  readonly signal: AbortSignal;
}

/** The past messages of the rooms, oldest first. */
async function pastOf(rooms: readonly Room[], { after, limit, signal }: PastOptions): Promise<Message[]> {
  const messages: Message[] = [];
  // A message given by id is printed first.
  const point = typeof after === "number" ? (after > 1 ? after - 1 : undefined) : after;
  for (const room of rooms) {
    const history = room.history({
      signal,
      ...(point === undefined ? {} : { after: point }),
      ...(limit === undefined ? {} : { limit }),
    });
    for await (const message of history) messages.push(message);
  }
  return messages.sort((a, b) => a.id - b.id);
}

/**
 * Prints the events of all rooms, one at a time, until the streams end. An event is acknowledged when the next one is
 * requested, after its lines have been written. A `for await` would also acknowledge it when writing fails.
 */
async function followAll(streams: readonly LiveStream<ChatEvent>[], writer: TailWriter): Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  const follow = async (stream: LiveStream<ChatEvent>): Promise<void> => {
    for (let next = await stream.next(); !next.done; next = await stream.next()) {
      const event = next.value;
      turn = turn.then(() => writer.event(event));
      await turn;
    }
  };
  await Promise.all(streams.map(follow));
}

const STATE_TEXTS: Readonly<Record<StreamState, string>> = {
  connecting: "◌ connecting",
  live: "● live",
  stale: "◌ no data; reconnecting",
  resuming: "◌ disconnected; reconnecting",
  polling: "◐ no socket; polling every few seconds",
  closed: "○ closed",
};

/** Shows the state of the connection: in a status line on a terminal, as lines with `--verbose`. */
function showState(context: CliContext, client: Client, status: StatusLine, names: readonly string[]): () => void {
  const place = names.length === 1 ? oneLine(names[0] ?? "") : `${names.length} rooms`;
  const show = (state: StreamState): void => {
    if (context.isStderrTty) status.show(`${STATE_TEXTS[state]}  ${place}  (Ctrl-C to stop)`);
    else if (context.verbose) context.note(`chatexchange: ${STATE_TEXTS[state].slice(2)}`);
  };
  show("connecting");
  return client.onStateChange((state) => {
    if (state !== "closed") show(state);
  });
}
