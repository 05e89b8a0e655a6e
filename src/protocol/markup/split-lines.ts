/**
 * Cuts text of several lines, or in fixed font, at the ends of its lines. Such text has no inline markup but links, and
 * a part that is left with one line must not get any.
 */
import { type Atom, readAtoms, readShown } from "./atoms.js";
import { wordJoiner } from "./escape.js";
import { isIndented, withoutBlankStart } from "./lines.js";
import { renderMarkdown } from "./render.js";
import { guardReplyPrefix } from "./reply-prefix.js";
import { cutLongAtoms, planParts, type Rooms } from "./split-plan.js";
import { guardAlone } from "./split-write.js";

/** The most that is put around a line so that it means what it meant: a line break and U+2060 or a space, in characters. */
const WRAPPING = 3;

/** Cuts a text whose line ends are newlines, without white space at its end. */
export function splitLines(text: string, isReply: boolean, rooms: Rooms): string[] {
  const splitter = new LineSplitter(withoutBlankStart(text).split("\n"), isReply, rooms);
  return splitter.split();
}

class LineSplitter {
  readonly #lines: readonly string[];
  readonly #isFixed: boolean;
  readonly #isReply: boolean;
  /** Stands before every part: `> ` or nothing. */
  readonly #marker: string;
  readonly #rooms: Rooms;
  readonly #parts: string[] = [];
  /** The lines of the next part: the first and the last are not blank. */
  #group: string[] = [];
  /** The length of those lines with the breaks between them. */
  #size = 0;
  /** Blank lines that belong between those and the next. */
  #blanks = 0;

  constructor(lines: readonly string[], isReply: boolean, rooms: Rooms) {
    this.#isFixed = isIndented(lines);
    this.#marker = !this.#isFixed && /^\s*> /.test(lines[0] ?? "") ? "> " : "";
    this.#lines = this.#marker === "" ? lines : lines.with(0, (lines[0] ?? "").trimStart().slice(2));
    this.#isReply = isReply;
    this.#rooms = rooms;
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
    return this.#rooms.roomOf(this.#parts.length) - this.#marker.length;
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

  /** Some lines as they must be written to look as they did among the others. */
  #wrap(lines: string): string {
    const text = this.#marker === "" ? this.#guard(lines) : lines.trimStart();
    if (this.#isFixed || text.includes("\n") || isSameAlone(text)) return text;
    // A reply prefix takes the white space after it away, so there the line break goes to the end.
    return this.#isReply && this.#parts.length === 0 ? `${text}\n${wordJoiner}` : `\n${text}`;
  }

  /** Cuts a line that is too long for a part; its end may be joined by the lines that follow. */
  #cut(line: string): void {
    const indent = this.#isFixed ? (/^ {4,40}/.exec(line)?.[0] ?? "") : "";
    const first = this.#parts.length;
    const used = this.#marker.length + indent.length + WRAPPING;
    const roomOf = (part: number): number => Math.max(8, this.#rooms.roomOf(first + part) - used);
    const atoms = cutLongAtoms(this.#atomsOf(line.trim()), roomOf(0));
    let oversize: Atom | null = null;
    const onOversize = (atom: Atom, room: number): void => {
      this.#rooms.onOversize(atom, room);
      oversize = atom;
    };
    for (const span of planParts(atoms, { roomOf, onOversize })) {
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

/** Whether a line looks the same as a message of its own and as one of several lines. */
function isSameAlone(line: string): boolean {
  const alone = readShown(renderMarkdown(line));
  const amongOthers = readShown(renderMarkdown(`\n${line}`, { partialLimit: Number.POSITIVE_INFINITY }));
  return alone.length === amongOthers.length && alone.every((character, index) => character === amongOthers[index]);
}
