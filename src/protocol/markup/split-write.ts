/**
 * Writes one part of a line that was cut, so that it shows what the line showed there: emphasis is closed at the end
 * and opened again in the next part. Each way to write it is rendered and compared; the first that shows the same wins.
 */
import { type Atom, readShown } from "./atoms.js";
import { wordJoiner } from "./escape.js";
import { codeSpan, escapeLine, guardStart } from "./escape-markdown.js";
import { renderMarkdown } from "./render.js";
import type { Span } from "./split-plan.js";

/** One way to write a part. */
interface Way {
  /** Whether to escape what is plain text: it could pair up differently now that its surroundings are gone. */
  readonly escapes: boolean;
  /** Which of the emphases that the cut divides use the other mark, `_` for `*`; by their depth. */
  readonly swaps: (depth: number) => boolean;
  /** Whether to leave emphasis out: only the text has to be right. */
  readonly isFlat: boolean;
}

const swappings: readonly ((depth: number) => boolean)[] = [
  () => false,
  () => true,
  (depth) => depth % 2 === 0,
  (depth) => depth % 2 === 1,
];

const ways: readonly Way[] = [
  ...[false, true].flatMap((escapes) => swappings.map((swaps) => ({ escapes, swaps, isFlat: false }))),
  { escapes: true, swaps: () => false, isFlat: true },
];

/** Writes the parts of a line one after the other, and keeps account of what must be seen next. */
export class PartWriter {
  readonly #atoms: readonly Atom[];
  /** Stands before every part: `> ` or nothing. */
  readonly #marker: string;
  /** What the whole line shows. */
  readonly #expected: readonly string[];
  #seen = 0;

  constructor(atoms: readonly Atom[], html: string, marker: string) {
    this.#atoms = atoms;
    this.#marker = marker;
    this.#expected = readShown(html);
  }

  /** Writes the next part, in at most `room` characters and the marker. */
  write(span: Span, room: number): string {
    let body = "";
    let shownCount = 0;
    for (const way of ways) {
      const written = writeSpan(this.#atoms, span, way);
      body = this.#marker === "" ? guardAlone(written) : written;
      const shown = readShown(renderMarkdown(this.#marker + body)).slice(this.#marker === "" ? 0 : 1);
      shownCount = shown.length;
      if (body.length <= room && shown.length > 0 && this.#matches(shown, way.isFlat)) break;
    }
    this.#seen += shownCount;
    return this.#marker + body;
  }

  /** Gives an address that is longer than any part: a line break frees it from the limit, and it is still a link. */
  writeOversize(atom: Atom): string {
    const part = `\n${this.#marker}${atom.source}`;
    this.#seen += readShown(renderMarkdown(part)).length - this.#marker.trim().length;
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

/** Keeps a part from being a onebox, a reply and the like. A bare address must stay a link, so its guard comes after it. */
export function guardAlone(part: string): string {
  return /^(?:https?|ftp):\/\/\S*$/i.test(part) ? `${part} ${wordJoiner}` : guardStart(part);
}

function writeSpan(atoms: readonly Atom[], span: Span, way: Way): string {
  const inside = joinCode(atoms.slice(span.from, span.to));
  const divided = dividedMarks(inside);
  const open: string[] = [];
  let written = "";
  const add = (piece: string): void => {
    // A mark of dashes beside a dash would be a longer run, which is no mark.
    const touches = way.escapes && written.endsWith("-") && piece.startsWith("-");
    written += touches ? wordJoiner + piece : piece;
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

/** Puts the pieces of a code span together again that came into the same part. */
function joinCode(atoms: readonly Atom[]): readonly Atom[] {
  const joined: Atom[] = [];
  for (const atom of atoms) {
    const before = atom.kind === "code" && joined.at(-1)?.kind === "code" ? joined.pop() : undefined;
    const code = (before?.code ?? "") + atom.code;
    joined.push(before === undefined ? atom : { kind: "code", source: codeSpan(code), code });
  }
  return joined;
}

/** The indices of the opening marks that are not closed among these atoms. */
function dividedMarks(atoms: readonly Atom[]): ReadonlySet<number> {
  const open: number[] = [];
  atoms.forEach((atom, index) => {
    if (atom.kind === "open") open.push(index);
    else if (atom.kind === "close") open.pop();
  });
  return new Set(open);
}

/** The mark that means the same: `__` for `**` and the like; `---` has none. */
function otherMark(mark: string): string {
  if (mark.startsWith("-")) return mark;
  return (mark.startsWith("*") ? "_" : "*").repeat(mark.length);
}
