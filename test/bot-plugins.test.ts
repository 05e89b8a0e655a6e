/** The built-in commands, reminders, learned commands, undo and welcome on a stage. */
// cspell:ignore halth statsu
import { expect, test } from "vitest";
import { builtIns, learnedCommands, memoryStore, type Plugin, reminders, undo, welcome } from "../src/bot/index.js";
import { type Heard, ManualClock, type StagePerson, setStage } from "../src/testing/index.js";
import { startBot } from "./bot-plugin-support.js";
import { latency } from "./latency.js";

test("help lists the commands that the person may use, and explains one", async () => {
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob"] });
  const { Alice, Bob } = stage.people;
  await startBot(
    stage,
    [
      builtIns({ leave: false, status: "health|hp" }),
      (bot) => bot.command("secret", { about: "hidden one", hidden: true }, () => {}),
    ],
    { owners: [Alice.id] },
  );
  Bob.says("!!help");
  const forBob = (await Bob.hears()).source;
  expect(forBob).toMatch(/^ {4}Commands \(!!help NAME says more\):\n {4}help {4}lists the commands, or explains one\n/);
  expect(forBob).toContain("health  says how I am");
  expect(forBob).not.toMatch(/stops me|leave|secret/);
  Alice.says("!!help");
  expect((await Alice.hears()).source).toMatch(/ban.*\n.*unban.*\n.*stop {4}stops me$/);
  Bob.says("!!help !!HP");
  expect((await Bob.hears()).source).toBe("    !!health\n    says how I am\n    also: hp");
  Bob.says("!!help @Alice");
  const unknown = await Bob.hears();
  expect(unknown.text).toMatch(/^I have no command @\u2060alice\.$/);
  Bob.says("!!help halth");
  expect((await Bob.hears()).text).toBe("I have no command halth. Did you mean health?");
});

test("a banned person is not heard until the ban ends or is lifted", async () => {
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob"] });
  const { Alice, Bob } = stage.people;
  await startBot(stage, [builtIns()], { owners: [Alice.id] });
  Bob.says("!!ban Alice");
  expect((await Bob.hears()).text).toBe("You may not do that here.");
  Alice.says("!!ban Alice");
  expect((await Alice.hears()).text).toBe("Alice is one of my owners.");
  Alice.says(`!!ban ${Bob.id} 10m`);
  expect((await Alice.hears()).text).toBe("I do not hear Bob for 10m.");
  Bob.says("!!status");
  Alice.says("!!unban Bob");
  expect((await Alice.hears()).text).toBe("I hear Bob again.");
  Bob.says("!!status");
  expect((await Bob.hears()).text).toMatch(/^up for .* · 1 room · \d+ handled, 0 failed · /);
  Alice.says("!!ban Bob 1h");
  await Alice.hears(/I do not hear Bob for 1h/);
  await stage.clock.advance(3_600_001);
  Bob.says("!!status");
  expect((await Bob.hears()).parentId).not.toBeNull();
});

test("leave leaves a room that is no home room, and stop stops the bot", async () => {
  await using stage = await setStage({ server: latency() });
  const { Alice } = stage.people;
  const den = stage.site.addRoom({ name: "Den" });
  const join: Plugin = (one) => one.command("join <where:room>", (c) => c.bot.join(c.args.where));
  const bot = await startBot(stage, [builtIns({ texts: { leaving: () => "So long." } }), join], { owners: [Alice.id] });
  Alice.says("!!leave");
  expect((await Alice.hears()).text).toBe("This is one of my home rooms, so I stay.");
  Alice.says(`!!join ${den.id}`);
  await stage.until(() => bot.status().rooms.length === 2);
  const inDen = Alice.in(den.id);
  inDen.says("!!leave");
  expect((await inDen.hears()).text).toBe("So long.");
  await stage.until(() => !den.present.includes(stage.bot.id));
  expect(bot.status().rooms.map(({ id }) => id)).toEqual([stage.room.id]);
  Alice.says("!!stop");
  expect((await Alice.hears()).text).toBe("Stopping.");
  await stage.until(() => !bot.status().isRunning);
  await stage.until(() => !stage.room.present.includes(stage.bot.id));
});

test("reminders outlive a restart, can be listed and canceled, and ping only who asked", async () => {
  const clock = new ManualClock(Date.UTC(2026, 2, 1, 21));
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob"], clock });
  const { Alice, Bob } = stage.people;
  const store = memoryStore();
  const first = await startBot(stage, [reminders()], { store });
  const asked = Alice.says("!!remind me in 2h to *water* @Bob");
  expect((await Alice.hears()).text).toBe("I will remind you in 2h.");
  const second = Alice.says("!!remind me tomorrow to sleep");
  expect((await Alice.hears()).text).toBe("I will remind you in 3h.");
  Alice.says("!!remind me nicely");
  expect((await Alice.hears()).text).toBe("Say when and what, such as: !!remind in 2h to water the plants");
  Alice.says("!!remind 2y x");
  expect((await Alice.hears()).text).toMatch(/^Say when/);
  Alice.says("!!remind in 60w x");
  expect((await Alice.hears()).text).toBe("That is more than 366d from now.");
  await stage.until(first.stop());

  const next = await startBot(stage, [reminders()], { store });
  Bob.says("!!reminders");
  expect((await Bob.hears()).text).toBe("You have no reminders here.");
  Alice.says("!!reminders");
  expect((await Alice.hears()).text).toMatch(/^1\. in (2h|1h 5\dm): \*water\* @\u2060Bob\n2\. in .*: sleep$/);
  Alice.says("!!unremind 2");
  expect((await Alice.hears()).text).toBe("I will not remind you: sleep");
  Alice.says("!!unremind 2");
  expect((await Alice.hears()).text).toBe("You have no reminder 2 here.");
  const pings = Bob.user.pings.length;
  await stage.clock.advance(7_200_000);
  const reminder = await Alice.hears(/^Reminder/);
  expect(reminder).toMatchObject({ text: "Reminder: *water* @\u2060Bob", parentId: asked.id });
  expect(Bob.user.pings.length).toBe(pings);
  await stage.until(() => next.status().running === 0);
  await stage.clock.advance(3_700_000);
  Alice.says("!!reminders");
  expect((await Alice.hears()).text).toBe("You have no reminders here.");
  expect(stage.room.messages.filter(({ source }) => source.startsWith(`:${second.id} Reminder`))).toEqual([]);
});

test("an edit of the command moves the reminder", async () => {
  await using stage = await setStage({ server: latency() });
  const { Alice } = stage.people;
  await startBot(stage, [reminders()]);
  const asked = Alice.says("!!remind in 10m to go");
  const answer = await Alice.hears("I will remind you in 10m.");
  Alice.here.edits(asked, "!!remind in 20m to run");
  await stage.until(() => stage.site.message(answer.id)?.source.endsWith("in 20m."));
  await stage.clock.advance(11 * 60_000);
  Alice.says("!!reminders");
  expect((await Alice.hears()).text).toMatch(/^1\. in (9m|8m 5\ds): run$/);
  await stage.clock.advance(10 * 60_000);
  expect((await Alice.hears()).text).toBe("Reminder: run");
});

test("people teach commands, which hide no real ones and ping nobody", async () => {
  await using stage = await setStage({
    server: latency(),
    people: ["Alice", "Bob", "Carol"],
    room: { name: "Den", owners: ["Carol"] },
  });
  const { Alice, Bob, Carol } = stage.people;
  await startBot(stage, [learnedCommands(), builtIns()], { unknown: "suggest" });
  Alice.says("!!learn Tea Tea for {0}, @Carol and {0}: {*}");
  expect((await Alice.hears()).text).toBe("I have learned Tea.");
  Bob.says("!!tea @Alice now");
  expect((await Bob.hears()).source).toBe("Tea for @\u2060Alice, @\u2060Carol and @\u2060Alice: @\u2060Alice now");
  Bob.says("!!learn tea mine");
  expect((await Bob.hears()).text).toBe("I know tea already, from Alice.");
  Bob.says("!!learn STATUS fine");
  expect((await Bob.hears()).text).toBe("STATUS is a command of mine.");
  Bob.says("!!learn r :1 hello");
  await Bob.hears("I have learned r.");
  Bob.says("!!r");
  expect(await Bob.hears()).toMatchObject({ parentId: null, source: "\u2060:1 hello" });
  Bob.says("!!learned");
  expect((await Bob.hears()).text).toBe("r, tea");
  Bob.says("!!learned tea");
  expect((await Bob.hears()).text).toMatch(/^tea, from Alice: Tea for/);
  Bob.says("!!unlearn tea");
  expect((await Bob.hears()).text).toMatch(/is from Alice/);
  Carol.says("!!unlearn tea");
  expect((await Carol.hears()).text).toBe("I have forgotten tea.");
  Bob.says("!!tea");
  Bob.says("!!statsu");
  expect((await Bob.hears()).text).toBe("Did you mean !!status?");
});

test("undo deletes the last answer to the person, and owners delete every one", async () => {
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob"] });
  const { Alice, Bob } = stage.people;
  const echo: Plugin = (bot) => bot.command("echo <text:text...>", (c) => c.say(c.args.text));
  const bot = await startBot(stage, [undo(), echo], { owners: [Alice.id] });
  const echoed = async (person: StagePerson, text: string): Promise<Heard> => {
    person.says(`!!echo ${text}`);
    const answer = await person.hears(text);
    await stage.until(() => bot.status().running === 0);
    return answer;
  };
  const [one, two, three] = [await echoed(Bob, "one"), await echoed(Alice, "two"), await echoed(Alice, "three")];
  Bob.says("!!undo", { replyTo: two });
  expect((await Bob.hears()).text).toBe("That answer is for somebody else.");
  Bob.says("!!undo");
  await stage.until(() => stage.site.message(one.id)?.deleted);
  Bob.says("!!undo");
  expect((await Bob.hears()).text).toBe("I have nothing to delete.");
  Alice.says("!!undo", { replyTo: two });
  await stage.until(() => stage.site.message(two.id)?.deleted);
  Alice.says("!!undo");
  await stage.until(() => stage.site.message(three.id)?.deleted);
  await echoed(Bob, "four");
  await stage.clock.advance(200_000);
  Bob.says("!!undo");
  expect((await Bob.hears()).text).toBe("That is too old to be deleted.");
});

test("newcomers are welcomed once, also over a restart", async () => {
  await using stage = await setStage({ server: latency() });
  const { Alice } = stage.people;
  const store = memoryStore();
  const first = await startBot(stage, [welcome({ every: "1m" })], { store });
  const dave = stage.site.addUser({ name: "Da@ve *x*" });
  dave.in(stage.room).enters();
  expect((await Alice.hears()).source).toBe("Welcome, Da@\u2060ve \\*x\\*!");
  await stage.until(first.stop());
  await startBot(stage, [welcome({ every: "1m" })], { store });
  dave.in(stage.room).leaves();
  dave.in(stage.room).enters();
  const old = stage.site.user("Olga");
  old.in(stage.room).says("hello");
  old.in(stage.room).enters();
  stage.site.user("Erin").in(stage.room).enters();
  expect((await Alice.hears(/Welcome/)).text).toBe("Welcome, Erin!");
});
