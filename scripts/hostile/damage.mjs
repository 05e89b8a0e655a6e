// Ways to damage bytes, text and JSON, by name; random ones use a seed.

/** Shuffles a copy of a list. */
export function shuffled(list, random) {
  const rest = [...list];
  for (let n = rest.length - 1; n > 0; n--) {
    const other = random.between(0, n);
    [rest[n], rest[other]] = [rest[other], rest[n]];
  }
  return rest;
}

const ODD_VALUES = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  "",
  "x",
  "-1",
  "NaN",
  "1e999",
  [],
  [null],
  {},
  { id: null },
  "\u0000",
  "\ud800",
];

/** The paths of all values inside a JSON value. */
function placesIn(value, path = []) {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.keys(value).flatMap((key) => placesIn(value[key], [...path, key]))];
}

function withValueAt(value, [key, ...rest], change) {
  if (key === undefined) return change(value);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const changed = withValueAt(copy[key], rest, change);
  if (changed === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = changed;
  return copy;
}

/** Replaces a value in JSON text, or in one of its lines, by one of a wrong type, or removes it. Other text is returned unchanged. */
export function wrongType(text, random) {
  const lines = text.split("\n");
  const at = random.between(0, lines.length - 1);
  for (const [whole, put] of [
    [text, (changed) => changed],
    [lines[at], (changed) => lines.with(at, changed).join("\n")],
  ]) {
    try {
      const value = JSON.parse(whole);
      const place = random.pick(placesIn(value));
      const by = random.chance(0.3) ? undefined : random.pick(ODD_VALUES);
      return put(JSON.stringify(withValueAt(value, place, () => by)) ?? "");
    } catch {}
  }
  return text;
}

const flipped = (bytes, random, times = 1) => {
  const copy = Buffer.from(bytes);
  for (let n = 0; n < times && copy.length > 0; n++)
    copy[random.between(0, copy.length - 1)] ^= 1 << random.between(0, 7);
  return copy;
};
const filled = (bytes, random, by) => {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  const start = random.between(0, Math.max(0, copy.length - 1));
  return copy.fill(by, start, Math.min(copy.length, start + random.between(1, Math.max(1, copy.length >> 1))));
};
const lines = (bytes) => bytes.toString("utf8").split("\n");
const joined = (list) => Buffer.from(list.join("\n"));
const text = (words) => () => Buffer.from(words);
const randomly = (name, times, damage) =>
  Object.fromEntries(Array.from({ length: times }, (_, n) => [`${name} ${n + 1}`, damage]));
const CUTS = Object.fromEntries(
  [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99].map((share) => [
    `cut at ${share * 100}%`,
    (bytes) => bytes.subarray(0, Math.floor(bytes.length * share)),
  ]),
);

/** Ways to damage bytes. Each takes the bytes and a random generator, and returns new bytes. */
export const DAMAGES = {
  ...CUTS,
  "cut by one byte": (bytes) => bytes.subarray(0, -1),
  "cut by two bytes": (bytes) => bytes.subarray(0, -2),
  "without its first byte": (bytes) => bytes.subarray(1),
  "without its first half": (bytes) => bytes.subarray(bytes.length >> 1),
  ...randomly("one bit flipped", 8, (bytes, random) => flipped(bytes, random)),
  ...randomly("20 bits flipped", 4, (bytes, random) => flipped(bytes, random, 20)),
  ...randomly("a block of zeros", 4, (bytes, random) => filled(bytes, random, 0)),
  ...randomly("a block of 0xff", 2, (bytes, random) => filled(bytes, random, 0xff)),
  "nothing but zeros": (bytes) => Buffer.alloc(bytes.length),
  ...randomly("a value of a wrong type", 30, (bytes, random) => Buffer.from(wrongType(bytes.toString(), random))),
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  "each line twice": (bytes) => joined(lines(bytes).flatMap((line) => [line, line])),
  "lines backwards": (bytes) => joined(lines(bytes).toReversed()),
  "lines shuffled": (bytes, random) => joined(shuffled(lines(bytes), random)),
  "without its first line": (bytes) => joined(lines(bytes).slice(1)),
  "without its last line": (bytes) => joined(lines(bytes).slice(0, -2)),
  "in one line": (bytes) => joined([lines(bytes).join(" ")]),
  "lines end with CRLF": (bytes) => Buffer.from(bytes.toString().replaceAll("\n", "\r\n")),
  "lines end with CR": (bytes) => Buffer.from(bytes.toString().replaceAll("\n", "\r")),
  "begins with a BOM": (bytes) => Buffer.concat([Buffer.from("\ufeff"), bytes]),
  "in UTF-16": (bytes) => Buffer.from(`\ufeff${bytes}`, "utf16le"),
  "ends with garbage": (bytes) => Buffer.concat([bytes, Buffer.from([0xff, 0xfe, 0, 0x80, 0x7b])]),
  "begins with garbage": (bytes) => Buffer.concat([Buffer.from([0x80, 0, 0xff]), bytes]),
  "other versions": (bytes) =>
    Buffer.from(bytes.toString().replace(/("(?:version|v|format|state|journal)":\s*)\d+/g, "$1999")),
  "digits changed": (bytes, random) => Buffer.from(bytes.toString().replace(/\d/g, () => String(random.between(0, 9)))),
  "numbers below 0": (bytes) => Buffer.from(bytes.toString().replace(/:\s*(\d)/g, ":-$1")),
  "huge numbers": (bytes) => Buffer.from(bytes.toString().replace(/:\s*\d+/g, ":1e308")),
  "numbers beyond all": (bytes) => Buffer.from(bytes.toString().replace(/:\s*\d+/g, ":1e999")),
  "NaN for numbers": (bytes) => Buffer.from(bytes.toString().replace(/:\s*\d+/g, ":NaN")),
  "null for texts": (bytes) => Buffer.from(bytes.toString().replace(/:\s*"[^"]*"/g, ":null")),
  "lists for objects": (bytes) => Buffer.from(bytes.toString().replaceAll("{", "[").replaceAll("}", "]")),
  "keys of prototypes": (bytes) => Buffer.from(bytes.toString().replace(/"[a-z]\w*":/g, '"__proto__":')),
  "quotes gone": (bytes) => Buffer.from(bytes.toString().replaceAll('"', "")),
  "tags unclosed": (bytes) => Buffer.from(bytes.toString().replaceAll("</", "<")),
  empty: text(""),
  "a line break": text("\n"),
  "1,000 line breaks": text("\n".repeat(1_000)),
  spaces: text("   "),
  NUL: text("\0"),
  null: text("null"),
  true: text("true"),
  zero: text("0"),
  "a number": text("-1e999"),
  "a text": text('"ok"'),
  "[]": text("[]"),
  "[null]": text("[null]"),
  "{}": text("{}"),
  "{} in each line": text("{}\n{}\n{}\n"),
  "null in each line": text("null\nnull\n"),
  "[] in each line": text("[]\n[]\n"),
  "somebody else's JSON": text('{"name":"left-pad","version":"1.0.0","dependencies":{}}\n'),
  "a web page": text("<!doctype html><title>Sign in</title><p>to this network</p>"),
  words: text("this is no such file"),
  "a program": text("#!/bin/sh\nexit 1\n"),
  "deep lists": text("[".repeat(100_000)),
  "deep lists, closed": text("[".repeat(20_000) + "]".repeat(20_000)),
  "deep objects": text('{"a":'.repeat(50_000)),
  "one huge line": (bytes) => Buffer.concat([bytes, Buffer.alloc(3_000_000, "x"), Buffer.from("\n")]),
  "a huge value": text(`{"version":1,"x":"${"y".repeat(2_000_000)}"}`),
  "200,000 lines": text("{}\n".repeat(200_000)),
  binary: (_bytes, random) => Buffer.from(Array.from({ length: 4_096 }, () => random.between(0, 255))),
  gzip: text(Buffer.from("H4sIAAAAAAAAA0tMSgYAwkEkNQMAAAA=", "base64")),
};
