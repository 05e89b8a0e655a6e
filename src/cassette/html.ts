/**
 * Pages and pieces of pages. Tags, known classes and ids of rooms and messages stay; texts and attributes are judged by
 * the elements around them: somebody's name, somebody's text, or a place where the site writes labels. It goes by the
 * same tokenizer as our readers, so that both see the same tags. Linear.
 */
import { Tokenizer } from "htmlparser2";
import { type Mode, scrubAttribute } from "./attributes.js";
import { decoded, entities, through } from "./codecs.js";
import { type MarkupIn, scrubScript } from "./literals.js";
import { scrubLabel, scrubText } from "./plain.js";
import type { Pseudonyms } from "./pseudonyms.js";
import { isCodeName } from "./vocabulary.js";

/** How a page is read. */
export interface HtmlOptions {
  /** Whose words stand at the top. @default "label" */
  readonly mode?: Mode;
  /** Whether its headings are names: of a room or a person. @default false */
  readonly namesInHeadings?: boolean;
}

interface Open {
  readonly name: string;
  readonly mode: Mode;
  /** Inside a big card of a room or a user, whose heading and paragraph are somebody's. */
  readonly isCard: boolean;
}

interface Attribute {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

const MODES: Readonly<Record<Mode, ReadonlySet<string>>> = {
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
const REVISIONS: ReadonlySet<string> = new Set(["said:", "edited:", "deleted:", "moved:", "deleted", "moved"]);
const VOID: ReadonlySet<string> = new Set(
  "area base br col embed hr img input link meta param source track wbr".split(" "),
);
/** Deeper elements are all somebody's text. */
const MAX_DEPTH = 500;

/** Replaces what is somebody's in a page or a piece of one. */
export function scrubHtml(html: string, pseudonyms: Pseudonyms, options: HtmlOptions = {}): string {
  return new Scrubbing(html, pseudonyms, options).run();
}

class Scrubbing {
  readonly #html: string;
  readonly #pseudonyms: Pseudonyms;
  readonly #options: HtmlOptions;
  readonly #stack: Open[] = [];
  #lost = 0;
  /** Everything before this was written. */
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
        oncomment: (start, end, offset) => this.#somebodys(start, end - offset),
        oncdata: (start, end, offset) => this.#somebodys(start, end - offset),
        ondeclaration: (start, end) => this.#replace(start, end, (raw) => this.#declaration(raw)),
        onprocessinginstruction: (start, end) => this.#somebodys(start, end),
        onend: () => {},
      },
    );
    tokenizer.write(this.#html);
    tokenizer.end();
    return this.#result + this.#between(this.#html.slice(this.#at));
  }

  /** Writes what lies before as it is, but for letters, and a piece as it is changed. */
  #replace(start: number, end: number, change: (raw: string) => string): void {
    if (start < this.#at || end < start) return;
    this.#result += this.#between(this.#html.slice(this.#at, start)) + change(this.#html.slice(start, end));
    this.#at = end;
  }

  /** Signs of the syntax stand between the pieces; a word there is part of a tag that never ended. */
  #between(raw: string): string {
    return /[\p{L}\p{N}]/u.test(raw) && !/^[<\s\]>"'/=]*!\[CDATA\[$/.test(raw)
      ? this.#pseudonyms.text(raw, "text")
      : raw;
  }

  #somebodys(start: number, end: number): void {
    this.#replace(start, end, (raw) => this.#pseudonyms.text(raw, "text"));
  }

  #declaration(raw: string): string {
    return /^!?doctype html$/i.test(raw.trim()) ? raw : this.#pseudonyms.text(raw, "text");
  }

  get #top(): Open {
    const top = this.#stack.at(-1);
    if (this.#lost > 0) return { name: "", mode: "text", isCard: false };
    return top ?? { name: "", mode: this.#options.mode ?? "label", isCard: false };
  }

  #text(raw: string): string {
    const { name, mode } = this.#top;
    if (name === "script") return scrubScript(raw, this.#pseudonyms, markupIn(this.#pseudonyms));
    if (name === "style") return this.#pseudonyms.text(raw, "text");
    return through(entities, raw, (text) => scrubWords(text, name, mode, this.#pseudonyms));
  }

  #openTag(isSelfClosing: boolean): void {
    const tag = this.#tag;
    if (!tag) return;
    const values = new Map(
      this.#attributes.map(({ name, valueStart, valueEnd }) => [
        name,
        valueStart < 0 ? "" : decoded(entities, this.#html.slice(valueStart, valueEnd)),
      ]),
    );
    const open = this.#opened(tag.name, values);
    this.#replace(tag.start, tag.end, (raw) => this.#name(raw));
    for (const { name, nameStart, nameEnd, valueStart, valueEnd } of this.#attributes) {
      this.#replace(nameStart, nameEnd, (raw) => this.#name(raw));
      if (valueStart < 0) continue;
      this.#replace(valueStart, valueEnd, (raw) =>
        through(entities, raw, (value) =>
          scrubAttribute(
            { element: tag.name, name, value, mode: open.mode, others: values },
            this.#pseudonyms,
            markupIn(this.#pseudonyms),
          ),
        ),
      );
    }
    this.#tag = undefined;
    if (VOID.has(tag.name) || (isSelfClosing && this.#stack.some(({ name }) => name === "svg"))) return;
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

  #opened(name: string, attributes: ReadonlyMap<string, string>): Open {
    const { mode, isCard } = this.#top;
    const classes = (attributes.get("class") ?? "").split(/\s+/);
    const id = attributes.get("id") ?? "";
    const has = (wanted: Mode): boolean => classes.some((word) => MODES[wanted].has(word));
    const isInCard = isCard || classes.some((word) => word === "roomcard-xxl" || word === "usercard-xxl");
    const open = (own: Mode): Open => ({ name, mode: own, isCard: isInCard });
    if (has("name") || NAME_IDS.has(id)) return open("name");
    if (has("text") || TEXT_IDS.has(id) || /^summary_\d+$/.test(id)) return open("text");
    if (has("label")) return open("label");
    if (has("count")) return open("count");
    if (name === "a" && /(?:^|\/)users\/-?\d+(?:\/|$)/.test(attributes.get("href") ?? "")) return open("name");
    if (name === "h1" && (isInCard || this.#options.namesInHeadings)) return open("name");
    return open(name === "p" && isInCard ? "text" : mode);
  }
}

/** Text between tags. */
function scrubWords(text: string, element: string, mode: Mode, pseudonyms: Pseudonyms): string {
  const word = text.trim();
  if (mode === "name") return scrubText(text, pseudonyms, "name");
  if (mode === "text") return element === "b" && REVISIONS.has(word) ? text : scrubText(text, pseudonyms);
  if (/^\d[\d.,]*$/.test(word) && (mode === "count" || word.length <= 3)) return text;
  return scrubLabel(text, pseudonyms);
}

/** How markup in strings is treated. */
export function markupIn(pseudonyms: Pseudonyms): MarkupIn {
  return (html, isText) => scrubHtml(html, pseudonyms, { mode: isText ? "text" : "label" });
}
