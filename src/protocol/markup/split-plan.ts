/**
 * Plans where to cut a line that is too long: the latest cut of the best kind within reach. Knows atoms and their
 * lengths,
 * not how a part is written.
 */
import type { Atom } from "./atoms.js";
import { codeSpan, escapeLine } from "./escape-markdown.js";

/** How bad a cut is for the reader, best first; `none` forbids it. */
const CUT_COST = { none: 0, betweenWords: 1, inEmphasis: 2, inCode: 3, inWord: 4 } as const;

/** A run of atoms that becomes a part. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** The emphasis marks open before the first atom, outermost first. */
  readonly open: readonly string[];
}

/** The limits on parts. */
export interface PartLimits {
  /** The maximum length of the part with this index, in characters. */
  readonly limitOf: (part: number) => number;
  /** Called when a single URL, link or tag does not fit; throws, or lets it through. */
  readonly onOversize: (atom: Atom, room: number) => void;
}

/** The length of an atom written so that its context cannot change its meaning. */
function safeLength(atom: Atom): number {
  return atom.kind === "text"
    ? Math.max(atom.source.length, escapeLine(atom.source, "defuse").length)
    : atom.source.length;
}

/** Cuts atoms into parts. Marks and space at the edges of a part are left out. */
export function planParts(atoms: readonly Atom[], limits: PartLimits): readonly Span[] {
  const spans: Span[] = [];
  const open: string[] = [];
  const lengths = atoms.map(safeLength);
  let from = 0;
  while (from < atoms.length) {
    const kind = atoms[from]?.kind;
    if (kind === "space" || kind === "close") {
      if (kind === "close") open.pop();
      from += 1;
      continue;
    }
    const room = limits.limitOf(spans.length);
    const to = findCut(atoms, lengths, from, open, room) ?? forcedCut(atoms, lengths, from, room, limits);
    spans.push({ from, to, open: [...open] });
    for (const atom of atoms.slice(from, to)) {
      if (atom.kind === "open") open.push(atom.source);
      else if (atom.kind === "close") open.pop();
    }
    from = to;
  }
  return spans;
}

/** The best end of a part that starts at `from`; null if not even one atom fits. */
function findCut(
  atoms: readonly Atom[],
  lengths: readonly number[],
  from: number,
  open: readonly string[],
  room: number,
): number | null {
  const stack = [...open];
  let closing = stack.join("").length;
  let length = closing + guardLength(atoms[from]);
  let best: { readonly to: number; readonly cost: number } | null = null;
  for (let at = from; at < atoms.length; at += 1) {
    const atom = atoms[at];
    if (atom === undefined) break;
    length += lengths[at] ?? 0;
    if (atom.kind === "open") {
      stack.push(atom.source);
      closing += atom.source.length;
    } else if (atom.kind === "close") closing -= stack.pop()?.length ?? 0;
    if (atom.kind === "space" || atom.kind === "open") continue;
    if (length + closing > room) return best?.to ?? null;
    const price = costOfCut(atoms, at + 1, stack.length);
    if (price !== CUT_COST.none && (best === null || price <= best.cost)) best = { to: at + 1, cost: price };
  }
  return atoms.length;
}

/** The end of a part whose first atom does not fit with its marks. */
function forcedCut(
  atoms: readonly Atom[],
  lengths: readonly number[],
  from: number,
  room: number,
  limits: PartLimits,
): number {
  let at = from;
  while (atoms[at]?.kind === "open") at += 1;
  const atom = atoms[at];
  if (atom !== undefined && isUnbreakable(atom) && (lengths[at] ?? 0) + guardLength(atom) > room)
    limits.onOversize(atom, room);
  return Math.min(at + 1, atoms.length);
}

function isUnbreakable(atom: Atom): boolean {
  return atom.kind === "url" || atom.kind === "link" || atom.kind === "tag";
}

/** How many invisible characters a part that starts with this atom may need. */
function guardLength(atom: Atom | undefined): number {
  if (atom === undefined) return 0;
  return atom.kind === "url" ? 2 : isUnbreakable(atom) || /^(?:>|:\d|[-=]{3}|!?\/\/|!)/.test(atom.source) ? 1 : 0;
}

/** The cost of a cut before this atom, with this many marks open. */
function costOfCut(atoms: readonly Atom[], to: number, depth: number): number {
  let next = to;
  while (atoms[next]?.kind === "space") next += 1;
  const atom = atoms[next];
  if (atom === undefined) return CUT_COST.betweenWords;
  if (atom.kind === "text" && extendsCluster(atom.source)) return CUT_COST.none;
  if (next > to) return depth > 0 ? CUT_COST.inEmphasis : CUT_COST.betweenWords;
  if (atom.kind === "close") return CUT_COST.none;
  return atom.kind === "code" && atoms[to - 1]?.kind === "code" ? CUT_COST.inCode : CUT_COST.inWord;
}

/** Whether a text starts with a continuation of the preceding grapheme. */
function extendsCluster(text: string): boolean {
  return /^(?:\p{M}|\u200d|[\u{1f3fb}-\u{1f3ff}])/u.test(text);
}

/** Cuts words and code spans longer than `room`, including the marks around them; other atoms stay whole. */
export function cutLongAtoms(atoms: readonly Atom[], room: number): readonly Atom[] {
  const cutter = new Cutter();
  const cut: Atom[] = [];
  const open: string[] = [];
  for (const atom of atoms) {
    if (atom.kind === "open") open.push(atom.source);
    else if (atom.kind === "close") open.pop();
    const marks = 2 * open.join("").length;
    const own = room - (room > marks + 16 ? marks : 0);
    if (atom.kind === "text" && safeLength(atom) + guardLength(atom) > own) cut.push(...cutter.cutText(atom, own));
    else if (atom.kind === "code" && atom.source.length > own) cut.push(...cutter.cutCode(atom, own));
    else cut.push(atom);
  }
  return cut;
}

class Cutter {
  /** Created on first use: most messages need none. */
  #segmenter: Intl.Segmenter | undefined;

  cutText(atom: Atom, room: number): Atom[] {
    const pieces: Atom[] = [];
    for (let rest = atom.source; rest !== ""; ) {
      const most = Math.max(1, room - guardLength({ ...atom, source: rest }));
      let piece = { ...atom, source: this.#take(rest, most) };
      for (let size = most; safeLength(piece) > most && size > 1; ) {
        size = Math.max(1, Math.floor(size * 0.7));
        piece = { ...atom, source: this.#take(rest, size) };
      }
      pieces.push(piece);
      rest = rest.slice(piece.source.length);
    }
    return pieces;
  }

  cutCode(atom: Atom, room: number): Atom[] {
    const pieces: Atom[] = [];
    for (let rest = atom.code; rest.trim() !== ""; ) {
      const space = rest.slice(0, rest.length - rest.trimStart().length);
      const inked = rest.slice(space.length);
      let code = this.#takeCode(inked, room - 2);
      for (let size = room - 2; codeSpan(code).length > room && size > 1; ) {
        size = Math.max(1, Math.floor(size * 0.9));
        code = this.#takeCode(inked, size);
      }
      pieces.push({ kind: "code", source: codeSpan(code), code: space + code });
      rest = inked.slice(code.length);
    }
    return pieces;
  }

  /** The beginning of some code, up to a space if possible. */
  #takeCode(code: string, size: number): string {
    if (code.length <= size) return code;
    const space = /\s\S*$/.exec(code.slice(0, size + 1));
    return space !== null && space.index > 0 ? code.slice(0, space.index) : this.#take(code, size);
  }

  /** The beginning of a text: whole graphemes, without a trailing backslash. */
  #take(text: string, size: number): string {
    if (text.length <= size) return text;
    this.#segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
    let end = 0;
    for (const { index } of this.#segmenter.segment(text.slice(0, size + 64))) {
      if (index > size) break;
      end = index;
    }
    const whole = end > 0 ? text.slice(0, end) : text.slice(0, size).replace(/(?<=.)[\ud800-\udbff]$/s, "");
    const ink = whole.replace(/\\+$/, "");
    return ink === "" ? whole : ink;
  }
}
