/**
 * Cuts text of several lines, or in fixed-width font, at line ends. Such text has no inline markup but links, and a
 * part
 * with only one line must not gain any.
 */
import { type Atom, readAtoms, visibleCharacters } from "./atoms.js";
import { WORD_JOINER } from "./escape.js";
import { isIndented, withoutBlankStart } from "./lines.js";
import { renderMarkdown } from "./render.js";
import { guardReplyPrefix } from "./reply-prefix.js";
import { cutLongAtoms, type PartLimits, planParts } from "./split-plan.js";
import { guardAlone } from "./split-write.js";

/** The most characters added around a line to keep its meaning: a line break and U+2060 or a space. */
const WRAPPING = 3;

/** Cuts a text with newlines as line ends and no trailing white space. */
export function splitLines(text: string, isReply: boolean, limits: PartLimits): string[] {
  const splitter = new LineSplitter(withoutBlankStart(text).split("\n"), isReply, limits);
  return splitter.split();
}

class LineSplitter {
  readonly #lines: readonly string[];
  readonly #isFixed: boolean;
  readonly #isReply: boolean;
  /** The prefix of every part: `> ` or "". */
  readonly #marker: string;
  readonly #limits: PartLimits;
  readonly #parts: string[] = [];
  /** The lines of the next part; the first and the last are not blank. */
  #group: string[] = [];
  /** The length of those lines, including line breaks. */
  #size = 0;
  /** Blank lines between those and the next. */
  #blanks = 0;

  constructor(lines: readonly string[], isReply: boolean, limits: PartLimits) {
    this.#isFixed = isIndented(lines);
    this.#marker = !this.#isFixed && /^\s*> /.test(lines[0] ?? "") ? "> " : "";
    this.#lines = this.#marker === "" ? lines : lines.with(0, (lines[0] ?? "").trimStart().slice(2));
    this.#isReply = isReply;
    this.#limits = limits;
  }

  split(): string[] {
    for (const line of this.#lines) {
      if (line.trim() === "") this.#blanks += 1;
      else this.#take(line.trimEnd());
    }
    this.#flush();
    return this.#parts;
  }

  get #room(): number {
    return this.#limits.limitOf(this.#parts.length) - this.#marker.length;
  }

  #take(line: string): void {
    if (this.#group.length > 0) {
      const size = this.#size + 1 + this.#blanks + line.length;
      if (size + WRAPPING <= this.#room || size + this.#guardLength() <= this.#room) {
        this.#group.push(...new Array<string>(this.#blanks).fill(""), line);
        this.#size = size;
        this.#blanks = 0;
        return;
      }
      this.#flush();
    }
    if (line.length + WRAPPING <= this.#room || this.#wrap(line).length <= this.#room) this.#start(line);
    else this.#cut(line);
  }

  #start(line: string): void {
    this.#group = [line];
    this.#size = line.length;
    this.#blanks = 0;
  }

  #guardLength(): number {
    const first = this.#group[0] ?? "";
    return this.#marker === "" ? Math.max(0, this.#guard(first).length - first.length) : 0;
  }

  #guard(lines: string): string {
    return this.#isFixed ? guardReplyPrefix(lines) : guardAlone(lines.trimStart());
  }

  #flush(): void {
    if (this.#group.length > 0) this.#parts.push(this.#marked(this.#wrap(this.#group.join("\n"))));
    this.#group = [];
    this.#blanks = 0;
  }

  #marked(part: string): string {
    return part.startsWith("\n") ? `\n${this.#marker}${part.slice(1)}` : this.#marker + part;
  }

  /** Writes some lines so that they look as they did among the others. */
  #wrap(lines: string): string {
    const text = this.#marker === "" ? this.#guard(lines) : lines.trimStart();
    if (this.#isFixed || text.includes("\n") || isSameAlone(text)) return text;
    // A reply prefix removes the white space after it, so the line break goes to the end.
    return this.#isReply && this.#parts.length === 0 ? `${text}\n${WORD_JOINER}` : `\n${text}`;
  }

  /** Cuts a line that is too long for a part; following lines may join its last piece. */
  #cut(line: string): void {
    const indent = this.#isFixed ? (/^ {4,40}/.exec(line)?.[0] ?? "") : "";
    const first = this.#parts.length;
    const used = this.#marker.length + indent.length + WRAPPING;
    const limitOf = (part: number): number => Math.max(8, this.#limits.limitOf(first + part) - used);
    const atoms = cutLongAtoms(this.#atomsOf(line.trim()), limitOf(0));
    let oversize: Atom | null = null;
    const onOversize = (atom: Atom, room: number): void => {
      this.#limits.onOversize(atom, room);
      oversize = atom;
    };
    for (const span of planParts(atoms, { limitOf, onOversize })) {
      this.#flush();
      const piece = atoms.slice(span.from, span.to);
      const text = piece
        .map((atom) => atom.source)
        .join("")
        .trimEnd();
      if (oversize !== null && piece.includes(oversize)) this.#parts.push(this.#marked(`\n${text}`));
      else this.#start(indent + text);
    }
  }

  #atomsOf(line: string): readonly Atom[] {
    if (this.#isFixed) {
      return line
        .split(/(\s+)/)
        .map((source, index) => ({ kind: index % 2 === 0 ? "text" : "space", source, code: "" }));
    }
    const html = renderMarkdown(`\n${line}`, { partialLimit: Number.POSITIVE_INFINITY });
    return readAtoms(line, html.slice(html.indexOf(">") + 1, -"</div>".length));
  }
}

/** Whether a line looks the same alone as it does among other lines. */
function isSameAlone(line: string): boolean {
  const alone = visibleCharacters(renderMarkdown(line));
  const amongOthers = visibleCharacters(renderMarkdown(`\n${line}`, { partialLimit: Number.POSITIVE_INFINITY }));
  return alone.length === amongOthers.length && alone.every((character, index) => character === amongOthers[index]);
}
