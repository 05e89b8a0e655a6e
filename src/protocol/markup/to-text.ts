/**
 * Message HTML to the plain text a person would read (protocol.md §7.3). Streams through the tokens: no tree and no
 * recursion, so hostile input costs no more than its length.
 */
import { Parser } from "htmlparser2";
import { classNames, isFixedFont, isOneboxClass } from "./describe.js";
import { withoutBlankStart } from "./lines.js";
import { absoluteUrl, isShownUrl } from "./links.js";
import { joinLongWordsIn } from "./long-words.js";
import { OpenOnebox } from "./open-onebox.js";

/** What reading a message may know about where it came from. */
export interface ReadContext {
  /** The root of the chat site, such as `https://chat.stackoverflow.com`: makes a onebox's `/transcript/…` whole. */
  readonly origin?: string;
}

/**
 * Reads message HTML as plain text: several lines as lines, a onebox as its address, a shortened link as it is shown. The
 * invisible characters that the servers put into long words are left out.
 * White space at both ends goes, except the indentation of fixed font.
 */
export function htmlToText(html: string, context: ReadContext = {}): string {
  return readText(html, context, false);
}

/** As {@link htmlToText}, but with `addresses` a link gives its address instead of only its text. */
export function readText(html: string, context: ReadContext, addresses: boolean): string {
  const joined = joinLongWordsIn(html);
  if (!/[<&\u00a0\n]/.test(joined)) return joined.trim();
  const reader = new TextReader(context.origin, addresses);
  new Parser(reader, { decodeEntities: true }).end(joined);
  if (!isFixedFont(html)) return reader.text.trim();
  return withoutBlankStart(reader.text.trimEnd());
}

class TextReader {
  text = "";
  readonly #origin: string | undefined;
  readonly #addresses: boolean;
  /** Open elements from the outermost `pre` on; 0 outside. */
  #preDepth = 0;
  #onebox: OpenOnebox | null = null;
  /** The link that is open: its address, and where its text starts. */
  #link: { readonly url: string; readonly from: number } | null = null;
  /** Set after a line break: the server's ` <br> ` has one space on each side that nobody typed. */
  #afterBreak = false;

  constructor(origin: string | undefined, addresses: boolean) {
    this.#origin = origin;
    this.#addresses = addresses;
  }

  onopentag(name: string, attributes: Record<string, string>): void {
    if (this.#onebox) {
      this.#onebox.open(attributes);
      return;
    }
    const classes = classNames(attributes.class);
    if (isOneboxClass(name, classes)) {
      this.#onebox = new OpenOnebox(classes);
      return;
    }
    if (this.#preDepth > 0 || name === "pre") this.#preDepth += 1;
    if (name === "br") this.#break();
    if (name === "a" && this.#addresses && this.#link === null && attributes.href !== undefined) {
      this.#link = { url: absoluteUrl(attributes.href, this.#origin), from: this.text.length };
    }
  }

  onclosetag(name: string): void {
    if (this.#onebox) {
      if (!this.#onebox.close()) return;
      this.#write(absoluteUrl(this.#onebox.address, this.#origin));
      this.#onebox = null;
      return;
    }
    if (this.#preDepth > 0) this.#preDepth -= 1;
    if (name === "a") this.#endLink();
    if (/^(?:div|pre|p)$/.test(name) && this.text !== "" && !this.text.endsWith("\n")) this.#break();
  }

  ontext(data: string): void {
    if (this.#onebox) return;
    const plain = data.replaceAll("\u00a0", " ");
    this.#write(this.#preDepth > 0 || !plain.includes("\n") ? plain : plain.replace(/\s+/g, unbroken));
  }

  #endLink(): void {
    if (this.#link === null) return;
    const { url, from } = this.#link;
    const shown = this.text.slice(from).trim();
    if (shown === "" || isShownUrl(shown, url)) {
      this.text = this.text.slice(0, from);
      this.#write(url);
    } else if (shown !== url) {
      this.#write(` (${url})`);
    }
    this.#link = null;
  }

  #break(): void {
    if (this.#preDepth === 0 && this.text.endsWith(" ")) this.text = this.text.slice(0, -1);
    this.text += "\n";
    this.#afterBreak = this.#preDepth === 0;
  }

  #write(text: string): void {
    if (text === "") return;
    this.text += this.#afterBreak && text.startsWith(" ") ? text.slice(1) : text;
    this.#afterBreak = false;
  }
}

/** A line end in the page's source is only a space to a reader. */
function unbroken(space: string): string {
  return space.includes("\n") ? " " : space;
}
