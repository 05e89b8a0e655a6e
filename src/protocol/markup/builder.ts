/**
 * Messages put together from pieces: every text is escaped, every mark gets the boundary beside it that makes it a mark,
 * and what the chat dialect cannot say is an error instead of stray characters.
 */
import { TooLongError, UsageError } from "../../errors/index.js";
import { checkChoice, checkId, checkOptions } from "../../util/options.js";
import { isBoundaryAfter, isBoundaryBefore, isEscapable, wordJoiner } from "./escape.js";
import { codeSpan, escapeLine, fixedWidth, guardStart } from "./escape-markdown.js";
import { unixLines, withoutBlankStart } from "./lines.js";

/** What a message builder does when it can not do both. */
export interface MessageBuilderOptions {
  /**
   * Text of several lines has no markup. `refuse` throws when a message has both; `drop` keeps the text: a link becomes
   * `text (address)`, a tag `[x]`.
   * @default "refuse"
   */
  readonly markupInLines?: "refuse" | "drop";
}

/** A piece of a message. */
interface Piece {
  readonly kind: "text" | "markup" | "link" | "mention" | "raw" | "fixed";
  /** As it is written on one line; for `text` the text itself. */
  readonly written: string;
  /** As it is written among several lines. */
  readonly plain: string;
}

/** The longest link text and address that the server reads as a link, in characters. */
const LINK_TEXT_LIMIT = 499;
const ADDRESS_LIMIT = 990;
const endsMention = /^(?:$|[\s.,_!?():;/+&<'"-])/;

/** Starts a message: `message().reply(123).text("See ").link("the docs", url).toString()`. */
export function message(options: MessageBuilderOptions = {}): MessageBuilder {
  return new MessageBuilder(options);
}

/**
 * Collects the pieces of one message; each method adds one and gives the builder back. White space at the edges of bold,
 * italic, strike and code goes outside of the marks. Where a mark needs white space or punctuation beside it and there
 * is none, a space is put in. Empty pieces vanish.
 */
export class MessageBuilder {
  readonly #pieces: Piece[] = [];
  readonly #drops: boolean;
  #replyTo: number | null = null;
  #isQuote = false;
  /** Whether the next piece begins a new line. */
  #isLineDone = false;

  /** @throws {BAD_ARGUMENT} for options that can not be */
  constructor(options: MessageBuilderOptions = {}) {
    checkOptions("message", options, ["markupInLines"]);
    const { markupInLines = "refuse" } = options;
    checkChoice("markupInLines", markupInLines, ["refuse", "drop"]);
    this.#drops = markupInLines === "drop";
  }

  /**
   * Makes the message a reply, wherever in the chain it is called.
   * @throws {BAD_ARGUMENT} for what is no id, or a second reply
   */
  reply(messageId: number): this {
    checkId("message", messageId);
    if (this.#replyTo !== null) throw new UsageError("a message replies to one message only");
    this.#replyTo = messageId;
    return this;
  }

  /** Adds a text that shows as it is. With a line break in it the message has several lines. */
  text(text: string): this {
    return this.#add("text", text, text);
  }

  /** Adds markdown as it is; that it is whole is up to you. */
  raw(markdown: string): this {
    return this.#add("raw", markdown, markdown);
  }

  /** Adds a text in bold. */
  bold(text: string): this {
    return this.#mark("**", text);
  }

  /** Adds a text in italics. */
  italic(text: string): this {
    return this.#mark("*", text);
  }

  /** Adds a text struck out. */
  strike(text: string): this {
    return this.#mark("---", text);
  }

  /** Adds code, between as many backticks as it takes. */
  code(text: string): this {
    return this.#spaced(text, codeSpan(text), text.trim());
  }

  /**
   * Adds a link; without a text it shows the address. Parentheses, spaces, quotes and the like in the address are
   * percent-encoded.
   * @throws {BAD_ARGUMENT} for an address that is not http, https or ftp
   * @throws {TOO_LONG} for a text or an address that the server would not read as a link
   */
  link(text: string, url: string | URL): this {
    const address = webAddress(String(url));
    const shown = text.trim() === "" ? String(url).trim() : text.trim();
    const inner = escapeLine(shown, "ignore").replace(/\\$/, "\\ ");
    if (inner.length > LINK_TEXT_LIMIT)
      throw new TooLongError({}, `a link text has at most ${LINK_TEXT_LIMIT} characters`);
    const plain = shown === String(url).trim() ? address : `${shown} (${address})`;
    return this.#add("link", `[${inner}](${address})`, plain);
  }

  /**
   * Adds a tag of the room's site, as a link.
   * @throws {BAD_ARGUMENT} for what can not be a tag
   */
  tag(name: string): this {
    return this.#tag("tag", name);
  }

  /** As {@link tag}, for a tag of the site's meta. */
  metaTag(name: string): this {
    return this.#tag("meta-tag", name);
  }

  /**
   * Makes the message a quote that begins with this text. All of the message is in the quote.
   * @throws {BAD_ARGUMENT} unless it is the first piece
   */
  quote(text: string): this {
    if (this.#pieces.length > 0 || this.#isQuote)
      throw new UsageError("only a whole message is a quote: quote() comes first");
    this.#isQuote = true;
    return this.text(text);
  }

  /**
   * Adds `@name`, which notifies whoever has that name: spaces are left out, as chat wants it.
   * @throws {BAD_ARGUMENT} for a name without characters
   */
  mention(name: string): this {
    const word = name.replace(/[\s\u2060]+/g, "").replace(/^@/, "");
    if (word === "") throw new UsageError("a mention needs a name");
    return this.#add("mention", `@${escapeLine(word, "defuse")}`, `@${word}`);
  }

  /** Adds each text on a line of its own; what follows begins a new line. */
  lines(...texts: readonly string[]): this {
    if (texts.length === 0) return this;
    if (this.#pieces.length > 0) this.#isLineDone = true;
    this.text(texts.join("\n"));
    this.#isLineDone = true;
    return this;
  }

  /** Adds lines in fixed font. A message in fixed font has nothing else, and is no reply by its text. */
  fixedWidth(text: string): this {
    const lines = fixedWidth(text);
    return this.#add("fixed", lines, lines);
  }

  /**
   * Writes the message; "" when nothing is in it.
   * @throws {BAD_ARGUMENT} when markup meets several lines, or fixed font anything else
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
        "a message in fixed font has nothing else in it; to reply with one, give its text to reply() of the message",
      );
    }
    return withoutBlankStart(this.#pieces.map((piece) => piece.written).join("\n")).trimEnd();
  }

  #quoted(body: string): string {
    if (!this.#isQuote || body === "") return this.#startsRaw() ? body : guardStart(body);
    return `> ${body}`;
  }

  /** Whether the author wrote the start, and may mean a quote or a onebox by it. */
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
    // A dash beside `---` would make the mark longer, and a backslash before a mark would make it literal.
    const inner = escapeLine(text.trim(), "show").replace(
      mark === "---" ? /^(?=-)|(?<=[-\\])$/g : /(?<=\\)$/,
      wordJoiner,
    );
    return this.#spaced(text, inner === "" ? "" : mark + inner + mark, text.trim());
  }

  /** Adds marked text; the white space at its edges comes outside of the marks. */
  #spaced(text: string, written: string, plain: string): this {
    const inked = text.trimStart();
    this.text(text.slice(0, text.length - inked.length));
    if (written !== "") this.#add("markup", written, plain);
    return this.text(inked.slice(inked.trimEnd().length));
  }

  #tag(kind: "tag" | "meta-tag", name: string): this {
    if (!/^[^\s[\]<>"'`\\]{1,40}$/.test(name) || /\p{Surrogate}/u.test(name)) {
      throw new UsageError(`${JSON.stringify(name)} can not be a tag`);
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
      (before === "mention" && !endsMention.test(written)) ||
      (piece.kind === "markup" && !isBoundaryBefore(line.at(-1))) ||
      (piece.kind === "mention" && /[\p{L}\p{N}\p{M}@_]$/u.test(line)) ||
      (line.endsWith("\\") && isEscapable(written[0])) ||
      (line.endsWith("-") && written.startsWith("-"));
    line += (isApart ? " " : "") + written;
    before = piece.kind;
  }
  return line;
}

/** Texts that follow each other are one text: what they mean together has to be escaped. */
function joinTexts(pieces: readonly Piece[]): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const before = piece.kind === "text" && joined.at(-1)?.kind === "text" ? joined.pop() : undefined;
    const written = (before?.written ?? "") + piece.written;
    joined.push(before === undefined ? piece : { kind: "text", written, plain: written });
  }
  return joined;
}

/** The address as it may stand in a link. */
function webAddress(url: string): string {
  const address = url.trim().replace(/[\s\x00-\x1f\x7f()<>"\\`[\]]/g, (character) => {
    if (character === "(" || character === ")") return character === "(" ? "%28" : "%29";
    return encodeURIComponent(character);
  });
  const whole = address.startsWith("//") ? `https:${address}` : address;
  if (!/^(?:https?|ftp):\/\/[^/?#]/i.test(whole) || !URL.canParse(whole)) {
    throw new UsageError(`a link leads to an http, https or ftp address, not to ${JSON.stringify(url.slice(0, 80))}`);
  }
  if (address.length > ADDRESS_LIMIT) throw new TooLongError({}, `an address has at most ${ADDRESS_LIMIT} characters`);
  return address;
}
