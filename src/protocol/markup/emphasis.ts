/**
 * Pairs bold, italic and strike-through marks in one pass. A mark without a partner, or whose partner has no boundary
 * beside it, stays literal. At most one mark of each kind is open at a time.
 */

/** A run of emphasis characters in the source. */
interface Mark {
  readonly mark: string;
  /** Whether it may open: a boundary, or an opening mark, precedes it, and a visible character follows. */
  readonly canOpen: boolean;
  /** Whether a boundary precedes it, apart from neighboring marks. */
  readonly freeBefore: boolean;
  /** Whether a boundary follows it, apart from neighboring marks. */
  readonly freeAfter: boolean;
  /** Whether the preceding character is visible. */
  readonly inkBefore: boolean;
}

/** HTML, or a mark to be paired. */
export type Piece = string | Mark;

const TAGS: Readonly<Record<string, readonly [open: string, close: string]>> = {
  "*": ["<i>", "</i>"],
  _: ["<i>", "</i>"],
  "**": ["<b>", "</b>"],
  __: ["<b>", "</b>"],
  "***": ["<b><i>", "</i></b>"],
  ___: ["<b><i>", "</i></b>"],
  "---": ["<strike>", "</strike>"],
};

/** Whether a run is a mark: one to three `*` or `_`, or exactly three `-`. */
export function isMark(run: string): boolean {
  return Object.hasOwn(TAGS, run);
}

/** Joins pieces into HTML, with each pair of marks as an element. */
export function pairMarks(pieces: readonly Piece[]): string {
  const partners = findPartners(pieces);
  confirm(pieces, partners);
  let html = "";
  pieces.forEach((piece, index) => {
    if (typeof piece === "string") {
      html += piece;
      return;
    }
    const partner = partners.get(index);
    html += partner === undefined ? piece.mark : (TAGS[piece.mark]?.[partner > index ? 0 : 1] ?? "");
  });
  return html;
}

/** Maps each paired mark to the index of its partner, in both directions. */
function findPartners(pieces: readonly Piece[]): Map<number, number> {
  const closable = closableMarks(pieces);
  const partners = new Map<number, number>();
  const open: number[] = [];
  pieces.forEach((piece, index) => {
    if (typeof piece === "string") return;
    const depth = open.findIndex((at) => (pieces[at] as Mark).mark === piece.mark);
    if (depth < 0) {
      if (piece.canOpen) open.push(index);
      return;
    }
    const opener = open[depth];
    if (!closable.has(index) || opener === undefined || opener === index - 1) return;
    partners.set(opener, index);
    partners.set(index, opener);
    open.length = depth;
  });
  return partners;
}

function closableMarks(pieces: readonly Piece[]): Set<number> {
  const closable = new Set<number>();
  for (let index = pieces.length - 1; index >= 0; index -= 1) {
    const piece = pieces[index];
    if (typeof piece !== "object" || !piece.inkBefore) continue;
    if (piece.freeAfter || closable.has(index + 1)) closable.add(index);
  }
  return closable;
}

/** Drops pairs whose boundary was a neighboring mark that stayed literal. Outer pairs come first. */
function confirm(pieces: readonly Piece[], partners: Map<number, number>): void {
  pieces.forEach((piece, index) => {
    const close = partners.get(index);
    if (typeof piece === "string" || close === undefined || close < index) return;
    const closing = pieces[close];
    const leanBefore = piece.freeBefore || partners.has(index - 1);
    const leanAfter = typeof closing === "object" && (closing.freeAfter || partners.has(close + 1));
    if (leanBefore && leanAfter) return;
    partners.delete(index);
    partners.delete(close);
  });
}
