/**
 * A day of a room, `GET /transcript/…` (protocol.md §6.5): messages, and links to other hours and days. The tree is
 * walked
 * by hand, because archivers read many of these. The page shows times to the minute at best, so messages have bounds.
 */
import { ParseError } from "../../errors/index.js";
import {
  attr,
  hasClass,
  noteDrift,
  noteEmpty,
  orNoteMissing,
  type PageDocument,
  type PageElement,
  parse,
  rawText,
  select,
  selectExpected,
  selectFirst,
  selectOutermost,
  textOf,
  walk,
} from "../html/dom.js";
import { type JsValue, readCall } from "../html/js-literal.js";
import { fkeyIn } from "./chat-page.js";
import { type PageAuthor, type PageMessage, readAuthor, readMessage } from "./message.js";
import {
  fullText,
  idInPath,
  leadingDay,
  literalId,
  nonEmptyText,
  parseInteger,
  type RoomAccess,
  readAccess,
  readCount,
  tagsIn,
} from "./reading.js";
import { clockSeconds, dayStart } from "./relative-time.js";

/** A message of a transcript. */
export interface TranscriptMessage extends PageMessage, PageAuthor {
  /** The time shown directly before this message (`11:58 AM`, UTC). */
  readonly timeLabel: string | null;
  /** Unix seconds: the message is not older than this. */
  readonly minTime: number;
  /** Unix seconds: the message is not newer than this. */
  readonly maxTime: number;
}

/** Hours of a day, from `from` (inclusive) to `to` (exclusive). */
export interface HourRange {
  readonly from: number;
  readonly to: number;
}

/** One of the pages of a busy day. */
export interface HourPage extends HourRange {
  /** Null for the current page. */
  readonly path: string | null;
}

/** The viewer's role in this room. */
export interface TranscriptViewer {
  readonly id: number;
  readonly isOwner: boolean;
  readonly isModerator: boolean;
  /** True when the viewer may act on messages here. */
  readonly mayAct: boolean;
}

/** A transcript page. Days are `YYYY-MM-DD` in UTC. */
export interface TranscriptPage {
  readonly roomId: number;
  readonly roomName: string;
  readonly roomDescription: string;
  readonly access: RoomAccess;
  readonly tags: readonly string[];
  /** The number of users in the room; null if the sidebar does not show it. */
  readonly currentUserCount: number | null;
  /** The number of messages in the last two hours; null if the sidebar does not show it. */
  readonly recentMessageCount: number | null;
  readonly day: string;
  /** The hours this page covers; null if it does not say. */
  readonly hours: HourRange | null;
  readonly firstDay: string | null;
  readonly previousDay: string | null;
  readonly nextDay: string | null;
  readonly lastDay: string | null;
  /** The pages of a split day, in order; empty if this is the only one. */
  readonly hourPages: readonly HourPage[];
  readonly messages: readonly TranscriptMessage[];
  /** The message that was requested by its permalink. */
  readonly highlightId: number | null;
  /** Null if nobody is logged in. */
  readonly me: TranscriptViewer | null;
  readonly fkey: string | null;
}

const PAGE = "transcript page";

/**
 * Parses any transcript page of a day.
 * @throws {NOT_UNDERSTOOD} when the day or the room is missing, or a message has no id
 */
export function parseTranscriptPage(html: string): TranscriptPage {
  return readTranscriptPage(parse(html, PAGE));
}

/** @internal Reads a page that is parsed already. */
export function readTranscriptPage(document: PageDocument): TranscriptPage {
  const title = textOf(selectFirst(document, "title") ?? "");
  const canonical = selectExpected(document, "link[rel=canonical]");
  const path = readPath(canonical && attr(canonical, "href"));
  const day = path?.day ?? /- (\d{4}-\d{2}-\d{2})(?: \(page \d{1,4} of \d{1,4}\))?$/.exec(title)?.[1] ?? null;
  const start = dayStart(day ?? "");
  if (day === null || start === null) throw new ParseError(PAGE, "link[rel=canonical][href*='/transcript/']");
  const args = orNoteMissing(document, readCall(headScripts(document), "initTranscript"), "initTranscript(…)") ?? [];
  const info = orNoteMissing(document, document.ids.get("info"), "#info") ?? document.root;
  const roomLink = selectExpected(info, ".room-name a");
  const roomId = path?.roomId ?? literalId(args[4]) ?? idInPath(roomLink && attr(roomLink, "href"), "rooms");
  if (roomId === null || roomId === undefined) throw new ParseError(PAGE, "#info .room-name a[href]");
  const mini = selectFirst(info, ".room-mini-description");
  const messages = readMessages(document, start, path?.hours ?? null);
  return {
    roomId,
    roomName: roomLink ? fullText(roomLink) : title.replace(/ - \d{4}-\d{2}-\d{2}.*$/, ""),
    roomDescription: mini ? fullText(mini) : "",
    access: readAccess(selectFirst(info, ".room-mini")),
    tags: tagsIn(info),
    currentUserCount: countIn(selectFirst(info, ".room-current-user-count")),
    recentMessageCount: countIn(selectFirst(info, ".room-message-count")),
    day,
    hours: path?.hours ?? null,
    ...readNavigation(document),
    messages,
    highlightId: messages.find((message) => message.highlighted)?.id ?? null,
    me: readViewer(args),
    fkey: orNoteMissing(document, readFkey(document), "input[name=fkey]"),
  };
}

/** The count shown by a link of the sidebar, such as `3` or `1.1k`. */
function countIn(holder: PageElement | null): number | null {
  return holder && readCount(selectFirst(holder, "a") ?? holder);
}

function readFkey(document: PageDocument): string | null {
  const input = document.ids.get("fkey");
  return input ? nonEmptyText(attr(input, "value")) : fkeyIn(document);
}

function headScripts(document: PageDocument): string {
  const scripts: string[] = [];
  walk(document.root, (element) => {
    if (element.name === "script") scripts.push(rawText(element));
    return element.name !== "body";
  });
  return scripts.join("\n");
}

function readViewer([isOwner, id, isModerator, mayAct]: readonly JsValue[]): TranscriptViewer | null {
  const me = literalId(id);
  if (me === null || me === 0) return null;
  return { id: me, isOwner: isOwner === true, isModerator: isModerator === true, mayAct: mayAct === true };
}

/** The room, day and hours of a path such as `/transcript/17/2018/3/30/11-23`. */
function readPath(href: string | null): { roomId: number | null; day: string; hours: HourRange | null } | null {
  const found = /\/transcript\/(\d{1,16})\/(\d{4})\/(\d{1,2})\/(\d{1,2})(?:\/(\d{1,2})-(\d{1,2}))?/.exec(href ?? "");
  if (found === null) return null;
  const [, room, year = "", month = "", date = "", from, to] = found;
  const hours = from === undefined || to === undefined ? null : { from: Number(from), to: Number(to) || 24 };
  return { roomId: parseInteger(room), day: `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`, hours };
}

interface Placed {
  readonly message: PageMessage;
  readonly author: PageAuthor;
  readonly label: string | null;
}

function readMessages(document: PageDocument, start: number, hours: HourRange | null): TranscriptMessage[] {
  const placed: Placed[] = [];
  let label: string | null = null;
  for (const monologue of selectOutermost(
    orNoteMissing(document, document.ids.get("transcript"), "#transcript") ?? document,
    ".monologue",
  )) {
    const author = readAuthor(monologue);
    walk(monologue, (part) => {
      if (hasClass(part, "timestamp")) label = nonEmptyText(textOf(part));
      if (!hasClass(part, "message")) return true;
      const message = readMessage(document, part);
      if (message === null) throw new ParseError(PAGE, ".message[id^=message-]");
      placed.push({ message, author, label });
      label = null;
      return false;
    });
  }
  noteEmpty(document, placed, "[id^=message-]", ".monologue .message");
  if (placed.length > 0 && placed.every((one) => one.label === null)) noteDrift(document, "missing", ".timestamp");
  if (placed.some((one) => one.label !== null && clockSeconds(one.label) === null))
    noteDrift(document, "unknown form", ".timestamp");
  return withTimes(placed, start + (hours?.from ?? 0) * 3600, start + (hours?.to ?? 24) * 3600 - 1, start);
}

/** A message is not older than the last label before it, and not newer than the minute of the next one. */
function withTimes(placed: readonly Placed[], from: number, to: number, start: number): TranscriptMessage[] {
  const clocks = placed.map(({ label }) => clockSeconds(label));
  const latest = new Array<number>(placed.length);
  let next = to;
  for (let i = placed.length - 1; i >= 0; i--) {
    const clock = clocks[i] ?? null;
    if (clock !== null) next = start + clock + 59;
    latest[i] = next;
  }
  let minTime = from;
  return placed.map(({ message, author, label }, i) => {
    const clock = clocks[i] ?? null;
    if (clock !== null) minTime = Math.max(minTime, start + clock);
    // Written out, because spreading three objects a hundred times takes an eighth of the time of a page.
    return {
      id: message.id,
      userId: author.userId,
      userName: author.userName,
      mine: author.mine,
      contentHtml: message.contentHtml,
      deleted: message.deleted,
      replyTo: message.replyTo,
      edited: message.edited,
      stars: message.stars,
      starredByMe: message.starredByMe,
      pinned: message.pinned,
      pinnedByMe: message.pinnedByMe,
      highlighted: message.highlighted,
      timeLabel: label,
      minTime,
      maxTime: Math.max(minTime, latest[i] ?? to),
    };
  });
}

type Navigation = Pick<TranscriptPage, "firstDay" | "previousDay" | "nextDay" | "lastDay" | "hourPages">;

function readNavigation(document: PageDocument): Navigation {
  const days = new Map<string, string>();
  let pager: PageElement | null = null;
  walk(document.ids.get("main") ?? document.root, (element) => {
    const id = attr(element, "id");
    if (id === "transcript" || id === "sidebar") return false;
    if (pager === null && hasClass(element, "pager")) pager = element;
    const href = element.name === "a" ? attr(element, "href") : null;
    const which = href?.includes("/transcript/")
      ? /(?:first|previous|next|last) day/.exec(textOf(element))?.[0]
      : undefined;
    const day = which && (leadingDay(attr(element, "title")) ?? readPath(href)?.day);
    if (which && day && !days.has(which)) days.set(which, day);
    return true;
  });
  return {
    firstDay: days.get("first day") ?? null,
    previousDay: days.get("previous day") ?? null,
    nextDay: days.get("next day") ?? null,
    lastDay: days.get("last day") ?? null,
    hourPages: pager ? readHourPages(pager) : [],
  };
}

function readHourPages(pager: PageElement): HourPage[] {
  const pages: HourPage[] = [];
  for (const element of select(pager, ".page-numbers")) {
    const found = /^(\d{1,2}):00 ?[-–] ?(\d{1,2}):00$/.exec(textOf(element));
    if (found === null) continue;
    const link = element.name === "a" ? element : element.parent?.name === "a" ? element.parent : null;
    pages.push({ from: Number(found[1]), to: Number(found[2]) || 24, path: link && attr(link, "href") });
  }
  return pages;
}
