/**
 * A text that is too long for one message to several that are not. Nothing a reader sees is lost, and nothing that
 * belongs together is torn: links, tags and addresses never, code and emphasis only when they alone are too long.
 */
import { EmptyMessageError, TooLongError, UsageError } from "../../errors/index.js";
import { checkChoice, checkCount, checkOptions } from "../../util/options.js";
import { maxLineLength } from "../text-rules.js";
import { type Atom, readAtoms } from "./atoms.js";
import { renderInline } from "./inline.js";
import { unixLines } from "./lines.js";
import { splitReplyPrefix } from "./reply-prefix.js";
import { splitLines } from "./split-lines.js";
import { cutLongAtoms, planParts, type Rooms } from "./split-plan.js";
import { PartWriter } from "./split-write.js";

/** How {@link splitMessage} cuts. */
export interface SplitOptions {
  /**
   * `words` cuts a single line at white space, and leaves text of several lines whole: the server takes that at any
   * length. `lines` cuts text of several lines at the ends of lines; a line too long for a part is cut at white space.
   * @default "words"
   */
  readonly mode?: "words" | "lines";
  /** The most characters a part may have, in UTF-16 units as the server counts; at least 50. @default 500 */
  readonly limit?: number;
  /** Characters to leave free in the first part, for a reply prefix such as `:123456789 `. @default 0 */
  readonly replyPrefixLength?: number;
}

/** The least that a limit must leave for the text itself, in characters. */
const LEAST_ROOM = 50;
/** How much of a link that is too long an error names, in characters. */
const NAMED_LENGTH = 80;

/**
 * Cuts a text into parts that the server takes. A text within the limit is its only part, unchanged.
 *
 * Emphasis or code longer than a part is closed at the cut and opened again after it; fixed font and a quote go on in
 * every part; a `:123 ` at the start is in the first part only. A part that would mean something else by itself gets an
 * invisible U+2060 or a line break before it.
 * @throws {EMPTY} when there is no text
 * @throws {TOO_LONG} naming a link, tag or address that is longer than a part; a bare address is let through with
 *   `lines`, after a line break, which frees it from the limit
 * @throws {BAD_ARGUMENT} for options that can not be
 */
export function splitMessage(text: string, options: SplitOptions = {}): string[] {
  const { mode, limit, reserved } = readRules(options);
  if (typeof text !== "string") throw new UsageError("the text to split is a string");
  if (text.trim() === "") throw new EmptyMessageError();
  if (text.length + reserved <= limit) return [text];
  const body = splitReplyPrefix(text);
  const prefix = body.replyTo === null ? "" : `${text.slice(0, -body.text.length).trim()} `;
  const source = unixLines(body.text).trimEnd();
  const isLines = source.includes("\n");
  if (isLines && mode === "words") return [text];
  const taken = reserved + prefix.length;
  const rooms: Rooms = {
    roomOf: (part) => limit - (part === 0 ? taken : 0),
    onOversize: (atom, room) => {
      if (mode === "words" || atom.kind !== "url") throw tooLong(atom, room);
    },
  };
  const isBlock = isLines || source.startsWith("    ");
  const [first = "", ...others] = isBlock ? splitLines(source, taken > 0, rooms) : splitLine(source.trim(), rooms);
  return [prefix + first, ...others];
}

function splitLine(line: string, rooms: Rooms): string[] {
  const marker = line.startsWith("> ") ? "> " : "";
  const content = line.slice(marker.length).trimStart();
  const html = renderInline(content, { siteUrl: "//stackoverflow.com", metaUrl: "//meta.stackoverflow.com" });
  const roomOf = (part: number): number => rooms.roomOf(part) - marker.length;
  const atoms = cutLongAtoms(readAtoms(content, html), roomOf(0));
  const writer = new PartWriter(atoms, html, marker);
  return planParts(atoms, { ...rooms, roomOf }).map((span, part) => {
    const room = roomOf(part);
    const oversize = atoms.slice(span.from, span.to).find((atom) => atom.kind === "url" && atom.source.length > room);
    return oversize ? writer.writeOversize(oversize) : writer.write(span, room);
  });
}

function readRules(options: SplitOptions): { mode: "words" | "lines"; limit: number; reserved: number } {
  checkOptions("splitMessage", options, ["mode", "limit", "replyPrefixLength"]);
  const { mode = "words", limit = maxLineLength, replyPrefixLength: reserved = 0 } = options;
  checkChoice("mode", mode, ["words", "lines"]);
  checkCount("limit", limit, LEAST_ROOM);
  checkCount("replyPrefixLength", reserved, 0);
  const most = limit - LEAST_ROOM / 2;
  if (reserved > most) throw new UsageError(`replyPrefixLength is a whole number from 0 to ${most}, not ${reserved}`);
  return { mode, limit, reserved };
}

function tooLong(atom: Atom, room: number): TooLongError {
  const { kind, source } = atom;
  const name = source.length > NAMED_LENGTH ? `${source.slice(0, NAMED_LENGTH)}…` : source;
  const what = kind === "url" ? "address" : kind;
  return new TooLongError(
    undefined,
    `the ${what} ${name} has ${source.length} characters, and can not be cut into parts of ${room}`,
  );
}
