/**
 * Splits a text that is too long for one message. Nothing visible is lost, and nothing is torn apart: links, tags and
 * URLs
 * never, code and emphasis only if they are too long themselves.
 */
import { EmptyMessageError, TooLongError, UsageError } from "../../errors/index.js";
import { checkChoice, checkCount, checkOptions } from "../../util/options.js";
import { maxLineLength } from "../text-rules.js";
import { type Atom, readAtoms } from "./atoms.js";
import { renderInline } from "./inline.js";
import { unixLines } from "./lines.js";
import { splitReplyPrefix } from "./reply-prefix.js";
import { splitLines } from "./split-lines.js";
import { cutLongAtoms, type PartLimits, planParts } from "./split-plan.js";
import { PartWriter } from "./split-write.js";

/** Options of {@link splitMessage}. */
export interface SplitOptions {
  /**
   * `words` cuts a single line at white space and leaves text of several lines whole, because the server has no limit
   * for
   * it. `lines` cuts text of several lines at line ends, and a line too long for a part at white space.
   * @default "words"
   */
  readonly mode?: "words" | "lines";
  /** The maximum length of a part, in UTF-16 units as the server counts; at least 50. @default 500 */
  readonly limit?: number;
  /** Characters to reserve in the first part, for a reply prefix such as `:123456789 `. @default 0 */
  readonly replyPrefixLength?: number;
}

/** The least that a limit must leave for the text, in characters. */
const MIN_ROOM = 50;
/** How much of an oversized link an error quotes, in characters. */
const NAMED_LENGTH = 80;

/**
 * Splits a text into parts that the server accepts. A text within the limit is its only part, unchanged.
 *
 * Emphasis or code longer than a part is closed at the cut and reopened after it. Fixed-width text and quotes continue
 * in
 * every part. A leading `:123 ` stays in the first part only. A part that would mean something else on its own gets an
 * invisible U+2060 or a line break in front.
 * @throws {EMPTY} when the text is blank
 * @throws {TOO_LONG} naming a link, tag or URL longer than a part; `lines` instead puts a bare URL after a line break,
 * which lifts the limit
 * @throws {BAD_ARGUMENT} for invalid options
 */
export function splitMessage(text: string, options: SplitOptions = {}): string[] {
  const { mode, limit, reserved } = readRules(options);
  if (typeof text !== "string") throw new UsageError("the text to split must be a string");
  if (text.trim() === "") throw new EmptyMessageError();
  if (text.length + reserved <= limit) return [text];
  const body = splitReplyPrefix(text);
  const prefix = body.replyTo === null ? "" : `${text.slice(0, -body.text.length).trim()} `;
  const source = unixLines(body.text).trimEnd();
  const isLines = source.includes("\n");
  if (isLines && mode === "words") return [text];
  const taken = reserved + prefix.length;
  const limits: PartLimits = {
    limitOf: (part) => limit - (part === 0 ? taken : 0),
    onOversize: (atom, room) => {
      if (mode === "words" || atom.kind !== "url") throw tooLong(atom, room);
    },
  };
  const isBlock = isLines || source.startsWith("    ");
  const [first = "", ...others] = isBlock ? splitLines(source, taken > 0, limits) : splitLine(source.trim(), limits);
  return [prefix + first, ...others];
}

function splitLine(line: string, limits: PartLimits): string[] {
  const marker = line.startsWith("> ") ? "> " : "";
  const content = line.slice(marker.length).trimStart();
  const html = renderInline(content, { siteUrl: "//stackoverflow.com", metaUrl: "//meta.stackoverflow.com" });
  const limitOf = (part: number): number => limits.limitOf(part) - marker.length;
  const atoms = cutLongAtoms(readAtoms(content, html), limitOf(0));
  const writer = new PartWriter(atoms, html, marker);
  return planParts(atoms, { ...limits, limitOf }).map((span, part) => {
    const room = limitOf(part);
    const oversize = atoms.slice(span.from, span.to).find((atom) => atom.kind === "url" && atom.source.length > room);
    return oversize ? writer.writeOversize(oversize) : writer.write(span, room);
  });
}

function readRules(options: SplitOptions): { mode: "words" | "lines"; limit: number; reserved: number } {
  checkOptions("splitMessage", options, ["mode", "limit", "replyPrefixLength"]);
  const { mode = "words", limit = maxLineLength, replyPrefixLength: reserved = 0 } = options;
  checkChoice("mode", mode, ["words", "lines"]);
  checkCount("limit", limit, MIN_ROOM);
  checkCount("replyPrefixLength", reserved, 0);
  const most = limit - MIN_ROOM / 2;
  if (reserved > most)
    throw new UsageError(`replyPrefixLength must be a whole number from 0 to ${most}, not ${reserved}`);
  return { mode, limit, reserved };
}

function tooLong(atom: Atom, room: number): TooLongError {
  const { kind, source } = atom;
  const name = source.length > NAMED_LENGTH ? `${source.slice(0, NAMED_LENGTH)}…` : source;
  const what = kind === "url" ? "address" : kind;
  return new TooLongError(
    undefined,
    `the ${what} ${name} has ${source.length} characters and cannot be split into parts of ${room}`,
  );
}
