/** The bot of `bot-fuzz.test.ts`: thirty commands with every kind of parameter, and calls whose answers are known. */
import fc from "fast-check";
import { Message, Room, User } from "../src/index.js";
import { quietBot } from "./bot-support.js";

type QuietBot = ReturnType<typeof quietBot>;

/** A value as somebody types it, and as the bot shows it. */
type Typed = readonly [typed: string, shown: unknown];

/** A command of the bot. */
export interface FuzzedCommand {
  readonly pattern: string;
  readonly name: string;
  /** Arguments as they are typed, and the answer to them; null for a command whose answers differ. */
  readonly wellFormed: fc.Arbitrary<{ readonly typed: string; readonly answer: string | null }>;
}

/** The most characters of a text that the bot repeats. */
const MOST_SHOWN = 200;

const word: fc.Arbitrary<Typed> = fc
  .array(fc.constantFrom("a", "b", "c", "d", "e", "x", "y", "z"), { minLength: 1, maxLength: 8 })
  .map((letters) => [letters.join(""), letters.join("")]);
const phrase: fc.Arbitrary<Typed> = fc.constantFrom<Typed>(
  ['"two words"', "two words"],
  ["“three short words”", "three short words"],
  ["`code here`", "code here"],
  ["'a\"b'", 'a"b'],
);
const text: fc.Arbitrary<Typed> = fc
  .array(word, { minLength: 1, maxLength: 6 })
  .map((words) => words.map(([typed]) => typed).join(" "))
  .map((words) => [words, words]);
const integerIn = (min: number, max: number): fc.Arbitrary<Typed> =>
  fc.integer({ min, max }).map((value) => [`${value}`, value]);
const integer = integerIn(-1_000_000, 1_000_000);
const number: fc.Arbitrary<Typed> = fc.integer({ min: -150, max: 150 }).map((value) => [`${value / 100}`, value / 100]);
const room: fc.Arbitrary<Typed> = fc.constantFrom<Typed>(["1", "room 1"], ["here", "room 1"]);
const message: fc.Arbitrary<Typed> = fc
  .integer({ min: 1, max: 100_000 })
  .map((value) => [`${value}`, `message ${value}`]);
const duration = fc.constantFrom<Typed>(["10m", 600_000], ["1h30m", 5_400_000], ["90s", 90_000], ["2d", 172_800_000]);
const date = fc.constantFrom<Typed>(
  ["2026-12-24", "2026-12-24T00:00:00.000Z"],
  ["2026-12-24 18:00", "2026-12-24T18:00:00.000Z"],
  ["2028-02-29", "2028-02-29T00:00:00.000Z"],
);
const state = fc.constantFrom<Typed>(["on", "on"], ["off", "off"], ["ON", "on"]);

/** An optional value that is missing. */
const missing = (shown?: unknown): fc.Arbitrary<Typed> => fc.constant<Typed>(["", shown]);
const orMissing = (values: fc.Arbitrary<Typed>, shown?: unknown): fc.Arbitrary<Typed> =>
  fc.oneof(values, missing(shown));
const list = (values: fc.Arbitrary<Typed>, minLength: number): fc.Arbitrary<Typed> =>
  fc
    .array(values, { minLength, maxLength: 5 })
    .map((all) => [all.map(([typed]) => typed).join(" "), all.map(([, shown]) => shown)]);
/** A flag with a value. */
const flag = (name: string, values: fc.Arbitrary<Typed>): fc.Arbitrary<Typed> =>
  values.map(([typed, shown]) => [typed === "" ? "" : `--${name}=${typed.replace(/^(.* .*)$/, '"$1"')}`, shown]);

/** The commands; `idOf` returns the id of somebody in the room. */
export function fuzzedCommands(idOf: (name: string) => number): readonly FuzzedCommand[] {
  const userOf = (typed: string, name: string): Typed => [typed, `user ${idOf(name)}`];
  const user = fc.constantFrom(userOf("@Alice", "Alice"), userOf("Bob", "Bob"), userOf(`${idOf("Chloé")}`, "Chloé"));
  const loud = fc.constantFrom<Typed>(["--loud", true], ["", false]);
  const modes = fc.constantFrom<Typed>(["red", "red"], ["green", "green"], ["BLUE", "blue"]);
  const color = fc.constantFrom<Typed>(["#00ff7f", "#00ff7f"], ["#ABCDEF", "#ABCDEF"]);
  const noArguments = fc.constant<Typed[]>([]);
  return [
    command("ping", noArguments),
    command("roll|dice [sides:integer=6]", fc.tuple(orMissing(integer, 6))),
    command("pick <n:integer(1..6)>", fc.tuple(integerIn(1, 6))),
    command("half <x:number>", fc.tuple(number)),
    command("scale <x:number(-1.5..1.5)>", fc.tuple(number)),
    command("greet <name:word>", fc.tuple(fc.oneof(word, phrase))),
    command("pair <a> <b>", fc.tuple(fc.oneof(word, phrase), word)),
    command("echo <what:text...>", fc.tuple(text)),
    command("note [what:text...]", fc.tuple(orMissing(text))),
    command("who <who:user>", fc.tuple(user)),
    command("invite [who:user] [where:room=here]", fc.tuple(user, orMissing(room, "room 1"))),
    command("visit <where:room>", fc.tuple(room)),
    command("tour <where:room...>", fc.tuple(list(room, 1))),
    command("cite <which:message>", fc.tuple(message)),
    command("look [which:message]", fc.tuple(message)),
    command("wait <for:duration>", fc.tuple(duration)),
    command("snooze [for:duration=10m]", fc.tuple(orMissing(duration, 600_000))),
    command("when <day:date>", fc.tuple(date)),
    command("light <state:(on|off)>", fc.tuple(state)),
    command("modes [modes:(red|green|blue)...]", fc.tuple(list(modes, 0))),
    command("sum <n:integer...>", fc.tuple(list(integer, 1))),
    command("mean [x:number...]", fc.tuple(list(number, 0))),
    command("shout [--loud] [--times:integer=1] <what:text...>", fc.tuple(loud, flag("times", integer), text)),
    command(
      "search [--in:room] [--since:date] [--by:user] <words...>",
      fc.tuple(flag("in", orMissing(room)), flag("since", orMissing(date)), flag("by", user), list(word, 1)),
    ),
    command("move <which:message> [--to:room=here]", fc.tuple(message, flag("to", orMissing(room, "room 1")))),
    command("plan <day:date> <for:duration> [what:text...]", fc.tuple(date, duration, orMissing(text))),
    command("paint <what> <color:color>", fc.tuple(word, color)),
    command("été|summer [x]", fc.tuple(orMissing(word))),
    command("tell <who:user> <what:text...> [--after:duration]", fc.tuple(user, text, missing())),
    ...["repeat <what:text...>", "announce [what:text...]", "work [what:text...]", "secret", "relay <n:integer>"].map(
      (pattern) => ({ ...command(pattern, noArguments), wellFormed: fc.constant({ typed: " 5", answer: null }) }),
    ),
  ];
}

function command(pattern: string, values: fc.Arbitrary<readonly Typed[]>): FuzzedCommand {
  const [name = ""] = /^[^\s|]+/.exec(pattern) ?? [];
  const wellFormed = values.map((all) => ({
    typed: all.map(([typed]) => (typed === "" ? "" : ` ${typed}`)).join(""),
    answer: shownAs(
      name,
      all.map(([, shown]) => shown),
    ),
  }));
  return { pattern, name, wellFormed };
}

/** The answer of most commands: their name and what they read. */
function shownAs(name: string, values: readonly unknown[]): string {
  return `${name} ${start(JSON.stringify(values.map((value) => (Array.isArray(value) ? value.map(plain) : plain(value)))))}`;
}

function plain(value: unknown): unknown {
  if (value instanceof User) return `user ${value.id}`;
  if (value instanceof Room) return `room ${value.id}`;
  if (value instanceof Message) return `message ${value.id}`;
  return value;
}

function start(text: string): string {
  return [...text].slice(0, MOST_SHOWN).join("");
}

/** A bot with these commands, four texts that it hears, and a group. */
export function fuzzedBot(commands: readonly FuzzedCommand[]): QuietBot {
  const color = (typed: string): string | undefined => (/^#[0-9a-f]{6}$/i.test(typed) ? typed : undefined);
  const bot = quietBot({ names: ["sdc"], flood: false, unknown: "suggest", types: { color } }) as QuietBot;
  bot.group((c) => c.userName === "Alice").command("secret [x...]", (c) => c.reply("for Alice"));
  bot.group(() => true).command("relay <n:integer>", (_, next) => next());
  for (const { pattern, name } of commands) {
    if (name === "repeat") bot.command(pattern, (c) => c.reply(start(String(c.args.what))));
    else if (name === "announce") bot.command(pattern, (c) => c.say(`announced for ${c.message.id}`));
    else if (name === "secret") bot.command("secret [x...]", (c) => c.reply("for everybody"));
    else if (name !== "work") bot.command(pattern, (c) => c.reply(shownAs(name, Object.values(c.args))));
    else
      bot.command(pattern, async (c) => {
        await c.progress("working…");
        await c.reply("worked");
      });
  }
  bot.hears("thanks, bot", (c) => c.reply("You are welcome."));
  bot.hears(/\bgood (morning|night)\b/i, (c) => c.reply(`Good ${c.match[1]}.`));
  bot.hears(/(\d+)\s*°F/, (c) => c.reply(`${Number(start(String(c.match[1]))) - 32}`));
  bot.hears(/^(?<who>\p{L}+) rocks$/u, (c) => c.reply(`${start(String(c.match.groups?.who))}, indeed`));
  return bot;
}
