/** Everything people can type: calls, near-calls and talk, with edits and deletions. For `bot-fuzz.test.ts`. */
import fc from "fast-check";
import type { FuzzedCommand } from "./bot-fuzz-bot.js";

/** A text and the answers that it must get. */
export interface TypedText {
  readonly text: string;
  /** Whether it replies to a message of the bot. */
  readonly isReply: boolean;
  /** Whether it calls a command, so that exactly one answer is due. Others have one at most. */
  readonly isCall: boolean;
  /** The text of the answer; null if only their number is known. */
  readonly answer: string | null;
}

/** When somebody changes a message: at once, before it is answered, or after. */
export type Moment = "at once" | "soon" | "later";

/** A message and its later fate. */
export interface TypedMessage {
  readonly by: number;
  readonly said: TypedText;
  readonly change: { readonly when: Moment; readonly to: TypedText | null } | null;
}

const PIECES = [
  ..."\"'“”‘„«»`*_-[]()\\<>&:;/.,=—@#$|~^5a".split(""),
  "**",
  "---",
  "``",
  '"open',
  "'never closed",
  "“typographic",
  "[a](",
  "[a](http://example.com)",
  "[a](javascript:alert(1))",
  "http://",
  "https://chat.stackexchange.com/rooms/1",
  "https://chat.stackexchange.com/transcript/message/7#7",
  "www.example.com",
  "--",
  "--loud",
  "--loud=yes",
  "--times",
  "--times=3",
  '--times="',
  "--to=here",
  "--by=@Bob",
  "—loud",
  "--nothing",
  "9".repeat(60),
  "1e309",
  "-0",
  "0x1F",
  "NaN",
  "Infinity",
  "٣",
  "１２",
  "1.",
  "1,000",
  "99999999999d",
  "1h-30m",
  "in 2h",
  "tomorrow",
  "2026-02-30",
  "0000-00-00",
  "275760-09-14",
  "@Alice",
  "@Bob",
  "@Bot",
  "@nobody",
  "@Chloé",
  "me",
  "here",
  "this",
  "on",
  "red",
  "#00ff7f",
  "!!ping",
  "sdc",
  ":5 ",
  "/me",
  "\u200b",
  "\u200d",
  "\u2060",
  "\ufeff",
  "\u00ad",
  "\u202e",
  "\u200f",
  "\u2066",
  "עברית",
  "العربية",
  "\u0301",
  "e\u0301te\u0301",
  "😀",
  "👨‍👩‍👧",
  "\ud83d",
  "\udc00",
  "\0",
  "\u0007",
  "\u0085",
  "\u2028",
  "\u00a0",
  "\t",
  "\r\n",
  "\n",
  "\n    ",
  "> ",
  "&lt;",
  "&#0;",
  "<b>",
  "<script>",
  "constructor",
  "__proto__",
];

const piece = fc.constantFrom(...PIECES);
/** Any text, of pieces that mean something somewhere. */
const hostile: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(fc.oneof({ weight: 8, arbitrary: piece }, fc.string({ unit: "binary", maxLength: 6 })), separator()),
    {
      minLength: 1,
      maxLength: 9,
    },
  )
  .map((pairs) => pairs.flat().join(""));

function separator(): fc.Arbitrary<string> {
  return fc.constantFrom(" ", " ", "", "  ", "\n");
}

const TALK = ["thanks, bot", "Good morning all", "it is 451 °F here", "Bot rocks", "https://example.com", "..."];
/** Prefixes that are nearly right. */
const NEAR_PREFIXES = [
  "!",
  "! !",
  "!!!",
  "!! ",
  "‼",
  "\u200b!!",
  "\u202e!!",
  "!\u200b!",
  "@bot ",
  "@Bo ",
  "@Botany ",
  "sdc",
  "",
];
/** The surroundings of a whole call. */
const FRAMES: readonly (readonly [before: string, after: string])[] = [
  ["**", "**"],
  ["*", "*"],
  ["    ", ""],
  ["`", "`"],
  ["> ", ""],
  ["---", "---"],
  ["\n", ""],
  ["(", ")"],
];

type Form = "prefix" | "mention" | "name" | "reply";

function called(form: Form, name: string, typed: string): string {
  return { prefix: "!!", mention: "@Bot ", name: "sdc ", reply: "" }[form] + name + typed;
}

/** Everything that one person types at once. */
export function typedText(commands: readonly FuzzedCommand[]): fc.Arbitrary<TypedText> {
  const command = fc.constantFrom(...commands);
  const form = fc.constantFrom<Form>("prefix", "prefix", "prefix", "mention", "name", "reply");
  const textOf = (text: string): TypedText => ({ text, isReply: false, isCall: false, answer: null });
  const well = fc
    .tuple(
      command.chain(({ name, wellFormed }) => wellFormed.map((call) => ({ name, ...call }))),
      form,
    )
    .map(
      ([{ name, typed, answer }, how]): TypedText => ({
        text: called(how, name, typed),
        isReply: how === "reply",
        isCall: true,
        answer,
      }),
    );
  const wrong = fc.tuple(command, form, hostile, fc.boolean()).map(
    ([{ name }, how, typed, isUpper]): TypedText => ({
      text: called(how, isUpper ? name.toUpperCase() : name, ` ${typed}`),
      isReply: how === "reply",
      isCall: true,
      answer: null,
    }),
  );
  const near = fc
    .tuple(command, fc.constantFrom(...NEAR_PREFIXES, "!!", "!!", "!!"), fc.nat(9), piece, hostile)
    .map(([{ name }, prefix, at, inserted, typed]) =>
      textOf(`${prefix}${name.slice(0, at)}${inserted}${name.slice(at)} ${typed}`),
    );
  const framed = fc
    .tuple(well, fc.constantFrom(...FRAMES))
    .map(([{ text, isReply }, [before, after]]) => ({ ...textOf(`${before}${text}${after}`), isReply }));
  const talk = fc
    .tuple(fc.constantFrom(...TALK), hostile, fc.boolean())
    .map(([text, more, isAlone]) => textOf(isAlone ? text : `${text} ${more}`));
  const answer = hostile.map((text) => ({ ...textOf(text), isReply: true }));
  return fc.oneof(
    { weight: 5, arbitrary: well },
    { weight: 5, arbitrary: wrong },
    { weight: 5, arbitrary: near },
    { weight: 2, arbitrary: framed },
    { weight: 2, arbitrary: talk },
    { weight: 2, arbitrary: hostile.map(textOf) },
    { weight: 1, arbitrary: answer },
  );
}

/** A message of one of several people, and perhaps its edit or deletion. */
export function typedMessage(commands: readonly FuzzedCommand[], people: number): fc.Arbitrary<TypedMessage> {
  const text = typedText(commands);
  const change = fc.record({
    when: fc.constantFrom<Moment>("at once", "soon", "later"),
    to: fc.option(text, { freq: 3 }),
  });
  const none = { weight: 6, arbitrary: fc.constant(null) };
  return fc.record({
    by: fc.nat(people - 1),
    said: text,
    change: fc.oneof(none, { weight: 1, arbitrary: change }),
  });
}
