/**
 * Builds messages from pieces. Text is escaped, marks get the boundaries they need, and content that the chat dialect
 * cannot express is an error instead of stray characters.
 */
import { TooLongError, UsageError } from "../../errors/index.js";
import { checkChoice, checkId, checkOptions } from "../../util/options.js";
import { isBoundaryAfter, isBoundaryBefore, isEscapable, WORD_JOINER } from "./escape.js";
import { codeSpan, escapeLine, fixedWidth, guardStart } from "./escape-markdown.js";
import { unixLines, withoutBlankStart } from "./lines.js";

/** Options of a message builder. */
export interface MessageBuilderOptions {
  /**
   * How to handle a message with both several lines and markup, which chat does not render together. `refuse` throws;
   * `drop` keeps the text: a link becomes `text (address)`, a tag `[x]`.
   * @default "refuse"
   */
  readonly markupInLines?: "refuse" | "drop";
}

/** A piece of a message. */
interface Piece {
  readonly kind: "text" | "markup" | "link" | "mention" | "raw" | "fixed";
  /** How it is written on a single line; for `text`, the text itself. */
  readonly written: string;
  /** How it is written in a message of several lines. */
  readonly plain: string;
}

/** The longest link text and address that the server recognizes as a link, in characters. */
const LINK_TEXT_LIMIT = 499;
const ADDRESS_LIMIT = 990;
const MENTION_END = /^(?:$|[\s.,_!?():;/+&<'"-])/;

/** Starts a message: `message().reply(123).text("See ").link("the docs", url).toString()`. */
export function message(options: MessageBuilderOptions = {}): MessageBuilder {
  return new MessageBuilder(options);
}

/**
 * Builds a message from pieces; each method adds one and returns the builder. White space at the edges of bold, italic,
 * strike and code moves outside the marks. A space is inserted where a mark needs one beside it. Empty pieces are
 * dropped.
 */
export class MessageBuilder {
  readonly #pieces: Piece[] = [];
  readonly #drops: boolean;
  #replyTo: number | null = null;
  #isQuote = false;
  /** Whether the next piece starts a new line. */
  #isLineDone = false;

  /** @throws {BAD_ARGUMENT} for invalid options */
  constructor(options: MessageBuilderOptions = {}) {
    checkOptions("message", options, ["markupInLines"]);
    const { markupInLines = "refuse" } = options;
    checkChoice("markupInLines", markupInLines, ["refuse", "drop"]);
    this.#drops = markupInLines === "drop";
  }

  /**
   * Makes the message a reply; may be called anywhere in the chain.
   * @throws {BAD_ARGUMENT} for an invalid id or a second reply
   */
  reply(messageId: number): this {
    checkId("message", messageId);
    if (this.#replyTo !== null) throw new UsageError("a message replies to one message only");
    this.#replyTo = messageId;
    return this;
  }

  /** Adds text that shows exactly as given. A line break makes it a message of several lines. */
  text(text: string): this {
    return this.#add("text", text, text);
  }

  /** Adds raw markdown; the caller must make sure that it is complete. */
  raw(markdown: string): this {
    return this.#add("raw", markdown, markdown);
  }

  /** Adds bold text. */
  bold(text: string): this {
    return this.#mark("**", text);
  }

  /** Adds italic text. */
  italic(text: string): this {
    return this.#mark("*", text);
  }

  /** Adds struck-out text. */
  strike(text: string): this {
    return this.#mark("---", text);
  }

  /** Adds inline code, between as many backticks as needed. */
  code(text: string): this {
    return this.#spaced(text, codeSpan(text), text.trim());
  }

  /**
   * Adds a link; an empty text shows the address. Parentheses, spaces, quotes and the like in the address are
   * percent-encoded.
   * @throws {BAD_ARGUMENT} for an address that is not http, https or ftp
   * @throws {TOO_LONG} for a text or an address too long for the server to recognize a link
   */
  link(text: string, url: string | URL): this {
    const address = linkAddress(String(url));
    const shown = text.trim() === "" ? String(url).trim() : text.trim();
    const inner = escapeLine(shown, "ignore").replace(/\\$/, "\\ ");
    if (inner.length > LINK_TEXT_LIMIT)
      throw new TooLongError({}, `a link text has at most ${LINK_TEXT_LIMIT} characters`);
    const plain = shown === String(url).trim() ? address : `${shown} (${address})`;
    return this.#add("link", `[${inner}](${address})`, plain);
  }

  /**
   * Adds a tag of the room's site as a link.
   * @throws {BAD_ARGUMENT} for an invalid tag
   */
  tag(name: string): this {
    return this.#tag("tag", name);
  }

  /** Like {@link tag}, for a tag of the site's meta. */
  metaTag(name: string): this {
    return this.#tag("meta-tag", name);
  }

  /**
   * Makes the whole message a quote that starts with this text.
   * @throws {BAD_ARGUMENT} unless it is the first piece
   */
  quote(text: string): this {
    if (this.#pieces.length > 0 || this.#isQuote)
      throw new UsageError("only a whole message is a quote: quote() comes first");
    this.#isQuote = true;
    return this.text(text);
  }

  /**
   * Adds `@name`, which notifies that user. Spaces in the name are removed, as chat requires.
   * @throws {BAD_ARGUMENT} for an empty name
   */
  mention(name: string): this {
    const word = name.replace(/[\s\u2060]+/g, "").replace(/^@/, "");
    if (word === "") throw new UsageError("a mention needs a name");
    return this.#add("mention", `@${escapeLine(word, "defuse")}`, `@${word}`);
  }

  /** Adds each text on a line of its own; the next piece starts a new line. */
  lines(...texts: readonly string[]): this {
    if (texts.length === 0) return this;
    if (this.#pieces.length > 0) this.#isLineDone = true;
    this.text(texts.join("\n"));
    this.#isLineDone = true;
    return this;
  }

  /** Adds fixed-width lines. Such a message cannot contain anything else or have a reply prefix. */
  fixedWidth(text: string): this {
    const lines = fixedWidth(text);
    return this.#add("fixed", lines, lines);
  }

  /**
   * Returns the message; "" if it is empty.
   * @throws {BAD_ARGUMENT} when markup is combined with several lines, or fixed-width text with anything else
   */
  toString(): string {
    const body = this.#body();
    return body === "" || this.#replyTo === null ? body : `:${this.#replyTo} ${body}`;
  }

  #body(): string {
    if (this.#pieces.some((piece) => piece.kind === "fixed")) return this.#fixed();
    const plain = this.#pieces.map((piece) => piece.plain).join("");
    if (!/[\r\n]/.test(plain.trim())) return this.#quoted(joinLine(this.#pieces).trim());
    if (!this.#drops && this.#pieces.some((piece) => piece.kind === "markup" || piece.kind === "link")) {
      throw new UsageError(
        'text of several lines has no markup in chat; leave out the line breaks or the markup, or give markupInLines: "drop"',
      );
    }
    return this.#quoted(unixLines(plain).trim());
  }

  #fixed(): string {
    if (this.#replyTo !== null || this.#isQuote || this.#pieces.some((piece) => piece.kind !== "fixed")) {
      throw new UsageError(
        "a fixed-width message cannot contain anything else; to reply with one, pass its text to message.reply()",
      );
    }
    return withoutBlankStart(this.#pieces.map((piece) => piece.written).join("\n")).trimEnd();
  }

  #quoted(body: string): string {
    if (!this.#isQuote || body === "") return this.#startsRaw() ? body : guardStart(body);
    return `> ${body}`;
  }

  /** Whether the message starts with raw markdown, which may be meant as a quote or a onebox. */
  #startsRaw(): boolean {
    return this.#pieces[0]?.kind === "raw";
  }

  #add(kind: Piece["kind"], written: string, plain: string): this {
    if (typeof written !== "string" || typeof plain !== "string")
      throw new UsageError("the pieces of a message are strings");
    if (written === "") return this;
    if (this.#isLineDone) this.#pieces.push({ kind: "text", written: "\n", plain: "\n" });
    this.#isLineDone = false;
    this.#pieces.push({ kind, written, plain });
    return this;
  }

  #mark(mark: string, text: string): this {
    // A dash beside `---` would lengthen the mark, and a backslash before a mark would escape it.
    const inner = escapeLine(text.trim(), "show").replace(
      mark === "---" ? /^(?=-)|(?<=[-\\])$/g : /(?<=\\)$/,
      WORD_JOINER,
    );
    return this.#spaced(text, inner === "" ? "" : mark + inner + mark, text.trim());
  }

  /** Adds marked text; white space at its edges goes outside the marks. */
  #spaced(text: string, written: string, plain: string): this {
    const inked = text.trimStart();
    this.text(text.slice(0, text.length - inked.length));
    if (written !== "") this.#add("markup", written, plain);
    return this.text(inked.slice(inked.trimEnd().length));
  }

  #tag(kind: "tag" | "meta-tag", name: string): this {
    if (!/^[^\s[\]<>"'`\\]{1,40}$/.test(name) || /\p{Surrogate}/u.test(name)) {
      throw new UsageError(`${JSON.stringify(name)} is not a valid tag`);
    }
    return this.#add("link", `[${kind}:${name}]`, `[${name}]`);
  }
}

/** Writes the pieces of one line, with a space where a boundary is needed. */
function joinLine(pieces: readonly Piece[]): string {
  let line = "";
  let before: Piece["kind"] | null = null;
  for (const piece of joinTexts(pieces)) {
    const written = piece.kind === "text" ? escapeLine(piece.written, "show") : piece.written;
    const isApart =
      (before === "markup" && !isBoundaryAfter(written[0])) ||
      (before === "mention" && !MENTION_END.test(written)) ||
      (piece.kind === "markup" && !isBoundaryBefore(line.at(-1))) ||
      (piece.kind === "mention" && /[\p{L}\p{N}\p{M}@_]$/u.test(line)) ||
      (line.endsWith("\\") && isEscapable(written[0])) ||
      (line.endsWith("-") && written.startsWith("-"));
    line += (isApart ? " " : "") + written;
    before = piece.kind;
  }
  return line;
}

/** Merges adjacent texts, because they may form markup together and must be escaped as one. */
function joinTexts(pieces: readonly Piece[]): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const before = piece.kind === "text" && joined.at(-1)?.kind === "text" ? joined.pop() : undefined;
    const written = (before?.written ?? "") + piece.written;
    joined.push(before === undefined ? piece : { kind: "text", written, plain: written });
  }
  return joined;
}

/** Encodes an address for use in a link. */
function linkAddress(url: string): string {
  const address = url.trim().replace(/[\s\x00-\x1f\x7f()<>"\\`[\]]/g, (character) => {
    if (character === "(" || character === ")") return character === "(" ? "%28" : "%29";
    return encodeURIComponent(character);
  });
  const whole = address.startsWith("//") ? `https:${address}` : address;
  if (!/^(?:https?|ftp):\/\/[^/?#]/i.test(whole) || !URL.canParse(whole)) {
    throw new UsageError(
      `a link must lead to an http, https or ftp address, not to ${JSON.stringify(url.slice(0, 80))}`,
    );
  }
  if (address.length > ADDRESS_LIMIT) throw new TooLongError({}, `an address has at most ${ADDRESS_LIMIT} characters`);
  return address;
}
