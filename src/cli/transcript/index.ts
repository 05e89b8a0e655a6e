/** `chatexchange transcript`: downloads a room's messages by days in one of four formats; resumable with `--out`. */
import { setTimeout as sleep } from "node:timers/promises";
import { isChatError } from "../../errors/index.js";
import type { Message, Room } from "../../index.js";
import { htmlToText, isPartial, renderMarkdown, splitReplyPrefix } from "../../protocol/markup/index.js";
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { type MessageJson, messageJson } from "../output/message-line.js";
import { countFlag, type Flags, parseId, textFlag, usageError } from "../table/arguments.js";
import { dayAfter, readDay, utcDay } from "../times.js";
import {
  FIRST_DAY,
  formatOfFile,
  TRANSCRIPT_FORMATS,
  type TranscriptFormat,
  type TranscriptHeader,
} from "./formats.js";
import { PartFile } from "./part-file.js";
import { Progress } from "./progress.js";

/** The number of messages after which to pause, in addition to the pause after each day. */
const PAUSE_EVERY = 500;

/** The parsed arguments and flags. */
interface TranscriptRequest {
  readonly roomId: number;
  readonly from: string;
  readonly to: string;
  /** Whether it has no end: it ends today, and so does a later run that resumes it. */
  readonly isOpen: boolean;
  readonly format: string;
  readonly out: string | undefined;
  readonly pauseMs: number;
}

export async function run(context: CliContext, [id]: readonly string[], flags: Flags): Promise<number> {
  const target = await context.target();
  const request = parseRequest(parseId("room", id), flags, target.isLocal);
  const room = (await context.client()).getRoom(request.roomId);
  const roomName = await room.name;
  const of = { roomId: request.roomId, roomName, origin: room.site.chatOrigin, from: request.from, to: request.to };
  const count =
    request.out === undefined
      ? await toStdout(context, room, request, of)
      : await toFile(context, room, request, of, flags);
  if (count === 0) context.note("no messages in that time");
  return EXIT_CODES.success;
}

/** Parses the flags. @throws {CliError} for conflicting flags */
function parseRequest(roomId: number, flags: Flags, isLocal: boolean): TranscriptRequest {
  const now = Date.now();
  const [day, from, to, out] = ["day", "from", "to", "out"].map((name) => textFlag(flags, name));
  if (day !== undefined && (from !== undefined || to !== undefined))
    throw usageError("--day cannot be used with --from or --to");
  const first = day ?? from;
  const last = day ?? to;
  const request = {
    roomId,
    from: first === undefined ? FIRST_DAY : readDay(day === undefined ? "from" : "day", first, now),
    to: last === undefined ? utcDay(now) : readDay(day === undefined ? "to" : "day", last, now),
    isOpen: last === undefined,
    format: textFlag(flags, "format") ?? (out === undefined ? "text" : formatOfFile(out)),
    out,
    pauseMs: countFlag(flags, "pause", 0) ?? (isLocal ? 0 : 500),
  };
  if (request.from > request.to) throw usageError(`--from ${request.from} is after --to ${request.to}`);
  return request;
}

async function toStdout(
  context: CliContext,
  room: Room,
  request: TranscriptRequest,
  of: TranscriptHeader,
): Promise<number> {
  const format = formatOf(request, context);
  const write = (text: string): Promise<void> =>
    text === "" ? Promise.resolve() : context.print(text.replace(/\n$/, ""));
  await write(format.head(of));
  let count = 0;
  let day = "";
  for await (const message of messagesWithPauses(context, room, request, request.from, request.to)) {
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

async function toFile(
  context: CliContext,
  room: Room,
  request: TranscriptRequest,
  of: TranscriptHeader,
  flags: Flags,
): Promise<number> {
  const format = formatOf(request, context);
  const path = request.out ?? "";
  const range = `${request.from} to ${request.isOpen ? "today" : request.to}`;
  const what = `room ${request.roomId} of ${of.origin}, ${range}, as ${request.format}`;
  const file = await PartFile.open(path, what, { force: flags.force === true });
  const { resumed } = file;
  const to = resumed?.to ?? request.to;
  let count = resumed?.messages ?? 0;
  if (resumed && !context.json)
    context.note(`resuming at ${resumed.nextDay}, after ${count.toLocaleString("en")} messages`);
  const progress = new Progress(context, to, count);
  let day = "";
  try {
    if (!resumed) await file.write(format.head({ ...of, to }));
    for await (const message of messagesWithPauses(context, room, request, resumed?.nextDay ?? request.from, to)) {
      const record = await recordOf(message);
      const today = record.time?.slice(0, 10) ?? day;
      if (today !== day) {
        // A day that has ended does not change any more.
        if (day !== "") await file.checkpoint({ nextDay: today, to, messages: count });
        await file.write(format.day(today));
        day = today;
      }
      await file.write(format.message(record, of));
      count += 1;
      progress.show(day, count);
    }
    // An abort ends the iteration, so the download is incomplete.
    context.signal.throwIfAborted();
    if (day !== "" && day < utcDay(Date.now())) await file.checkpoint({ nextDay: dayAfter(day), to, messages: count });
    await file.write(format.foot());
    await file.finish();
  } catch (error) {
    await file.stop();
    progress.end();
    if (context.signal.aborted)
      context.note(`interrupted; run the same command again to resume (${path}.part is kept)`);
    throw error;
  }
  progress.end();
  if (!context.json) context.note(`${count.toLocaleString("en")} messages in ${path}`);
  return count;
}

/** Iterates over the messages of the days, one request at a time, with pauses. */
async function* messagesWithPauses(
  { signal }: CliContext,
  room: Room,
  { pauseMs }: TranscriptRequest,
  from: string,
  to: string,
): AsyncGenerator<Message, void> {
  if (from > to) return;
  let sincePause = 0;
  let day = "";
  for await (const message of room.transcript({ from, to }, { signal })) {
    const today = utcDay((message.peek.timeStamp ?? 0) * 1000);
    sincePause += 1;
    yield message;
    const isDue = sincePause >= PAUSE_EVERY || (day !== "" && today !== day);
    if (isDue && pauseMs > 0) await sleep(pauseMs, undefined, { signal });
    if (isDue) sincePause = 0;
    day = today;
  }
}

/** A message with its full text: lists and pages shorten long messages, their source does not. */
async function recordOf(message: Message): Promise<MessageJson> {
  const record = messageJson(message);
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

function formatOf({ format }: TranscriptRequest, { json }: CliContext): TranscriptFormat {
  const found = TRANSCRIPT_FORMATS[json && format === "text" ? "json" : format];
  if (!found) throw usageError(`unknown format "${format}"`);
  return found;
}
