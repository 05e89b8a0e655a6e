/** `chatexchange transcript`: what was said in a room, by days, in one of four formats; resumable when it goes to a file. */
import { setTimeout as sleep } from "node:timers/promises";
import { isChatError } from "../../errors/index.js";
import type { Message, Room } from "../../index.js";
import { htmlToText, isPartial, renderMarkdown, splitReplyPrefix } from "../../protocol/markup/index.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { knownJson, type MessageJson } from "../output/message-line.js";
import { countFlag, type Flags, idOf, textFlag, usage } from "../table/arguments.js";
import { dayAfter, dayOf, readDay } from "../times.js";
import { firstDayOfAll, formatOfFile, type TranscriptFormat, type TranscriptOf, transcriptFormats } from "./formats.js";
import { PartFile } from "./part-file.js";
import { Progress } from "./progress.js";

/** After so many messages there is a pause, as after each day. */
const batch = 500;

/** What was asked for. */
interface Wish {
  readonly roomId: number;
  readonly from: string;
  readonly to: string;
  /** Without an end it ends today, and a later run that takes it up ends there, too. */
  readonly isOpen: boolean;
  readonly format: string;
  readonly out: string | undefined;
  readonly pauseMs: number;
}

export async function run(context: CliContext, [id]: readonly string[], flags: Flags): Promise<number> {
  const target = await context.target();
  const wish = readWish(idOf("room", id), flags, target.isLocal);
  const room = (await context.client()).getRoom(wish.roomId);
  const roomName = await room.name;
  const of = { roomId: wish.roomId, roomName, origin: room.site.chatOrigin, from: wish.from, to: wish.to };
  const count =
    wish.out === undefined ? await toStdout(context, room, wish, of) : await toFile(context, room, wish, of, flags);
  if (count === 0) context.note("nothing was said then");
  return exitCodes.success;
}

/** @throws {CliError} for flags that make no sense together */
function readWish(roomId: number, flags: Flags, isLocal: boolean): Wish {
  const now = Date.now();
  const [day, from, to, out] = ["day", "from", "to", "out"].map((name) => textFlag(flags, name));
  if (day !== undefined && (from !== undefined || to !== undefined))
    throw usage("--day is one day; leave out --from and --to");
  const first = day ?? from;
  const last = day ?? to;
  const wish = {
    roomId,
    from: first === undefined ? firstDayOfAll : readDay(day === undefined ? "from" : "day", first, now),
    to: last === undefined ? dayOf(now) : readDay(day === undefined ? "to" : "day", last, now),
    isOpen: last === undefined,
    format: textFlag(flags, "format") ?? (out === undefined ? "text" : formatOfFile(out)),
    out,
    pauseMs: countFlag(flags, "pause", 0) ?? (isLocal ? 0 : 500),
  };
  if (wish.from > wish.to) throw usage(`--from ${wish.from} is after --to ${wish.to}; turn them around`);
  return wish;
}

async function toStdout(context: CliContext, room: Room, wish: Wish, of: TranscriptOf): Promise<number> {
  const format = formatOf(wish, context);
  const write = (text: string): Promise<void> =>
    text === "" ? Promise.resolve() : context.print(text.replace(/\n$/, ""));
  await write(format.head(of));
  let count = 0;
  let day = "";
  for await (const message of politely(context, room, wish, wish.from, wish.to)) {
    const record = await recordOf(message);
    const today = record.time?.slice(0, 10) ?? day;
    if (today !== day) await write(format.day(today));
    day = today;
    await write(format.message(record, of));
    count += 1;
  }
  await write(format.foot());
  return count;
}

async function toFile(context: CliContext, room: Room, wish: Wish, of: TranscriptOf, flags: Flags): Promise<number> {
  const format = formatOf(wish, context);
  const path = wish.out ?? "";
  const range = `${wish.from} to ${wish.isOpen ? "today" : wish.to}`;
  const what = `room ${wish.roomId} of ${of.origin}, ${range}, as ${wish.format}`;
  const file = await PartFile.open(path, what, { force: flags.force === true });
  const { resumed } = file;
  const to = resumed?.to ?? wish.to;
  let count = resumed?.messages ?? 0;
  if (resumed && !context.json)
    context.note(`going on at ${resumed.nextDay}, behind ${count.toLocaleString("en")} messages`);
  const progress = new Progress(context, to, count);
  let day = "";
  try {
    if (!resumed) await file.write(format.head({ ...of, to }));
    for await (const message of politely(context, room, wish, resumed?.nextDay ?? wish.from, to)) {
      const record = await recordOf(message);
      const today = record.time?.slice(0, 10) ?? day;
      if (today !== day) {
        // A day that is over does not change any more.
        if (day !== "") await file.checkpoint({ nextDay: today, to, messages: count });
        await file.write(format.day(today));
        day = today;
      }
      await file.write(format.message(record, of));
      count += 1;
      progress.show(day, count);
    }
    // The signal ends the iteration; what is there then is not the whole.
    context.signal.throwIfAborted();
    if (day !== "" && day < dayOf(Date.now())) await file.checkpoint({ nextDay: dayAfter(day), to, messages: count });
    await file.write(format.foot());
    await file.finish();
  } catch (error) {
    await file.stop();
    progress.end();
    if (context.signal.aborted)
      context.note(`interrupted; run the same command again to go on (${path}.part keeps what is there)`);
    throw error;
  }
  progress.end();
  if (!context.json) context.note(`${count.toLocaleString("en")} messages in ${path}`);
  return count;
}

/** The messages of the days, one request after the other, with pauses. */
async function* politely(
  { signal }: CliContext,
  room: Room,
  { pauseMs }: Wish,
  from: string,
  to: string,
): AsyncGenerator<Message, void> {
  if (from > to) return;
  let sincePause = 0;
  let day = "";
  for await (const message of room.transcript({ from, to }, { signal })) {
    const today = dayOf((message.peek.timeStamp ?? 0) * 1000);
    sincePause += 1;
    yield message;
    const isDue = sincePause >= batch || (day !== "" && today !== day);
    if (isDue && pauseMs > 0) await sleep(pauseMs, undefined, { signal });
    if (isDue) sincePause = 0;
    day = today;
  }
}

/** A message with its whole text: what is long is cut in the lists and pages, and its source is not. */
async function recordOf(message: Message): Promise<MessageJson> {
  const record = knownJson(message);
  if (record.content === null || !isPartial(record.content)) return record;
  try {
    const { text } = splitReplyPrefix(await message.contentSource);
    const content = renderMarkdown(text, { partialLimit: Number.POSITIVE_INFINITY });
    return { ...record, content, text: htmlToText(content) };
  } catch (error) {
    if (isChatError(error, "NOT_FOUND", "FORBIDDEN")) return record;
    throw error;
  }
}

function formatOf({ format }: Wish, { json }: CliContext): TranscriptFormat {
  const found = transcriptFormats[json && format === "text" ? "json" : format];
  if (!found) throw usage(`there is no format "${format}"`);
  return found;
}
