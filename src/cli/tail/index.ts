/** `chatexchange tail`: the latest messages of rooms, and with `--follow` everything that happens from then on. */

import { type ChatEvent, Client, type LiveStream, type Message, type Room, type StreamState } from "../../index.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { MessagePrinter } from "../output/message-printer.js";
import { StatusLine } from "../output/status-line.js";
import { oneLine } from "../output/text.js";
import { countFlag, type Flags, idOf, textFlag, usage } from "../table/arguments.js";
import { readSince } from "../times.js";
import { TailWriter } from "./writer.js";

/** More events than a reader may fall behind by: rather an error than a silent loss. */
const waitingAtMost = 1_000_000;

export async function run(context: CliContext, args: readonly string[], flags: Flags): Promise<number> {
  const ids = [...new Set(args.map((text) => idOf("room", text)))];
  const since = textFlag(flags, "since");
  const after = since === undefined ? undefined : readSince(since, Date.now());
  const limit = countFlag(flags, "limit", 0) ?? (since === undefined ? 20 : undefined);
  const follow = flags.follow === true;
  const state = textFlag(flags, "state");
  if (state !== undefined && !follow) throw usage("--state goes with --follow");
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
    // A run that is killed before it has shown an event goes on from here, behind the past that it has shown.
    Client.noteCursors(client, Object.fromEntries(starts));
    writer.startFollowing();
    await followAll(streams, writer);
  } finally {
    stopShowing();
    status.end();
  }
  return exitCodes.success;
}

/** Starts to listen before the past is read, so that nothing falls in between. */
async function listen(rooms: readonly Room[], signal: AbortSignal): Promise<LiveStream<ChatEvent>[]> {
  const streams = rooms.map((room) => room.listen([], { limit: waitingAtMost, overflow: "fail", signal }));
  await Promise.all(streams.map((stream) => stream.ready));
  return streams;
}

interface PastOptions {
  readonly after: Date | number | undefined;
  readonly limit: number | undefined;
  readonly signal: AbortSignal;
}

/** What was said in the rooms, oldest first. */
async function pastOf(rooms: readonly Room[], { after, limit, signal }: PastOptions): Promise<Message[]> {
  const messages: Message[] = [];
  // A message that is named is the first to be shown.
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
 * Shows the events of all rooms, one after the other, until the streams end. An event counts as handled when the next one
 * is asked for, thus when its lines have been taken. A `for await` would count it as well when writing it fails.
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

const words: Readonly<Record<StreamState, string>> = {
  connecting: "◌ connecting",
  live: "● live",
  stale: "◌ nothing comes any more; connecting again",
  resuming: "◌ the connection is gone; connecting again",
  polling: "◐ no socket; asking every few seconds",
  closed: "○ closed",
};

/** Shows how the connection is: in place on a terminal, as lines with `--verbose`. */
function showState(context: CliContext, client: Client, status: StatusLine, names: readonly string[]): () => void {
  const place = names.length === 1 ? oneLine(names[0] ?? "") : `${names.length} rooms`;
  const show = (state: StreamState): void => {
    if (context.isStderrTty) status.show(`${words[state]}  ${place}  (Ctrl-C ends)`);
    else if (context.verbose) context.note(`chatexchange: ${words[state].slice(2)}`);
  };
  show("connecting");
  return client.onStateChange((state) => {
    if (state !== "closed") show(state);
  });
}
