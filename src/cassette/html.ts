/**
 * Scrubs pages and fragments. Tags, known classes, and ids of rooms and messages stay. Text and attributes are judged
 * by the
 * elements around them: a user's name, a user's text, or the site's labels. It uses the tokenizer of our page readers,
 * so
 * that both see the same tags. Linear.
 */
import { Tokenizer } from "htmlparser2";
import { scrubAttribute, type TextMode } from "./attributes.js";
import { decode, entities, mapDecoded } from "./codecs.js";
import { type ScrubMarkup, scrubScript } from "./literals.js";
import { scrubLabel, scrubText } from "./plain.js";
import type { Pseudonyms } from "./pseudonyms.js";
import { isCodeName } from "./vocabulary.js";

/** How a page is scrubbed. */
export interface HtmlOptions {
  /** Whose text is at the top level. @default "label" */
  readonly mode?: TextMode;
  /** Whether headings are names of rooms or users. @default false */
  readonly namesInHeadings?: boolean;
}

interface OpenElement {
  readonly name: string;
  readonly mode: TextMode;
  /** Whether it is inside a big card of a room or a user, whose heading and paragraph are user text. */
  readonly isCard: boolean;
}

interface Attribute {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

const CLASSES_BY_MODE: Readonly<Record<TextMode, ReadonlySet<string>>> = {
  name: new Set(
    `username user-name user-header signature avatar user-container room-name roomname mention user-picture js-display-name
room-mini-header`.split(/\s+/),
  ),
  text: new Set(
    `content message-source quote room-description room-mini-description user-message-info text tag onebox last-message
reply-info-container reply-parent message-body`.split(/\s+/),
  ),
  label: new Set("deleted relativetime timestamp action-link user-image stars reply-info".split(" ")),
  count: new Set(
    `times tabcount time stats-count room-message-count room-message-count-xxl user-message-count user-message-count-xxl
room-user-count room-user-count-xxl user-room-count-xxl room-current-user-count page-numbers`.split(/\s+/),
  ),
};
const NAME_IDS: ReadonlySet<string> = new Set(["roomname", "active-user", "present-users"]);
const TEXT_IDS: ReadonlySet<string> = new Set(["roomdesc", "room-tags"]);
const REVISION_LABELS: ReadonlySet<string> = new Set(["said:", "edited:", "deleted:", "moved:", "deleted", "moved"]);
const VOID_ELEMENTS: ReadonlySet<string> = new Set(
  "area base br col embed hr img input link meta param source track wbr".split(" "),
);
/** Everything nested deeper is treated as user text. */
const MAX_DEPTH = 500;

/** Scrubs user content from a page or a fragment. */
export function scrubHtml(html: string, pseudonyms: Pseudonyms, options: HtmlOptions = {}): string {
  return new HtmlScrubber(html, pseudonyms, options).run();
}

class HtmlScrubber {
  readonly #html: string;
  readonly #pseudonyms: Pseudonyms;
  readonly #options: HtmlOptions;
  readonly #stack: OpenElement[] = [];
  #lost = 0;
  /** The offset up to which output has been written. */
  #at = 0;
  #result = "";
  #tag: { readonly name: string; readonly start: number; readonly end: number } | undefined;
  #attributes: Attribute[] = [];

  constructor(html: string, pseudonyms: Pseudonyms, options: HtmlOptions) {
    this.#html = html;
    this.#pseudonyms = pseudonyms;
    this.#options = options;
  }

  run(): string {
    const tokenizer = new Tokenizer(
      { xmlMode: false, decodeEntities: false },
      {
        ontext: (start, end) => this.#replace(start, end, (raw) => this.#text(raw)),
        ontextentity: () => {},
        onopentagname: (start, end) => {
          this.#tag = { name: this.#html.slice(start, end).toLowerCase(), start, end };
          this.#attributes = [];
        },
        onattribname: (start, end) => {
          const name = this.#html.slice(start, end).toLowerCase();
          this.#attributes.push({ name, nameStart: start, nameEnd: end, valueStart: -1, valueEnd: -1 });
        },
        onattribdata: (start, end) => {
          const attribute = this.#attributes.at(-1);
          if (!attribute) return;
          if (attribute.valueStart < 0) attribute.valueStart = start;
          attribute.valueEnd = end;
        },
        onattribentity: () => {},
        onattribend: () => {},
        onopentagend: () => this.#openTag(false),
        onselfclosingtag: () => this.#openTag(true),
        onclosetag: (start, end) => this.#closeTag(start, end),
        oncomment: (start, end, offset) => this.#replaceUserText(start, end - offset),
        oncdata: (start, end, offset) => this.#replaceUserText(start, end - offset),
        ondeclaration: (start, end) => this.#replace(start, end, (raw) => this.#declaration(raw)),
        onprocessinginstruction: (start, end) => this.#replaceUserText(start, end),
        onend: () => {},
      },
    );
    tokenizer.write(this.#html);
    tokenizer.end();
    return this.#result + this.#between(this.#html.slice(this.#at));
  }

  /** Writes everything before a piece, then the changed piece. */
  #replace(start: number, end: number, change: (raw: string) => string): void {
    if (start < this.#at || end < start) return;
    this.#result += this.#between(this.#html.slice(this.#at, start)) + change(this.#html.slice(start, end));
    this.#at = end;
  }

  /** Between pieces there is only syntax. A word there belongs to a tag that never closed. */
  #between(raw: string): string {
    return /[\p{L}\p{N}]/u.test(raw) && !/^[<\s\]>"'/=]*!\[CDATA\[$/.test(raw)
      ? this.#pseudonyms.text(raw, "text")
      : raw;
  }

  #replaceUserText(start: number, end: number): void {
    this.#replace(start, end, (raw) => this.#pseudonyms.text(raw, "text"));
  }

  #declaration(raw: string): string {
    return /^!?doctype html$/i.test(raw.trim()) ? raw : this.#pseudonyms.text(raw, "text");
  }

  get #top(): OpenElement {
    const top = this.#stack.at(-1);
    if (this.#lost > 0) return { name: "", mode: "text", isCard: false };
    return top ?? { name: "", mode: this.#options.mode ?? "label", isCard: false };
  }

  #text(raw: string): string {
    const { name, mode } = this.#top;
    if (name === "script") return scrubScript(raw, this.#pseudonyms, markupScrubber(this.#pseudonyms));
    if (name === "style") return this.#pseudonyms.text(raw, "text");
    return mapDecoded(entities, raw, (text) => scrubWords(text, name, mode, this.#pseudonyms));
  }

  #openTag(isSelfClosing: boolean): void {
    const tag = this.#tag;
    if (!tag) return;
    const values = new Map(
      this.#attributes.map(({ name, valueStart, valueEnd }) => [
        name,
        valueStart < 0 ? "" : decode(entities, this.#html.slice(valueStart, valueEnd)),
      ]),
    );
    const open = this.#opened(tag.name, values);
    this.#replace(tag.start, tag.end, (raw) => this.#name(raw));
    for (const { name, nameStart, nameEnd, valueStart, valueEnd } of this.#attributes) {
      this.#replace(nameStart, nameEnd, (raw) => this.#name(raw));
      if (valueStart < 0) continue;
      this.#replace(valueStart, valueEnd, (raw) =>
        mapDecoded(entities, raw, (value) =>
          scrubAttribute(
            { element: tag.name, name, value, mode: open.mode, others: values },
            this.#pseudonyms,
            markupScrubber(this.#pseudonyms),
          ),
        ),
      );
    }
    this.#tag = undefined;
    if (VOID_ELEMENTS.has(tag.name) || (isSelfClosing && this.#stack.some(({ name }) => name === "svg"))) return;
    if (this.#stack.length >= MAX_DEPTH) this.#lost++;
    else this.#stack.push(open);
  }

  #closeTag(start: number, end: number): void {
    const name = this.#html.slice(start, end).toLowerCase();
    this.#replace(start, end, (raw) => this.#name(raw));
    if (this.#lost > 0) {
      this.#lost--;
      return;
    }
    const at = this.#stack.findLastIndex((open) => open.name === name);
    if (at >= 0) this.#stack.length = at;
  }

  #name(raw: string): string {
    return isCodeName(raw) ? raw : this.#pseudonyms.text(raw, "text");
  }

  #opened(name: string, attributes: ReadonlyMap<string, string>): OpenElement {
    const { mode, isCard } = this.#top;
    const classes = (attributes.get("class") ?? "").split(/\s+/);
    const id = attributes.get("id") ?? "";
    const has = (wanted: TextMode): boolean => classes.some((word) => CLASSES_BY_MODE[wanted].has(word));
    const isInCard = isCard || classes.some((word) => word === "roomcard-xxl" || word === "usercard-xxl");
    const open = (own: TextMode): OpenElement => ({ name, mode: own, isCard: isInCard });
    if (has("name") || NAME_IDS.has(id)) return open("name");
    if (has("text") || TEXT_IDS.has(id) || /^summary_\d+$/.test(id)) return open("text");
    if (has("label")) return open("label");
    if (has("count")) return open("count");
    if (name === "a" && /(?:^|\/)users\/-?\d+(?:\/|$)/.test(attributes.get("href") ?? "")) return open("name");
    if (name === "h1" && (isInCard || this.#options.namesInHeadings)) return open("name");
    return open(name === "p" && isInCard ? "text" : mode);
  }
}

/** Scrubs text between tags. */
function scrubWords(text: string, element: string, mode: TextMode, pseudonyms: Pseudonyms): string {
  const word = text.trim();
  if (mode === "name") return scrubText(text, pseudonyms, "name");
  if (mode === "text") return element === "b" && REVISION_LABELS.has(word) ? text : scrubText(text, pseudonyms);
  if (/^\d[\d.,]*$/.test(word) && (mode === "count" || word.length <= 3)) return text;
  return scrubLabel(text, pseudonyms);
}

/** Scrubs markup inside strings. */
export function markupScrubber(pseudonyms: Pseudonyms): ScrubMarkup {
  return (html, isText) => scrubHtml(html, pseudonyms, { mode: isText ? "text" : "label" });
}
