/**
 * Writes one part of a cut line so that it looks as it did in the line: emphasis is closed at the end and reopened in
 * the
 * next part. Each candidate is rendered and compared; the first match wins.
 */
import { type Atom, visibleCharacters } from "./atoms.js";
import { WORD_JOINER } from "./escape.js";
import { codeSpan, escapeLine, guardStart } from "./escape-markdown.js";
import { renderMarkdown } from "./render.js";
import type { Span } from "./split-plan.js";

/** One way to write a part. */
interface PartStyle {
  /** Whether to escape plain text, which might pair up differently out of context. */
  readonly escapes: boolean;
  /** Which of the emphases divided by the cut use the other mark, `_` for `*`, by depth. */
  readonly swaps: (depth: number) => boolean;
  /** Whether to drop emphasis, so that only the text must match. */
  readonly isFlat: boolean;
}

const SWAPS: readonly ((depth: number) => boolean)[] = [
  () => false,
  () => true,
  (depth) => depth % 2 === 0,
  (depth) => depth % 2 === 1,
];

const STYLES: readonly PartStyle[] = [
  ...[false, true].flatMap((escapes) => SWAPS.map((swaps) => ({ escapes, swaps, isFlat: false }))),
  { escapes: true, swaps: () => false, isFlat: true },
];

/** Writes the parts of a line in order, and tracks what must be visible next. */
export class PartWriter {
  readonly #atoms: readonly Atom[];
  /** The prefix of every part: `> ` or "". */
  readonly #marker: string;
  /** The visible characters of the whole line. */
  readonly #expected: readonly string[];
  #seen = 0;

  constructor(atoms: readonly Atom[], html: string, marker: string) {
    this.#atoms = atoms;
    this.#marker = marker;
    this.#expected = visibleCharacters(html);
  }

  /** Writes the next part, of at most `room` characters after the marker. */
  write(span: Span, room: number): string {
    let body = "";
    let shownCount = 0;
    for (const way of STYLES) {
      const written = writeSpan(this.#atoms, span, way);
      body = this.#marker === "" ? guardAlone(written) : written;
      const shown = visibleCharacters(renderMarkdown(this.#marker + body)).slice(this.#marker === "" ? 0 : 1);
      shownCount = shown.length;
      if (body.length <= room && shown.length > 0 && this.#matches(shown, way.isFlat)) break;
    }
    this.#seen += shownCount;
    return this.#marker + body;
  }

  /** Writes a URL longer than any part: a line break lifts the limit, and it stays a link. */
  writeOversize(atom: Atom): string {
    const part = `\n${this.#marker}${atom.source}`;
    this.#seen += visibleCharacters(renderMarkdown(part)).length - this.#marker.trim().length;
    return part;
  }

  #matches(shown: readonly string[], isFlat: boolean): boolean {
    return shown.every((character, index) => {
      const expected = this.#expected[this.#seen + index];
      if (expected === undefined) return false;
      return isFlat ? expected.codePointAt(0) === character.codePointAt(0) : expected === character;
    });
  }
}

/** Keeps a part from becoming a onebox, a reply or the like. A bare URL must stay a link, so its guard follows it. */
export function guardAlone(part: string): string {
  return /^(?:https?|ftp):\/\/\S*$/i.test(part) ? `${part} ${WORD_JOINER}` : guardStart(part);
}

function writeSpan(atoms: readonly Atom[], span: Span, way: PartStyle): string {
  const inside = joinCode(atoms.slice(span.from, span.to));
  const divided = dividedMarks(inside);
  const open: string[] = [];
  let written = "";
  const add = (piece: string): void => {
    // A mark of dashes after a dash would be a longer run, which is not a mark.
    const touches = way.escapes && written.endsWith("-") && piece.startsWith("-");
    written += touches ? WORD_JOINER + piece : piece;
  };
  const begin = (mark: string, isDivided: boolean): void => {
    open.push(isDivided && way.swaps(open.length) ? otherMark(mark) : mark);
    if (!way.isFlat) add(open.at(-1) ?? "");
  };
  const end = (): void => {
    const mark = open.pop() ?? "";
    if (!way.isFlat) add(mark);
  };
  for (const mark of span.open) begin(mark, true);
  inside.forEach((atom, index) => {
    if (atom.kind === "open") begin(atom.source, divided.has(index));
    else if (atom.kind === "close") end();
    else add(atom.kind === "text" && way.escapes ? escapeLine(atom.source, "defuse") : atom.source);
  });
  while (open.length > 0) end();
  return written.trim();
}

/** Joins the pieces of a code span that ended up in the same part. */
function joinCode(atoms: readonly Atom[]): readonly Atom[] {
  const joined: Atom[] = [];
  for (const atom of atoms) {
    const before = atom.kind === "code" && joined.at(-1)?.kind === "code" ? joined.pop() : undefined;
    const code = (before?.code ?? "") + atom.code;
    joined.push(before === undefined ? atom : { kind: "code", source: codeSpan(code), code });
  }
  return joined;
}

/** The indices of opening marks that are not closed among these atoms. */
function dividedMarks(atoms: readonly Atom[]): ReadonlySet<number> {
  const open: number[] = [];
  atoms.forEach((atom, index) => {
    if (atom.kind === "open") open.push(index);
    else if (atom.kind === "close") open.pop();
  });
  return new Set(open);
}

/** The equivalent mark: `__` for `**` and so on; `---` has none. */
function otherMark(mark: string): string {
  if (mark.startsWith("-")) return mark;
  return (mark.startsWith("*") ? "_" : "*").repeat(mark.length);
}
