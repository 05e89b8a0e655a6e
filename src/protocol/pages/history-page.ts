/**
 * The history of a message, `GET /messages/{id}/history` (protocol.md §6.6). Never recorded: this follows four other
 * parsers.
 */

import { ParseError } from "../../errors/index.js";
import {
  attr,
  hasClass,
  noteDrift,
  orNoteMissing,
  type PageDocument,
  type PageElement,
  parse,
  rawText,
  select,
  selectExpected,
  selectFirst,
  selectRequired,
  textOf,
  walk,
} from "../html/dom.js";
import { type PageAuthor, type PageMessage, readAuthor, readMessage } from "./message.js";
import { idInPath, inlineScripts, type Named, namedLink, nonEmptyText, serverTimeIn } from "./reading.js";
import { timeOfLabel } from "./relative-time.js";

/** The kind of a step in the history of a message. */
export type RevisionKind = "said" | "edited" | "deleted" | "moved" | "other";

/** One step in the history of a message. */
export interface Revision extends PageAuthor {
  readonly kind: RevisionKind;
  /** The time as on the page, UTC, to the minute, with the date if older. */
  readonly timeLabel: string | null;
  /** Unix seconds, to the minute; null if the label or the server's clock is unknown. */
  readonly timeStamp: number | null;
  /** The markdown as typed; null for a step without text. */
  readonly source: string | null;
}

/** A message and its history. */
export interface HistoryPage extends PageMessage, PageAuthor {
  readonly roomId: number | null;
  /** Oldest first. */
  readonly revisions: readonly Revision[];
  /** The users who pinned it. */
  readonly pinners: readonly Named[];
  /** True when moderators removed older revisions. */
  readonly isPurged: boolean;
}

const PAGE = "message history page";

/**
 * Parses the history page of a message.
 * @throws {NOT_UNDERSTOOD} when the message itself is missing
 */
export function parseHistoryPage(html: string): HistoryPage {
  return readHistoryPage(parse(html, PAGE));
}

/** @internal Reads a page that is parsed already. */
export function readHistoryPage(document: PageDocument): HistoryPage {
  const content = orNoteMissing(document, document.ids.get("content"), "#content") ?? selectRequired(document, "body");
  const [current, ...steps] = monologuesBySection(content);
  if (current === undefined) throw new ParseError(PAGE, "#content .monologue");
  const element = selectRequired(document, ".message", current);
  const message = readMessage(document, element);
  if (message === null) throw new ParseError(PAGE, ".message[id^=message-]");
  const now = serverTimeIn(inlineScripts(document));
  const revisions = oldestFirst(steps.map((step) => readRevision(step, now)));
  const link = selectExpected(element, "a[href*='/transcript/']");
  return {
    ...message,
    ...readAuthor(current),
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
  const label = selectExpected(monologue, ".content b");
  const time = selectExpected(monologue, ".timestamp");
  const source = selectFirst(monologue, ".message-source");
  const timeLabel = time && nonEmptyText(textOf(time));
  const kind = kindOf(label ? textOf(label) : textOf(monologue));
  if (kind === "other") noteDrift(monologue, "unknown form", ".content b");
  if (kind === "said" || kind === "edited") orNoteMissing(monologue, source, ".message-source");
  return {
    ...readAuthor(monologue),
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

/** Indentation matters in markdown, so only the template's own line break and padding are removed. */
function sourceText(source: PageElement): string {
  return rawText(source)
    .replace(/^[ \t]*\r?\n[ \t]*/, "")
    .trimEnd();
}

function oldestFirst(revisions: Revision[]): Revision[] {
  return revisions.at(0)?.kind !== "said" && revisions.at(-1)?.kind === "said" ? revisions.reverse() : revisions;
}

/** Skips user text and names. */
function saysPurged(element: PageElement): boolean {
  return element.children.some((child) => {
    if (typeof child === "string") return child.includes("(older data no longer available)");
    const isWritten = child.name === "a" || hasClass(child, "message-source") || hasClass(child, "username");
    const isMessage = hasClass(child, "message") && attr(child, "id") !== null;
    return !isWritten && !isMessage && saysPurged(child);
  });
}

function pinnersIn(content: PageElement): Named[] {
  const pinned = select(content, "p").filter((paragraph) => selectFirst(paragraph, ".stars.owner-star") !== null);
  const users = pinned.flatMap((paragraph) => select(paragraph, "a[href^='/users/']"));
  return users.flatMap((link) => namedLink(link, "users") ?? []);
}
