/**
 * Inputs that a hostile or broken server might send: random strings, valid pages and responses that were cut, doubled, spliced,
 * flipped, nested or blown up, and JSON whose values have the wrong types.
 */
import fc from "fast-check";

const noise: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 100 }),
  fc.string({ unit: fc.constantFrom(..."<>&\"'=/ \n\0[]{}(),:;#!-abdiv019\u00a0\ud800"), maxLength: 200 }),
);

const shards: readonly string[] = [
  ...[
    "<div>",
    "</div>",
    "</p>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<svg>",
    "<table>",
    "<script>",
    "</script>",
    "<br/>",
    "<a",
  ],
  ...["&#x110000;", "&#0;", "&#xd800;", "&", "\0", "\ud800", "\udc00", '"', "'", "=", ">", "<", "\\", "\\u", "\u2028"],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "length", "-1", "1e999", "99999999999999999999", "NaN"],
  ...["null", "true", "[", "{", "]", "}", ",", ":", '"id":', " class=", " id=", " href=", "99999999999999999999999999"],
];

/** Elements and brackets to nest deep, and what to repeat until it is huge. */
const deep: readonly string[] = [
  "<div>",
  "<b>",
  "<p>",
  "[",
  '{"a":',
  '{"r1":',
  "<ul><li>",
  "(",
  "**",
  "[a](",
  "<a href='x'>",
];
const long: readonly string[] = [
  "a",
  "<",
  "&",
  " ",
  "\n",
  "9",
  "-",
  "_",
  "\\",
  "``",
  '"',
  "'",
  ":1 ",
  "http://x/",
  "&amp;",
];

type Edit = (text: string) => string;

function place(text: string, at: number): number {
  return text.length === 0 ? 0 : at % text.length;
}

/** Edits of a text; `others` lend their parts. */
function edit(others: readonly string[]): fc.Arbitrary<Edit> {
  const at = fc.nat(1_000_000);
  const size = fc.oneof(fc.nat(8), fc.nat(80), fc.nat(4000));
  const put =
    (at: number, words: string): Edit =>
    (text) =>
      text.slice(0, place(text, at)) + words + text.slice(place(text, at));
  const often = fc.oneof(
    fc.tuple(at, size).map(
      ([at, n]): Edit =>
        (text) =>
          text.slice(0, place(text, at)) + text.slice(place(text, at) + n),
    ),
    fc.tuple(at, size).map(
      ([at, n]): Edit =>
        (text) =>
          put(at, text.slice(place(text, at), place(text, at) + n))(text),
    ),
    fc.tuple(at, fc.nat(15)).map(
      ([at, bit]): Edit =>
        (text) => {
          const code = (text.charCodeAt(place(text, at)) || 0) ^ (1 << bit);
          return text.slice(0, place(text, at)) + String.fromCharCode(code) + text.slice(place(text, at) + 1);
        },
    ),
    fc.tuple(at, fc.constantFrom(...shards)).map(([at, shard]) => put(at, shard)),
    fc.tuple(at, fc.string({ unit: "binary", maxLength: 10 })).map(([at, words]) => put(at, words)),
    fc
      .tuple(at, at, size, fc.constantFrom(...others))
      .map(([at, from, n, other]) => put(at, other.slice(place(other, from), place(other, from) + n))),
    at.map(
      (at): Edit =>
        (text) =>
          text.slice(0, place(text, at)),
    ),
  );
  const rarely = fc.oneof(
    fc
      .tuple(at, fc.constantFrom(...deep), fc.integer({ min: 50, max: 20_000 }))
      .map(([at, unit, n]) => put(at, unit.repeat(n))),
    fc
      .tuple(at, fc.constantFrom(...long), fc.integer({ min: 1000, max: 60_000 }))
      .map(([at, unit, n]) => put(at, unit.repeat(n))),
    fc
      .tuple(at, fc.constantFrom(...long), fc.integer({ min: 1000, max: 60_000 }))
      .map(([at, unit, n]) => put(at, ` title="${unit.repeat(n)}"`)),
  );
  return fc.oneof({ weight: 60, arbitrary: often }, { weight: 1, arbitrary: rarely });
}

function mutated(valid: readonly string[], others: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...valid), fc.array(edit([...others, ...valid]), { minLength: 1, maxLength: 6 }))
    .map(([text, edits]) => edits.reduce((changed, change) => change(changed), text));
}

/** JSON texts of values of the wrong type. */
const wrong: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.5",
    "1e999",
    "-1e999",
    "9007199254740993",
    '""',
    '"5"',
    '"x"',
    "[]",
    "{}",
  ),
  fc.constantFrom(
    "[[]]",
    "[null]",
    '{"id":1}',
    '{"toString":1}',
    '{"__proto__":null}',
    '{"constructor":{"name":"x"}}',
    '{"length":-1}',
  ),
  fc.constantFrom('"\\u0000"', '"\\ud800"', '"<b>"', "[[5,6,7]]", '{"r1":[]}', '{"e":{}}', '{"url":1}', '"wss://x"'),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
);

const mark = "\u0001";

/** A copy with another value in one place, counted from the outside; without the place when the value is undefined. */
function replaced(value: unknown, counter: { left: number }, by: string | undefined): unknown {
  counter.left -= 1;
  if (counter.left === -1) return by;
  if (Array.isArray(value)) return value.map((member: unknown) => replaced(member, counter, by));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaced(member, counter, by)]));
}

function countPlaces(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, member: unknown) => sum + countPlaces(member), 1);
}

/** A JSON text (of any line, where there are several) with one value exchanged or left out. */
function exchange(text: string, which: number, value: string | null): string {
  const lines = text.split("\n");
  const at = which % lines.length;
  try {
    const tree: unknown = JSON.parse(lines[at] ?? "");
    const left = which % countPlaces(tree);
    const changed = JSON.stringify(replaced(tree, { left }, value === null ? undefined : mark)) ?? "";
    lines[at] = changed.replace(JSON.stringify(mark), () => value ?? "");
  } catch {
    lines[at] = value ?? "";
  }
  return lines.join("\n");
}

function wronglyTyped(valid: readonly string[]): fc.Arbitrary<string> {
  const swap = fc.tuple(
    fc.nat(1000),
    fc.oneof({ weight: 5, arbitrary: wrong }, { weight: 1, arbitrary: fc.constant(null) }),
  );
  return fc
    .tuple(fc.constantFrom(...valid), fc.array(swap, { minLength: 1, maxLength: 4 }))
    .map(([text, swaps]) => swaps.reduce((changed, [which, value]) => exchange(changed, which, value), text));
}

/** Inputs for a reader of pages or other texts. */
export function hostileText(valid: readonly string[], others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 2, arbitrary: noise },
    { weight: 7, arbitrary: mutated(valid, others) },
    { weight: 1, arbitrary: wrong },
    { weight: 1, arbitrary: fc.constantFrom(...others, ...valid, ...shards) },
  );
}

/** Inputs for a reader of JSON. */
export function hostileJson(valid: readonly string[], others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: hostileText(valid, others) },
    { weight: 6, arbitrary: wronglyTyped(valid) },
    { weight: 1, arbitrary: wrong },
  );
}
