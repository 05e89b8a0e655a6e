/**
 * Pairs the marks of bold, italic and strike-through in one pass. A mark that finds no partner, or whose partner has
 * no boundary beside it, stays as the characters typed. At most one mark of a kind is open at a time.
 */

/** A run of emphasis characters met in the source. */
interface Mark {
  readonly mark: string;
  /** Whether it may open: a boundary, or a mark that may open, is right before it, and ink right after. */
  readonly canOpen: boolean;
  /** Whether a boundary is before it, whatever its neighbours are. */
  readonly freeBefore: boolean;
  /** Whether a boundary is after it, whatever its neighbours are. */
  readonly freeAfter: boolean;
  /** Whether the character before it is no white space. */
  readonly inkBefore: boolean;
}

/** HTML, or a mark still to be paired. */
export type Piece = string | Mark;

const tags: Readonly<Record<string, readonly [open: string, close: string]>> = {
  "*": ["<i>", "</i>"],
  _: ["<i>", "</i>"],
  "**": ["<b>", "</b>"],
  __: ["<b>", "</b>"],
  "***": ["<b><i>", "</i></b>"],
  ___: ["<b><i>", "</i></b>"],
  "---": ["<strike>", "</strike>"],
};

/** True for runs that mean something: one to three `*` or `_`, exactly three `-`. */
export function isMark(run: string): boolean {
  return Object.hasOwn(tags, run);
}

/** Joins the pieces to HTML, with every pair of marks turned into its element. */
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
    html += partner === undefined ? piece.mark : (tags[piece.mark]?.[partner > index ? 0 : 1] ?? "");
  });
  return html;
}

/** For each mark that has a partner, the index of that partner; both directions. */
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

/** Drops pairs that leaned on a neighbouring mark which itself stayed literal. Outer pairs come first. */
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
