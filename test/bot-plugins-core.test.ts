/** The parts of a bot that plugins need: unknown commands, rooms that are closed, and checks of options. */
// cspell:ignore evry hlep knwon
import { expect, test } from "vitest";
import {
  afk,
  Bot,
  builtIns,
  followedFeeds,
  karma,
  languageModel,
  learnedCommands,
  memoryStore,
  type Plugin,
  quotes,
  reminders,
  summon,
  undo,
  unonebox,
  welcome,
} from "../src/bot/index.js";
import { failureOf } from "../src/protocol/markup/failure-of.test-support.js";
import { setStage } from "../src/testing/index.js";
import { startBot } from "./bot-plugin-support.js";
import { latency } from "./latency.js";

test("commands that nobody has go to the handlers for them in order, and then to the suggestion", async () => {
  await using stage = await setStage({ server: latency() });
  const { Alice } = stage.people;
  const plugin: Plugin = (bot) => {
    bot.unknownCommand((c, next) => (c.name === "first" ? c.reply(`${c.addressedBy}: ${c.markdown}`) : next()));
    bot.unknownCommand((c, next) => (c.name === "second" ? c.reply("second") : next()));
    bot.command("known", (_, next) => next());
  };
  await startBot(stage, [plugin], { unknown: "suggest", names: ["sdc"] });
  Alice.says("!!first *one*  two");
  expect((await Alice.hears()).text).toBe("prefix: *one*  two");
  Alice.says("sdc first x");
  const answer = await Alice.hears("name: x");
  Alice.says("first y", { replyTo: answer });
  await Alice.hears(/^(?:reply|mention): y$/);
  Alice.says("@Bot second");
  await Alice.hears("second");
  Alice.says("!!known");
  Alice.says("!!knwon");
  expect((await Alice.hears()).text).toBe("Did you mean !!known?");
});

test("an edit from an unknown command to another one edits the answer", async () => {
  await using stage = await setStage({ server: latency() });
  const { Alice } = stage.people;
  await startBot(stage, [(bot) => bot.unknownCommand((c) => c.say(`no ${c.name}`))]);
  const said = Alice.says("!!one");
  const answer = await Alice.hears("no one");
  Alice.here.edits(said, "!!two");
  await stage.until(() => stage.site.message(answer.id)?.source === "no two");
});

test("a room that is closed to the bot at a start is not forgotten", async () => {
  await using stage = await setStage({ server: latency(), people: ["Alice"] });
  const { Alice } = stage.people;
  const den = stage.site.addRoom({ name: "Den", owners: [Alice.user] });
  const store = memoryStore();
  const first = await startBot(stage, [summon()], { store });
  Alice.says(`!!summon ${den.id}`);
  await Alice.hears(`I am in room ${den.id}.`);
  await stage.until(first.stop());
  Alice.in(den.id).here.updates({ access: "private" });
  const second = await startBot(stage, [], { store });
  expect(second.rooms.map(({ id }) => id)).toEqual([1]);
  await stage.until(second.stop());
  Alice.in(den.id).here.updates({ access: "public" });
  const third = await startBot(stage, [], { store });
  expect(third.rooms.map((room) => [room.id, third.standingIn(room)])).toEqual([
    [1, "home"],
    [den.id, "guest"],
  ]);
});

test("wrong options of plugins are refused by name", () => {
  const odd = (options: unknown): never => options as never;
  const failures = [
    () => builtIns(odd({ hlep: false })),
    () => builtIns({ help: "" }),
    () => builtIns(odd({ help: { name: "h", need: "owner" } })),
    () => builtIns({ stop: { needs: odd("boss") } }),
    () => builtIns(odd({ texts: { bye: () => "" } })),
    () => reminders({ longest: odd("soon") }),
    () => learnedCommands({ per: odd("world") }),
    () => undo({ commands: odd({ redo: "redo" }) }),
    () => welcome({ under: 0 }),
    () => summon({ most: 0 }),
    () => afk({ every: odd("x") }),
    () => karma(odd({ evry: "1h" })),
    () => unonebox({ commands: odd(3) }),
    () => quotes({ most: 21 }),
    () => new Bot().plugin(quotes({ digest: "never" })),
    () => languageModel(odd({})),
    () => followedFeeds({ every: "1s" }),
    () => new Bot().plugin(odd("help")),
    () => new Bot().plugin(builtIns(), builtIns()),
  ].map(failureOf);
  expect(failures).toMatchInlineSnapshot(`
    [
      "BAD_ARGUMENT: builtIns has no option "hlep"; its options are help, status, ban, unban, leave, stop",
      "BAD_ARGUMENT: builtIns.help.name must be a non-empty string, not """,
      "BAD_ARGUMENT: builtIns.help has no option "need"; its options are needs, about",
      "BAD_ARGUMENT: needs must be "owner" or "room-owner" or "moderator", not "boss"",
      "BAD_ARGUMENT: builtIns.texts has no option "bye"; its options are list, more, unknown, status, banned, isOwner, unbanned, leaving, isHome, stopping",
      "BAD_ARGUMENT: reminders.longest must be a duration, such as "10m" or 600000 (milliseconds), not the string "soon"",
      "BAD_ARGUMENT: learnedCommands.per must be "room" or "site", not "world"",
      "BAD_ARGUMENT: undo.commands has no option "redo"; its options are undo",
      "BAD_ARGUMENT: welcome.under must be a whole number of at least 1, not 0",
      "BAD_ARGUMENT: summon.most must be a whole number of at least 1, not 0",
      "BAD_ARGUMENT: afk.every must be a duration, such as "10m" or 600000 (milliseconds), not the string "x"",
      "BAD_ARGUMENT: karma has no option "evry"; its options are commands, every, most, texts",
      "BAD_ARGUMENT: unonebox.commands takes an object of options, not 3",
      "BAD_ARGUMENT: quotes.most must be a whole number from 1 to 20, not 21",
      "BAD_ARGUMENT: "never" with the time zone "UTC" is no schedule: CronPattern: invalid configuration format ('never'), exactly five, six, or seven space separated parts are required.",
      "BAD_ARGUMENT: languageModel.ask must be a function, not undefined",
      "BAD_ARGUMENT: followedFeeds.every must be a duration of at least 10s, such as "10m" or 600000 (milliseconds), not the string "1s"",
      "BAD_ARGUMENT: a plugin must be a function, not the string "help"",
      "BAD_ARGUMENT: the command help exists already; give one of them another name, or a group of its own",
    ]
  `);
});
