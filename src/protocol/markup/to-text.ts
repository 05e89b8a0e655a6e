/**
 * Converts message HTML to plain text (protocol.md §7.3). Streams tokens without a tree or recursion, so hostile input
 * costs time linear in its length.
 */
import { Parser } from "htmlparser2";
import { isFixedFont } from "./describe.js";
import { joinSourceLines, withoutBlankStart } from "./lines.js";
import { isShownUrl, resolveUrl } from "./links.js";
import { joinLongWordsIn } from "./long-words.js";
import { MessageReader } from "./message-reader.js";
import type { OpenOnebox } from "./open-onebox.js";

/** Options of {@link htmlToText}. */
export interface ReadContext {
  /** The root URL of the chat site, such as `https://chat.stackoverflow.com`, to resolve a onebox's `/transcript/…`. */
  readonly origin?: string;
}

/**
 * Converts message HTML to plain text: several lines stay lines, a onebox becomes its URL, a shortened link shows as it
 * does in chat. The servers' invisible characters in long words are removed. Both ends are trimmed, except for the
 * indentation of fixed-width text.
 */
export function htmlToText(html: string, context: ReadContext = {}): string {
  return readText(html, context, false);
}

/** Like {@link htmlToText}; with `addresses`, links show their URL, too. */
export function readText(html: string, context: ReadContext, addresses: boolean): string {
  const joined = joinLongWordsIn(html);
  if (!/[<&\u00a0\n]/.test(joined)) return joined.trim();
  const reader = new TextReader(context.origin, addresses);
  new Parser(reader, { decodeEntities: true }).end(joined);
  if (!isFixedFont(html)) return reader.text.trim();
  return withoutBlankStart(reader.text.trimEnd());
}

class TextReader extends MessageReader {
  text = "";
  readonly #origin: string | undefined;
  readonly #addresses: boolean;
  /** The number of open elements from the outermost `pre` on; 0 outside. */
  #preDepth = 0;
  /** The open link: its URL, and where its text starts. */
  #link: { readonly url: string; readonly from: number } | null = null;
  /** Set after a line break: the server's ` <br> ` has a space on each side that nobody typed. */
  #afterBreak = false;

  constructor(origin: string | undefined, addresses: boolean) {
    super();
    this.#origin = origin;
    this.#addresses = addresses;
  }

  protected override openElement(
    name: string,
    _classes: readonly string[],
    attributes: Readonly<Record<string, string>>,
  ): void {
    if (this.#preDepth > 0 || name === "pre") this.#preDepth += 1;
    if (name === "br") this.#break();
    if (name === "a" && this.#addresses && this.#link === null && attributes.href !== undefined) {
      this.#link = { url: resolveUrl(attributes.href, this.#origin), from: this.text.length };
    }
  }

  protected override readOnebox({ address }: OpenOnebox): void {
    this.#write(resolveUrl(address, this.#origin));
  }

  protected override closeElement(name: string): void {
    if (this.#preDepth > 0) this.#preDepth -= 1;
    if (name === "a") this.#endLink();
    if (/^(?:div|pre|p)$/.test(name) && this.text !== "" && !this.text.endsWith("\n")) this.#break();
  }

  protected override readText(data: string): void {
    const plain = data.replaceAll("\u00a0", " ");
    this.#write(this.#preDepth > 0 ? plain : joinSourceLines(plain));
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
