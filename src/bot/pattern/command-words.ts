/** The name of a command and the rest of its text, and which name a misspelled one may mean. Pure. */
import { unixLines } from "../../protocol/markup/lines.js";

/** A command as somebody called it. */
export interface CommandWords {
  /** The first word, in lower case. */
  readonly name: string;
  /** Everything after the name and a space as it was written, with line breaks and indentation. */
  readonly rest: string;
}

/**
 * Splits the text after a prefix into the name of the command and the rest. Undefined if there is no word.
 * @param text - markdown; white space before the name and at the end is ignored
 */
export function splitCommand(text: string): CommandWords | undefined {
  const match = /^\s*(\S+)/.exec(text);
  if (!match) return undefined;
  const rest = unixLines(text.slice(match[0].length)).replace(/^ /, "").trimEnd();
  return { name: nameKey(match[1] ?? ""), rest };
}

/** The form of a name by which names are compared: lower case, composed letters. */
export function nameKey(name: string): string {
  return name.toLowerCase().normalize("NFC");
}

/** Longer names, in characters, are not compared. */
const NAME_LIMIT = 40;

/**
 * The name that a misspelled one may mean: one at most two slips away (one for names of up to three letters), where a
 * slip is a letter too many, too few, another one, or two in the wrong order. Undefined if there is none; the first of
 * several that are equally near.
 */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  if (name.length > NAME_LIMIT) return undefined;
  const written = nameKey(name);
  let best: string | undefined;
  let least = 3;
  for (const candidate of names) {
    if (candidate.length > NAME_LIMIT) continue;
    const key = nameKey(candidate);
    const most = Math.min(least - 1, Math.min(key.length, written.length) <= 3 ? 1 : 2);
    if (Math.abs(key.length - written.length) > most) continue;
    const slips = countSlips(written, key);
    if (slips > most) continue;
    least = slips;
    best = candidate;
  }
  return best;
}

/** The edit distance of two words, where two letters in the wrong order are one slip and no letter changes twice. */
function countSlips(a: string, b: string): number {
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swap = isSwapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY;
      const change = at(last, column - 1) + (isSame ? 0 : 1);
      next.push(Math.min(at(last, column) + 1, at(next, column - 1) + 1, change, swap));
    }
    before = last;
    last = next;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
