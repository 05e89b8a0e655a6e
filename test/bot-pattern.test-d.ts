/** Type tests of command patterns: `tsc` must accept this file. */
// cspell:ignore intger
import { expectTypeOf } from "vitest";
import type { ArgumentEnvironment, ArgumentsOf, CommandPattern, Duration } from "../src/bot/pattern/index.js";
import { parsePattern, readArguments } from "../src/bot/pattern/index.js";
import type { Message, Room, User } from "../src/index.js";

declare const env: ArgumentEnvironment;

/** Types of a bot: a parser alone, one with a description, and one that answers later. */
const types = {
  color: (text: string): readonly [number, number, number] | undefined => (text === "red" ? [255, 0, 0] : undefined),
  size: { about: "S, M or L", parse: (text: string) => (text === "S" ? ("S" as const) : undefined) },
  issue: async (text: string): Promise<{ readonly title: string } | undefined> => ({ title: text }),
};
type Own = typeof types;

// Optional parameters, defaults and types.
expectTypeOf<keyof ArgumentsOf<"ping">>().toEqualTypeOf<never>();
expectTypeOf<ArgumentsOf<"roll [sides:integer=6]">>().toEqualTypeOf<{ readonly sides: number }>();
expectTypeOf<ArgumentsOf<"roll|dice [sides:integer]">>().toEqualTypeOf<{ readonly sides: number | undefined }>();
expectTypeOf<ArgumentsOf<"a <b> [c] [d=e]">>().toEqualTypeOf<{
  readonly b: string;
  readonly c: string | undefined;
  readonly d: string;
}>();
expectTypeOf<
  ArgumentsOf<"a <i:integer(1..6)> <n:number(..1)> <u:user> <r:room> <m:message> <d:duration> <t:date> <w:word> <x:text>">
>().toEqualTypeOf<{
  readonly i: number;
  readonly n: number;
  readonly u: User;
  readonly r: Room;
  readonly m: Message;
  readonly d: number;
  readonly t: Date;
  readonly w: string;
  readonly x: string;
}>();

// The rest of the text, and lists.
expectTypeOf<ArgumentsOf<"a <x:text...>">["x"]>().toEqualTypeOf<string>();
expectTypeOf<ArgumentsOf<"a [x:text...]">["x"]>().toEqualTypeOf<string | undefined>();
expectTypeOf<ArgumentsOf<"a [x:text...=hello]">["x"]>().toEqualTypeOf<string>();
expectTypeOf<ArgumentsOf<"a [x...]">["x"]>().toEqualTypeOf<readonly string[]>();
expectTypeOf<ArgumentsOf<"a <x:integer...>">["x"]>().toEqualTypeOf<readonly [number, ...number[]]>();
expectTypeOf<ArgumentsOf<"a [x:(on|off)...]">["x"]>().toEqualTypeOf<readonly ("on" | "off")[]>();

// Flags and choices.
expectTypeOf<ArgumentsOf<"a <state:(on|off)> [--loud] [--times:integer=1] [--to:room] [--tag=x]">>().toEqualTypeOf<{
  readonly state: "on" | "off";
  readonly loud: boolean;
  readonly times: number;
  readonly to: Room | undefined;
  readonly tag: string;
}>();
expectTypeOf<ArgumentsOf<"a [when=10:30]">["when"]>().toEqualTypeOf<string>();

// A bot's own types.
expectTypeOf<ArgumentsOf<"paint <c:color> [s:size] [--i:issue] [cs:color...]", Own>>().toEqualTypeOf<{
  readonly c: readonly [number, number, number];
  readonly s: "S" | undefined;
  readonly i: { readonly title: string } | undefined;
  readonly cs: readonly (readonly [number, number, number])[];
}>();

// Patterns that only exist at run time.
expectTypeOf<ArgumentsOf<string>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
expectTypeOf(parsePattern("roll [sides]" as string)).toEqualTypeOf<CommandPattern<Readonly<Record<string, unknown>>>>();

// The arguments follow from the pattern that was parsed.
const roll = parsePattern("roll [sides:integer=6]");
expectTypeOf(roll).toExtend<CommandPattern>();
const result = await readArguments(roll, "20", env);
if (result.ok) expectTypeOf(result.args).toEqualTypeOf<{ readonly sides: number }>();
else expectTypeOf(result.reason).toEqualTypeOf<string>();
const paint = await readArguments(parsePattern("paint <c:color>", types), "red", env);
if (paint.ok) expectTypeOf(paint.args.c).toEqualTypeOf<readonly [number, number, number]>();

// A wrong pattern does not compile, and the error is a sentence.
expectTypeOf<ArgumentsOf<"a <x:intger>">["x"]>().toEqualTypeOf<never>();
// @ts-expect-error there is no type "intger"
parsePattern("roll [sides:intger=6]");
// @ts-expect-error there is no type "color"
parsePattern("paint <c:color>");
// @ts-expect-error a bracket is not closed
parsePattern("roll [sides");
// @ts-expect-error a word after the names
parsePattern("room add <name>");
// @ts-expect-error no name
parsePattern("<name>");
// @ts-expect-error a required parameter after an optional one
parsePattern("a [b] <c>");
parsePattern("a [--b] <c>");

const duration: readonly Duration[] = [5, "500ms", "30s", "10m", "6h", "2d", "1w", "1h30m", "1.5h"];
// @ts-expect-error there is no such unit
const wrong: Duration = "10 parsecs";
// @ts-expect-error a text needs a unit
const bare: Duration = "10";
void [duration, wrong, bare];
