/**
 * The last step from HTML to markdown: joins pieces, and drops markup that the dialect cannot express in that place
 * because it lacks a boundary. Knows nothing of HTML.
 */
import { isBoundaryAfter, isBoundaryBefore, isEscapable, isVisible, isWord } from "./escape.js";
import { matchBareUrl } from "./links.js";

/** An emphasis; its two ends share this object. */
export interface Emphasis {
  readonly mark: string;
  /** False if the dialect cannot express it here. */
  isKept: boolean;
}

/** A piece of a line of markdown. */
export type MarkdownPiece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "open" | "close"; readonly emphasis: Emphasis }
  /** `bare` is null if the link must be written out. */
  | { readonly kind: "link"; readonly bare: string | null; readonly written: string };

/**
 * Joins the pieces of one line or of one link text. With `keepsAll` nothing is dropped, and the caller checks the
 * result.
 */
export function joinPieces(pieces: readonly MarkdownPiece[], keepsAll: boolean): string {
  const ticks = tickRuns(pieces.map((piece) => (piece.kind === "text" ? piece.text : "")).join(" "));
  if (keepsAll) return pieces.reduce((markdown, piece) => markdown + writeAsIs(piece, ticks), "");
  const before = boundariesBefore(pieces);
  const after = boundariesAfter(pieces);
  pieces.forEach((piece, index) => {
    if (piece.kind === "open" && !(before[index] && opensWell(piece.emphasis.mark, pieces[index + 1]))) {
      piece.emphasis.isKept = false;
    }
    if (piece.kind === "close" && !(after[index] && closesWell(pieces[index - 1]))) piece.emphasis.isKept = false;
  });
  let markdown = "";
  pieces.forEach((piece, index) => {
    const isFree = { before: before[index] === true, after: after[index] === true };
    const isBackslashed = piece.kind === "link" && markdown.endsWith("\\");
    markdown += (isBackslashed ? " " : "") + write(piece, pieces.slice(index + 1, index + 3), isFree, ticks);
  });
  return markdown;
}

function writeAsIs(piece: MarkdownPiece, ticks: ReadonlySet<number>): string {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "code":
      return fence(piece.code, ticks);
    case "open":
    case "close":
      return piece.emphasis.mark;
    case "link":
      return piece.bare ?? piece.written;
  }
}

function write(
  piece: MarkdownPiece,
  following: readonly MarkdownPiece[],
  isFree: { readonly before: boolean; readonly after: boolean },
  ticks: ReadonlySet<number>,
): string {
  if (piece.kind === "open" || piece.kind === "close") return piece.emphasis.isKept ? piece.emphasis.mark : "";
  if (piece.kind === "code" && !(isFree.before && isFree.after)) return escapeText(piece.code, true);
  if (piece.kind === "link" && !(isFree.before && endsUrl(piece.bare, following))) return piece.written;
  return writeAsIs(piece, ticks);
}

function boundariesBefore(pieces: readonly MarkdownPiece[]): boolean[] {
  const free: boolean[] = [];
  pieces.forEach((_, index) => {
    const previous = pieces[index - 1];
    if (previous?.kind === "text") free.push(isBoundaryBefore(previous.text.at(-1)));
    else free.push(previous === undefined || (previous.kind === "open" && free[index - 1] === true));
  });
  return free;
}

function boundariesAfter(pieces: readonly MarkdownPiece[]): boolean[] {
  const free: boolean[] = new Array<boolean>(pieces.length).fill(false);
  for (let index = pieces.length - 1; index >= 0; index -= 1) {
    const next = pieces[index + 1];
    if (next?.kind === "text") free[index] = isBoundaryAfter(next.text[0]);
    else free[index] = next === undefined || (next.kind === "close" && free[index + 1] === true);
  }
  return free;
}

function opensWell(mark: string, next: MarkdownPiece | undefined): boolean {
  if (next === undefined || next.kind === "close") return false;
  return next.kind !== "text" || (isVisible(next.text[0]) && next.text[0] !== mark[0]);
}

function closesWell(previous: MarkdownPiece | undefined): boolean {
  if (previous === undefined || previous.kind === "open") return false;
  return previous.kind !== "text" || isVisible(previous.text.at(-1));
}

/** Whether the renderer would find exactly this URL here, given the pieces that follow. */
function endsUrl(url: string | null, [next, second]: readonly MarkdownPiece[]): boolean {
  if (url === null) return false;
  if (next === undefined) return matchBareUrl(url, 0) === url;
  if (next.kind === "close") return matchBareUrl(url + next.emphasis.mark, 0) === url;
  if (next.kind !== "text" || (second !== undefined && !/[\s<>"`\\[\]]/.test(next.text))) return false;
  return matchBareUrl(url + next.text.slice(0, 40), 0) === url;
}

/** Puts code between as many backticks as needed; `ticks` are the lengths of runs in the surrounding text. */
export function fence(code: string, ticks: ReadonlySet<number> = new Set()): string {
  const inside = tickRuns(code);
  let length = 1;
  while (inside.has(length) || ticks.has(length)) length += 1;
  const fence = "`".repeat(length);
  const pad = code.startsWith("`") || code.endsWith("`") ? " " : "";
  return fence + pad + code + pad + fence;
}

function tickRuns(text: string): ReadonlySet<number> {
  return new Set((text.match(/`+/g) ?? []).map((run) => run.length));
}

/** Escapes characters that could be read as markup; in a link text, every bracket as well. */
export function escapeText(text: string, isInLink: boolean): string {
  return text.replace(/[`*_[\]()]/g, (character, at: number) => {
    const before = text[at - 1];
    const after = text[at + 1];
    const isNeeded =
      before === "\\" ||
      character === "`" ||
      // Within words, too: not all servers require a boundary there (protocol.md §7.1.4).
      character === "*" ||
      ((character === "[" || character === "]") && isInLink) ||
      (character === "_" && !(isWord(before) && isWord(after))) ||
      (character === "[" && /^(?:meta-)?tag:/.test(text.slice(at + 1, at + 10))) ||
      (character === "]" && after === "(");
    return isNeeded ? `\\${character}` : character;
  });
}

/** Escapes a URL for the parentheses of a link. */
export function escapeAddress(url: string): string {
  const isBalanced = balanced(url);
  return url
    .replace(/[\s<>"]/g, (character) => encodeURIComponent(character))
    .replace(/[`*_[\]()]/g, (character, at: number, whole: string) => {
      const isNeeded = whole[at - 1] === "\\" || (!isBalanced && (character === "(" || character === ")"));
      return isNeeded && isEscapable(character) ? `\\${character}` : character;
    });
}

function balanced(url: string): boolean {
  let depth = 0;
  for (const character of url) {
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
