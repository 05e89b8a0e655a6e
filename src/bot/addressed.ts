/** Finds the part of a message that is for the bot: after a prefix, a name, `@Bot`, or all of a reply to it. */
import { htmlToMarkdown, mentions } from "../index.js";
import { escapeHtml } from "../protocol/markup/escape.js";
import { MIN_NAME_LENGTH, normalizeName } from "../protocol/markup/mentions.js";
import { BoundedMap } from "./bounded-map.js";

/** How a message addresses the bot. */
export type AddressedBy = "prefix" | "name" | "mention" | "reply";

/** The part of a message that is for the bot. */
export interface Addressed {
  readonly by: AddressedBy;
  /** The markdown after the prefix or name. */
  readonly rest: string;
}

/** A message as it arrives. */
export interface Arrival {
  /** The content as HTML. */
  readonly html: string;
  /** Whether it is a reply to a message of the bot. */
  readonly isReplyToMe: boolean;
  readonly origin: string;
  /** The name of the bot's account. */
  readonly ownName: string;
}

/** Blanks and tags before the first visible character. */
const LEADING = /^(?:\s|<[^>]*>)+/;
/** Emphasis around the whole message, as in `**!!roll**`. */
const EMPHASIS = /^([*_]{1,3}|---)(?=\S)(.*\S)\1$/s;
/** `@Name`, and a colon or comma after it. */
const MENTION = /^@([^\s,:]+)[,:]?(?:\s+|$)/;

/** The most names of the bot that are remembered: names change. */
const MAX_NAMES = 100;
/** A mention of a name without anything that could be read in two ways. */
const SIMPLE_MENTION = /^@([a-z0-9]+)(?=[\s,:]|$)/i;

export class Addressing {
  readonly #prefixes: readonly string[];
  readonly #names: readonly string[];
  readonly #takesMentions: boolean;
  /** The bot's names, one for each site, in the form in which mentions are compared. */
  readonly #ownNames = new BoundedMap<string, string>(MAX_NAMES);
  /** Matches the start of a message after a prefix or name. */
  readonly #start: RegExp;
  /** Matches that, and the start of a message that begins with a mention, blanks or markup. */
  readonly #anyStart: RegExp;

  constructor(prefixes: readonly string[], names: readonly string[], takesMentions: boolean) {
    this.#prefixes = [...prefixes].sort((a, b) => b.length - a.length);
    this.#names = names.map((name) => name.toLowerCase());
    this.#takesMentions = takesMentions;
    const starts = [...prefixes, ...names].flatMap((text) => [text, escapeHtml(text)]).map(escapeRegex);
    const any = [...new Set(starts)].join("|") || "(?!)";
    this.#start = new RegExp(`^(?:${any})`, "i");
    this.#anyStart = new RegExp(`^(?:[\\s<@]|${any})`, "i");
  }

  /** Whether a message may be for the bot, by its start. Most messages that begin with a name are for others. */
  mayAddress(html: string, ownName: string): boolean {
    if (!this.#anyStart.test(html)) return false;
    return this.#mayStart(html, ownName) || this.#mayStart(html.replace(LEADING, ""), ownName);
  }

  #mayStart(html: string, ownName: string): boolean {
    if (this.#start.test(html)) return true;
    if (!this.#takesMentions || !html.startsWith("@")) return false;
    const [, name] = SIMPLE_MENTION.exec(html) ?? [];
    if (name === undefined) return true;
    return name.length >= MIN_NAME_LENGTH && this.#normalized(ownName).startsWith(name.toLowerCase());
  }

  #normalized(ownName: string): string {
    const known = this.#ownNames.get(ownName);
    if (known !== undefined) return known;
    const normalized = normalizeName(ownName);
    this.#ownNames.set(ownName, normalized);
    return normalized;
  }

  /** The part of a message that is for the bot; undefined if it is for others. */
  read({ html, isReplyToMe, origin, ownName }: Arrival): Addressed | undefined {
    if (!isReplyToMe && !this.mayAddress(html, ownName)) return undefined;
    const markdown = isPlain(html) ? html.trim() : withoutFrame(htmlToMarkdown(html, { origin }));
    return this.#readMarkdown(markdown, isReplyToMe, ownName);
  }

  #readMarkdown(text: string, isReplyToMe: boolean, ownName: string): Addressed | undefined {
    for (const prefix of this.#prefixes) {
      // Markdown of a message escapes characters that would format, such as the second of two asterisks.
      const length = prefixLength(text, prefix);
      if (length > 0 && /\S/.test(text.slice(length, length + 1))) return { by: "prefix", rest: text.slice(length) };
    }
    const [first = ""] = /^\S+/.exec(text) ?? [];
    if (this.#names.includes(first.toLowerCase().replace(/[,:]$/, "")) && first.length < text.length)
      return { by: "name", rest: text.slice(first.length).trimStart() };
    if (this.#takesMentions) {
      const [whole, name] = MENTION.exec(text) ?? [];
      if (whole !== undefined && name !== undefined && mentions(`@${name}`, ownName))
        return { by: "mention", rest: text.slice(whole.length) };
    }
    return isReplyToMe && this.#takesMentions ? { by: "reply", rest: text } : undefined;
  }
}

/** The length of a prefix at the start of a markdown text, in which each character may be escaped; 0 if it is not there. */
function prefixLength(text: string, prefix: string): number {
  let at = 0;
  for (const character of prefix) {
    if (text[at] === "\\" && character !== "\\") at += 1;
    if (!text.startsWith(character, at)) return 0;
    at += character.length;
  }
  return at;
}

/** Whether a message has only characters that HTML and markdown write alike, as most commands have. */
function isPlain(html: string): boolean {
  return html.length < 80 && /^[\p{L}\p{N} !?.,;@$%]+$/u.test(html) && !html.includes("www.");
}

/** The text without the indentation of fixed-width text and without emphasis around all of it. */
function withoutFrame(markdown: string): string {
  const isFixed = markdown.split("\n").every((line) => line === "" || line.startsWith("    "));
  const text = (isFixed ? markdown.replace(/^ {4}/gm, "") : markdown).trim();
  return EMPHASIS.exec(text)?.[2] ?? text;
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
