/**
 * Cuts the text of a command into words. Its input is chat markdown, so emphasis around words is dropped, a code span is
 * one word, and a link carries its address. Quotes join words: `"…"`, `'…'` and typographic ones, closed before white
 * space or punctuation; a quote that is never closed is an ordinary character. A backslash makes the next character
 * ordinary. Text of several lines has no markup, as on the site. A single pass; knows nothing of parameters.
 */
import { isMark } from "../../protocol/markup/emphasis.js";
import { isBoundaryAfter, isBoundaryBefore, isVisible } from "../../protocol/markup/escape.js";
import { readLinkTarget } from "../../protocol/markup/links.js";

/** The contents of a word. */
export interface WordValue {
  /** The word without quotes, escapes, and emphasis around it. */
  readonly text: string;
  /** The word as it was written, without quotes around it. */
  readonly markdown: string;
  /** The address, if the word is a link with a text. */
  readonly url: string | undefined;
  /** Whether it begins with a quote, a code span or an escape. */
  readonly isQuoted: boolean;
}

/** A word of a text. */
export interface Word extends WordValue {
  /** The offset of the first character. */
  readonly from: number;
  /** The offset after the last character. */
  readonly end: number;
  /** Whether a line break is before it. */
  readonly startsLine: boolean;
  /** Set if it is written as `--name` or `--name=value`. */
  readonly flag: Flag | undefined;
}

interface Flag {
  readonly name: string;
  /** Whether its dashes may have been meant as a dash: phones write `—` for `--`. */
  readonly isDash: boolean;
  readonly value: WordValue | undefined;
}

/** The closing quotes of each opening one. */
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "“": "”",
  "”": "”",
  "‘": "’",
  "„": "“”",
  "«": "»",
};
const CLOSING_QUOTES: string = Object.values(QUOTES).join("");
const FLAG = /(--|[—–])(\p{L}[\p{L}\p{M}\p{N}_-]*)(?:=|(?!\S))/uy;
/** Neither white space nor anything that may be more than itself. */
const PLAIN = /[^\s\\"'“”‘’„«»`*_[-]+/y;
const LINK_TEXT = /\[((?:[^[\]\\\n]|\\.){1,500})\](?=\()/y;
const ESCAPABLE = /[\p{P}\p{S} ]/u;
const SPACE = /\s/;

/** A part of a word; the marks of an emphasis are dropped once it is closed. */
interface Piece {
  readonly text: string;
  isDropped: boolean;
}

/** A word or the value of a flag that is being read. */
class Draft {
  readonly from: number;
  readonly pieces: Piece[] = [];
  url: string | undefined;
  isQuoted = false;
  /** The offset of the quote that closes the one at the start, if there is one. */
  closer: number | undefined;

  constructor(from: number) {
    this.from = from;
  }

  get text(): string {
    return this.pieces.map(({ text, isDropped }) => (isDropped ? "" : text)).join("");
  }
}

/** The words of a text, in order. */
export function readWords(text: string): readonly Word[] {
  return new WordScanner(text).words();
}

class WordScanner {
  readonly #text: string;
  readonly #hasMarkup: boolean;
  /** By backtick run, the offsets where it may close a code span, the last one first. */
  readonly #fences: ReadonlyMap<string, number[]>;
  /** By opening quote, the offsets where it may be closed, the last one first. */
  readonly #closers: ReadonlyMap<string, number[]>;
  /** The open marks, at most one of each kind, as the site pairs them (protocol/markup/emphasis.ts). */
  readonly #openMarks: Piece[] = [];
  #at = 0;
  /** The start of the plain text that is in no piece yet. */
  #plainFrom = 0;
  /** Markup and quotes may begin here, although no boundary is before it. */
  #startAt = 0;
  /** The offset of the quote that closes the open one. */
  #closer: number | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#hasMarkup = !text.includes("\n");
    this.#fences = fencesOf(text);
    this.#closers = closersOf(text);
  }

  words(): readonly Word[] {
    const finish: (() => Word)[] = [];
    for (;;) {
      const before = this.#at;
      while (this.#at < this.#text.length && this.#isSpace(this.#at)) this.#at += 1;
      if (this.#at >= this.#text.length) break;
      finish.push(this.#word(this.#text.slice(before, this.#at).includes("\n")));
    }
    // An emphasis may end in a later word, so no word is complete before the last one is read.
    return finish.map((make) => make());
  }

  #isSpace(at: number): boolean {
    return SPACE.test(this.#text[at] ?? "");
  }

  /** Reads the word that starts here. */
  #word(startsLine: boolean): () => Word {
    const from = this.#at;
    FLAG.lastIndex = from;
    const [dashed = "", dashes = "", name = ""] = FLAG.exec(this.#text) ?? [];
    this.#at += dashed.length;
    const isFlagAlone = dashed !== "" && !dashed.endsWith("=");
    const draft = isFlagAlone ? new Draft(this.#at) : this.#draft();
    const end = this.#at;
    return () => {
      const value = this.#valueOf(draft, end);
      const flag = { name, isDash: dashes !== "--", value: isFlagAlone ? undefined : value };
      // Written out: a spread of the value took most of the time of reading arguments.
      return {
        text: dashed + value.text,
        markdown: dashed + value.markdown,
        url: value.url,
        isQuoted: value.isQuoted,
        from,
        end,
        startsLine,
        flag: dashed === "" ? undefined : flag,
      };
    };
  }

  #valueOf(draft: Draft, end: number): WordValue {
    const { from, text, url, isQuoted, closer } = draft;
    const isAllQuoted = closer !== undefined && closer + 1 === end;
    const markdown = isAllQuoted
      ? this.#text.slice(from + 1, closer).replace(/\\([\\"'“”‘’„«»])/g, "$1")
      : this.#text.slice(from, end);
    return { text, markdown, url, isQuoted };
  }

  #draft(): Draft {
    const draft = new Draft(this.#at);
    this.#plainFrom = this.#at;
    this.#startAt = this.#at;
    this.#closer = undefined;
    while (this.#at < this.#text.length) {
      if (this.#closer === undefined && this.#isSpace(this.#at)) break;
      if (!this.#step(draft, this.#text[this.#at] ?? "")) this.#skipPlain();
    }
    this.#flush(draft);
    return draft;
  }

  /** Skips a character and the plain ones after it. */
  #skipPlain(): void {
    PLAIN.lastIndex = this.#at + 1;
    PLAIN.test(this.#text);
    this.#at = Math.max(this.#at + 1, PLAIN.lastIndex);
  }

  /** Reads something that is not plain text; false if there is none here. */
  #step(draft: Draft, character: string): boolean {
    if (this.#at === this.#closer) return this.#closeQuote(draft);
    if (character === "\\") return this.#escape(draft);
    if (Object.hasOwn(QUOTES, character)) return this.#openQuote(draft, character);
    if (!this.#hasMarkup) return false;
    if (character === "`") return this.#code(draft);
    if (character === "[") return this.#link(draft);
    return (character === "*" || character === "_" || character === "-") && this.#mark(draft, character);
  }

  #flush(draft: Draft): void {
    if (this.#at > this.#plainFrom)
      draft.pieces.push({ text: this.#text.slice(this.#plainFrom, this.#at), isDropped: false });
  }

  /** Adds a piece that takes the text up to `end`. */
  #push(draft: Draft, text: string, end: number): Piece {
    this.#flush(draft);
    const piece = { text, isDropped: false };
    draft.pieces.push(piece);
    this.#at = end;
    this.#plainFrom = end;
    return piece;
  }

  #mayBegin(): boolean {
    return this.#at === this.#startAt || isBoundaryBefore(this.#text[this.#at - 1]);
  }

  #openQuote(draft: Draft, quote: string): boolean {
    const inner = this.#at + 1;
    if (this.#closer !== undefined || this.#at !== this.#startAt) return false;
    const closer = nextOf(this.#closers.get(quote), inner);
    if (closer === undefined) return false;
    if (this.#at === draft.from) draft.closer = closer;
    this.#push(draft, "", inner);
    draft.isQuoted = true;
    this.#startAt = inner;
    this.#closer = closer;
    return true;
  }

  #closeQuote(draft: Draft): true {
    this.#push(draft, "", this.#at + 1);
    this.#closer = undefined;
    return true;
  }

  #escape(draft: Draft): boolean {
    const next = this.#text[this.#at + 1];
    if (next === undefined || !ESCAPABLE.test(next)) return false;
    if (this.#at === draft.from) draft.isQuoted = true;
    this.#push(draft, next, this.#at + 2);
    return true;
  }

  #code(draft: Draft): boolean {
    const length = runLength(this.#text, this.#at);
    const start = this.#at + length;
    const close = this.#mayBegin() ? nextOf(this.#fences.get("`".repeat(length)), start) : undefined;
    const inner = close === undefined ? "" : this.#text.slice(start, close).trim();
    if (close === undefined || inner === "" || close > (this.#closer ?? close)) {
      this.#at = start;
      return true;
    }
    if (this.#at === this.#startAt) draft.isQuoted = true;
    this.#push(draft, inner, close + length);
    return true;
  }

  #link(draft: Draft): boolean {
    LINK_TEXT.lastIndex = this.#at;
    const label = this.#mayBegin() ? LINK_TEXT.exec(this.#text)?.[1] : undefined;
    const target = label === undefined ? null : readLinkTarget(this.#text, LINK_TEXT.lastIndex + 1);
    if (label === undefined || target === null || target.end > (this.#closer ?? target.end)) return false;
    draft.url ??= target.url;
    this.#push(draft, label.replace(/\\(.)/g, "$1"), target.end);
    return true;
  }

  #mark(draft: Draft, character: string): boolean {
    const run = character.repeat(runLength(this.#text, this.#at));
    const end = this.#at + run.length;
    if (!isMark(run)) {
      this.#at = end;
      return true;
    }
    const [before, after] = [this.#text[this.#at - 1], this.#text[end]];
    const mayOpen = this.#mayBegin() && isVisible(after);
    const mayClose = isVisible(before) && (end === this.#closer || isAfterMark(after));
    const piece = this.#push(draft, run, end);
    const depth = this.#openMarks.findIndex(({ text }) => text === run);
    const partner = this.#openMarks[depth];
    if (partner && mayClose) {
      partner.isDropped = true;
      piece.isDropped = true;
      this.#openMarks.length = depth;
    } else if (!partner && mayOpen) {
      this.#openMarks.push(piece);
      this.#startAt = end;
    }
    return true;
  }
}

/** Whether an emphasis may end before this character. */
function isAfterMark(character: string | undefined): boolean {
  return isBoundaryAfter(character) || character === "*" || character === "_";
}

function runLength(text: string, start: number): number {
  let end = start + 1;
  while (text[end] === text[start]) end += 1;
  return end - start;
}

/** The first offset from `start` on, of offsets with the last one first. Those before it are removed: none goes back. */
function nextOf(offsets: number[] | undefined, start: number): number | undefined {
  while (offsets && (offsets.at(-1) ?? start) < start) offsets.pop();
  return offsets?.at(-1);
}

function fencesOf(text: string): ReadonlyMap<string, number[]> {
  const fences = new Map<string, number[]>();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const after = text[index + run.length] ?? "";
    if (isAfterMark(after) || CLOSING_QUOTES.includes(after)) addTo(fences, run, index);
  }
  return reversed(fences);
}

function closersOf(text: string): ReadonlyMap<string, number[]> {
  const closers = new Map<string, number[]>();
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === "\\") at += 1;
    else if (CLOSING_QUOTES.includes(character) && isAfterMark(text[at + 1]))
      for (const [quote, closing] of Object.entries(QUOTES)) if (closing.includes(character)) addTo(closers, quote, at);
  }
  return reversed(closers);
}

function addTo(offsets: Map<string, number[]>, key: string, offset: number): void {
  const known = offsets.get(key);
  if (known) known.push(offset);
  else offsets.set(key, [offset]);
}

function reversed(offsets: ReadonlyMap<string, number[]>): ReadonlyMap<string, number[]> {
  for (const list of offsets.values()) list.reverse();
  return offsets;
}
