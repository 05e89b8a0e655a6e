/**
 * Where to cut a line that is too long: the latest place of the best kind within reach. Knows atoms and their lengths,
 * not how a part is written.
 */
import type { Atom } from "./atoms.js";
import { codeSpan, escapeLine } from "./escape-markdown.js";

/** What a cut costs the reader, best first; `none` must not be cut. */
const cost = { none: 0, betweenWords: 1, inEmphasis: 2, inCode: 3, inWord: 4 } as const;

/** A run of atoms that becomes a part. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** The marks of emphasis that are open before the first atom, outermost first. */
  readonly open: readonly string[];
}

/** What the planner asks about the parts. */
export interface Rooms {
  /** How many characters the part with this number may have. */
  readonly roomOf: (part: number) => number;
  /** Called when a single URL, link or tag has no room; gives up by throwing, or lets it through. */
  readonly onOversize: (atom: Atom, room: number) => void;
}

/** The length of an atom when it is written so that nothing around it can change what it means. */
function safeLength(atom: Atom): number {
  return atom.kind === "text"
    ? Math.max(atom.source.length, escapeLine(atom.source, "defuse").length)
    : atom.source.length;
}

/** Cuts atoms into parts. Marks and space at the edges of a part are not in it. */
export function planParts(atoms: readonly Atom[], rooms: Rooms): readonly Span[] {
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
    const room = rooms.roomOf(spans.length);
    const to = reach(atoms, lengths, from, open, room) ?? forced(atoms, lengths, from, room, rooms);
    spans.push({ from, to, open: [...open] });
    for (const atom of atoms.slice(from, to)) {
      if (atom.kind === "open") open.push(atom.source);
      else if (atom.kind === "close") open.pop();
    }
    from = to;
  }
  return spans;
}

/** The best end of a part that starts at `from`; null when not even one atom has room. */
function reach(
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
    if (price !== cost.none && (best === null || price <= best.cost)) best = { to: at + 1, cost: price };
  }
  return atoms.length;
}

/** The end of a part whose first atom has no room beside its marks. */
function forced(atoms: readonly Atom[], lengths: readonly number[], from: number, room: number, rooms: Rooms): number {
  let at = from;
  while (atoms[at]?.kind === "open") at += 1;
  const atom = atoms[at];
  if (atom !== undefined && isSolid(atom) && (lengths[at] ?? 0) + guardLength(atom) > room)
    rooms.onOversize(atom, room);
  return Math.min(at + 1, atoms.length);
}

function isSolid(atom: Atom): boolean {
  return atom.kind === "url" || atom.kind === "link" || atom.kind === "tag";
}

/** How many invisible characters a part that starts with this atom may need. */
function guardLength(atom: Atom | undefined): number {
  if (atom === undefined) return 0;
  return atom.kind === "url" ? 2 : isSolid(atom) || /^(?:>|:\d|[-=]{3}|!?\/\/|!)/.test(atom.source) ? 1 : 0;
}

/** What it costs to cut before this atom, with so many marks open. */
function costOfCut(atoms: readonly Atom[], to: number, depth: number): number {
  let next = to;
  while (atoms[next]?.kind === "space") next += 1;
  const atom = atoms[next];
  if (atom === undefined) return cost.betweenWords;
  if (atom.kind === "text" && extendsCluster(atom.source)) return cost.none;
  if (next > to) return depth > 0 ? cost.inEmphasis : cost.betweenWords;
  if (atom.kind === "close") return cost.none;
  return atom.kind === "code" && atoms[to - 1]?.kind === "code" ? cost.inCode : cost.inWord;
}

/** Whether a text starts with what belongs to the character before it. */
function extendsCluster(text: string): boolean {
  return /^(?:\p{M}|\u200d|[\u{1f3fb}-\u{1f3ff}])/u.test(text);
}

/** Cuts words and code spans that have more than `room` characters, the marks around them counted; all else stays. */
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
  /** Made when first needed: most messages never are. */
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

  /** The beginning of some code, up to a space if there is one. */
  #takeCode(code: string, size: number): string {
    if (code.length <= size) return code;
    const space = /\s\S*$/.exec(code.slice(0, size + 1));
    return space !== null && space.index > 0 ? code.slice(0, space.index) : this.#take(code, size);
  }

  /** The beginning of a text: whole characters as a reader sees them, and no backslash at its end. */
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
