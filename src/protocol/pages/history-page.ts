/**
 * The history of a message, `GET /messages/{id}/history` (protocol.md §6.6).
 * Never recorded: this goes by what four other parsers take from it.
 */

import { ParseError } from "../../errors/index.js";
import {
  attr,
  expected,
  hasClass,
  maybe,
  note,
  one,
  orNote,
  type PageDocument,
  type PageElement,
  parse,
  rawText,
  select,
  text,
  walk,
} from "../html/dom.js";
import { authorOf, type PageAuthor, type PageMessage, readMessage } from "./message.js";
import { clean, idInPath, type Named, namedLink, scriptsOf, serverTimeIn } from "./reading.js";
import { timeOfLabel } from "./relative-time.js";

/** What happened to a message. */
export type RevisionKind = "said" | "edited" | "deleted" | "moved" | "other";

/** One step of a message's life. */
export interface Revision extends PageAuthor {
  readonly kind: RevisionKind;
  /** Time to the minute, UTC, as on the page; with the date when older. */
  readonly timeLabel: string | null;
  /** Unix seconds, to the minute; null when the label or the server's clock is not known. */
  readonly timeStamp: number | null;
  /** Markdown as typed; null for steps without a text. */
  readonly source: string | null;
}

/** A message and its history. */
export interface HistoryPage extends PageMessage, PageAuthor {
  readonly roomId: number | null;
  /** Oldest first. */
  readonly revisions: readonly Revision[];
  /** Who pinned it. */
  readonly pinners: readonly Named[];
  /** True when moderators removed older revisions. */
  readonly isPurged: boolean;
}

const PAGE = "message history page";

/**
 * Reads the history page of a message.
 * @throws {NOT_UNDERSTOOD} when the message itself is not on the page.
 */
export function parseHistoryPage(html: string): HistoryPage {
  return readHistoryPage(parse(html, PAGE));
}

/** @internal The same for a page that is parsed already. */
export function readHistoryPage(document: PageDocument): HistoryPage {
  const content = orNote(document, document.ids.get("content"), "#content") ?? one(document, "body");
  const [current, ...steps] = monologuesBySection(content);
  if (current === undefined) throw new ParseError(PAGE, "#content .monologue");
  const element = one(document, ".message", current);
  const message = readMessage(document, element);
  if (message === null) throw new ParseError(PAGE, ".message[id^=message-]");
  const now = serverTimeIn(scriptsOf(document));
  const revisions = oldestFirst(steps.map((step) => readRevision(step, now)));
  const link = expected(element, "a[href*='/transcript/']");
  return {
    ...message,
    ...authorOf(current),
    edited: message.edited || revisions.some((revision) => revision.kind === "edited"),
    roomId: idInPath(link && attr(link, "href"), "transcript"),
    revisions,
    pinners: pinnersIn(content),
    isPurged: saysPurged(content),
  };
}

/** The monologue of the first section, then those of the second, or of the first if there is only one. */
function monologuesBySection(content: PageElement): PageElement[] {
  const sections: PageElement[][] = [[]];
  walk(content, (element) => {
    if (element.name === "h2") sections.push([]);
    if (!hasClass(element, "monologue")) return true;
    sections.at(-1)?.push(element);
    return false;
  });
  const [first = [], ...others] = sections.filter((section) => section.length > 0);
  return [...first.slice(0, 1), ...(others.length === 0 ? first.slice(1) : others.flat())];
}

function readRevision(monologue: PageElement, now: number | null): Revision {
  const label = expected(monologue, ".content b");
  const time = expected(monologue, ".timestamp");
  const source = maybe(monologue, ".message-source");
  const timeLabel = time && clean(text(time));
  const kind = kindOf(label ? text(label) : text(monologue));
  if (kind === "other") note(monologue, "unknown form", ".content b");
  if (kind === "said" || kind === "edited") orNote(monologue, source, ".message-source");
  return {
    ...authorOf(monologue),
    kind,
    timeLabel,
    timeStamp: timeOfLabel(timeLabel, now),
    source: source && sourceText(source),
  };
}

function kindOf(label: string): RevisionKind {
  const found = /\b(said|edited|deleted|moved)\b/i.exec(label)?.[1]?.toLowerCase();
  return found === "said" || found === "edited" || found === "deleted" || found === "moved" ? found : "other";
}

/** Indentation matters in a source, so only the template's own line break and padding go. */
function sourceText(source: PageElement): string {
  return rawText(source)
    .replace(/^[ \t]*\r?\n[ \t]*/, "")
    .trimEnd();
}

function oldestFirst(revisions: Revision[]): Revision[] {
  return revisions.at(0)?.kind !== "said" && revisions.at(-1)?.kind === "said" ? revisions.reverse() : revisions;
}

/** Looks past everything that people wrote or are called. */
function saysPurged(element: PageElement): boolean {
  return element.children.some((child) => {
    if (typeof child === "string") return child.includes("(older data no longer available)");
    const isWritten = child.name === "a" || hasClass(child, "message-source") || hasClass(child, "username");
    const isMessage = hasClass(child, "message") && attr(child, "id") !== null;
    return !isWritten && !isMessage && saysPurged(child);
  });
}

function pinnersIn(content: PageElement): Named[] {
  const pinned = select(content, "p").filter((paragraph) => maybe(paragraph, ".stars.owner-star") !== null);
  const users = pinned.flatMap((paragraph) => select(paragraph, "a[href^='/users/']"));
  return users.flatMap((link) => namedLink(link, "users") ?? []);
}
