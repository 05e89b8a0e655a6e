/** The plugins about talk on a stage: a language model, summon, afk, karma, unonebox, quotes. */
// cspell:ignore xyzzy
import { expect, test } from "vitest";
import {
  afk,
  builtIns,
  karma,
  languageModel,
  type ModelMessage,
  memoryStore,
  quotes,
  summon,
  unonebox,
} from "../src/bot/index.js";
import { ManualClock, setStage } from "../src/testing/index.js";
import { startBot } from "./bot-plugin-support.js";
import { latency } from "./latency.js";

test("a language model answers mentions and replies, with the talk of this room alone", async () => {
  const clock = new ManualClock(Date.UTC(2026, 2, 1, 23, 50));
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob"], clock });
  const { Alice, Bob } = stage.people;
  const other = stage.site.addRoom({ name: "Secret" });
  Alice.in(other.id).says("the password is xyzzy");
  Bob.says("tea is ready");
  const asked: (readonly ModelMessage[])[] = [];
  const ask = async (messages: readonly ModelMessage[]): Promise<string> => {
    asked.push(messages);
    return `Well, @Bob, ${asked.length}`;
  };
  const plugins = [
    languageModel({ ask, quota: 3, texts: { system: (name, room) => `${name} in ${room}` } }),
    builtIns(),
  ];
  await startBot(stage, plugins, { owners: [Bob.id] });
  const question = Alice.says("@Bot What is ready?");
  const first = await Alice.hears();
  expect(first).toMatchObject({ text: "Well, @\u2060Bob, 1", parentId: question.id });
  expect(asked[0]).toEqual([
    { role: "system", content: `Bot in ${stage.room.name}` },
    { role: "user", content: "Bob: tea is ready" },
    { role: "user", content: "Alice: @Bot What is ready?" },
  ]);
  Alice.says("and coffee?", { replyTo: first });
  await Alice.hears("Well, @\u2060Bob, 2");
  expect(asked[1]?.slice(2)).toEqual([
    { role: "user", content: "Alice: @Bot What is ready?" },
    { role: "assistant", content: expect.stringContaining("Well, @") },
    { role: "user", content: expect.stringContaining("and coffee?") },
  ]);
  Alice.says("thanks, @Bot!");
  await Alice.hears("Well, @\u2060Bob, 3");
  Alice.says("@Bot help");
  expect((await Alice.hears()).text).toContain("Commands (");
  Alice.says("!!nothing @Bot");
  Alice.says("@Bot one more?");
  expect((await Alice.hears()).text).toBe("You have asked 3 questions today; please go on tomorrow.");
  Bob.says("@Bot hello");
  await Bob.hears("Well, @\u2060Bob, 4");
  await stage.clock.advance(600_000);
  Alice.says("@Bot one more?");
  await Alice.hears("Well, @\u2060Bob, 5");
  expect(asked.length).toBe(5);
});

test("a language model's stream is shown by edits and cut at its limit, and old talk does not exceed its own", async () => {
  await using stage = await setStage({ server: latency() });
  const { Alice } = stage.people;
  let shown: readonly ModelMessage[] = [];
  let give: () => void = () => {};
  async function* ask(messages: readonly ModelMessage[]): AsyncGenerator<string> {
    shown = messages;
    yield "one";
    await new Promise<void>((resolve) => (give = resolve));
    yield " two".repeat(100);
  }
  await startBot(stage, [languageModel({ ask, longest: 11, characters: 30 })]);
  Alice.says("x".repeat(25));
  Alice.says("short");
  Alice.says("@Bot go");
  const answer = await Alice.hears("one …");
  give();
  await stage.until(() => stage.site.message(answer.id)?.source.endsWith("one two two"));
  expect(shown.map(({ content }) => content).slice(1)).toEqual(["Alice: short", "Alice: @Bot go"]);
});

test("owners of a room summon the bot there and send it away, within its limit", async () => {
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob"] });
  const { Alice, Bob } = stage.people;
  const [den, attic] = [stage.site.addRoom({ name: "Den", owners: [Bob.user] }), stage.site.addRoom({ name: "Attic" })];
  const closed = stage.site.addRoom({ name: "Closed", access: "private" });
  const bot = await startBot(stage, [summon({ most: 2 })], { owners: [Alice.id], apology: "failed" });
  Bob.says(`!!summon ${attic.id}`);
  expect((await Bob.hears()).text).toBe(`Only my owners and the owners of room ${attic.id} can ask for that.`);
  Alice.says(`!!summon ${closed.id}`);
  expect((await Alice.hears()).text).toBe(`I cannot enter room ${closed.id}.`);
  Alice.says("!!summon 99999");
  expect((await Alice.hears()).text).toBe("I cannot enter room 99999.");
  Bob.says(`!!summon ${den.id}`);
  expect((await Bob.hears()).text).toBe(`I am in room ${den.id}.`);
  expect(den.messages.map(({ source }) => source)).toEqual(["Hello."]);
  Alice.says(`!!summon ${attic.id}`);
  expect((await Alice.hears()).text).toBe("I am in 2 rooms already.");
  Alice.says("!!unsummon");
  expect((await Alice.hears()).text).toBe("Room 1 is one of my home rooms, so I stay.");
  Bob.in(den.id).says("!!unsummon");
  await stage.until(() => bot.status().rooms.length === 1);
  await stage.until(() => !den.present.includes(stage.bot.id));
  Alice.says(`!!unsummon ${den.id}`);
  expect((await Alice.hears()).text).toBe(`I am not in room ${den.id}.`);
});

test("a mention of somebody who is away gets one notice for a while, and their return a welcome", async () => {
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob"] });
  const { Alice, Bob } = stage.people;
  const store = memoryStore();
  const first = await startBot(stage, [afk()], { store });
  Alice.says("!!afk lunch with @Bob");
  expect((await Alice.hears()).text).toBe("See you later, Alice (lunch with @\u2060Bob).");
  await stage.until(first.stop());
  await startBot(stage, [afk(), builtIns()], { store });
  await stage.clock.advance(600_000);
  Bob.says("@Alice are you there?");
  expect((await Bob.hears()).text).toMatch(/^Alice has been away for 10m.*: lunch with @\u2060Bob$/);
  Bob.says("@Alice please");
  Bob.says("!!help help");
  expect((await Bob.hears()).source).toMatch(/^ {4}!!help/);
  await stage.clock.advance(900_000);
  Bob.says("@Alice?");
  await Bob.hears(/^Alice has been away for 25m/);
  Alice.says("hello again");
  expect((await Alice.hears()).text).toMatch(/^Welcome back, Alice\. You were away for 25m/);
  Bob.says("@Alice hi");
  Bob.says("!!help help");
  expect((await Bob.hears()).source).toMatch(/^ {4}!!help/);
});

test("karma counts one vote for each pair and hour, and none for oneself", async () => {
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob"] });
  const { Alice, Bob } = stage.people;
  await startBot(stage, [karma(), builtIns()]);
  Bob.says("thanks, alice++!");
  expect((await Bob.hears()).text).toBe("alice: 1");
  Bob.says("Alice++");
  Bob.says("C++ and i++ and a--b, tea++ing");
  Bob.says("@tea++");
  expect((await Bob.hears()).text).toBe("tea: 1");
  Alice.says("alice++");
  expect((await Alice.hears()).text).toBe("That is for others to say.");
  Alice.says("tea--");
  await Alice.hears("tea: 0");
  await stage.clock.advance(3_600_000);
  Bob.says("Alice++");
  await Bob.hears("alice: 2");
  Bob.says("!!karma");
  expect((await Bob.hears()).text).toBe("1. alice: 2\n2. tea: 0");
  Bob.says("!!karma @Nobody");
  expect((await Bob.hears()).text).toBe("@\u2060Nobody: 0");
});

test("unonebox makes a link of the bot's box, by a reply or for the last one", async () => {
  await using stage = await setStage({ server: latency() });
  const { Alice } = stage.people;
  const bot = await startBot(stage, [
    unonebox(),
    (one) => one.command("say <text:text...>", (c) => c.say(c.args.text)),
  ]);
  const url = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";
  const boxes: number[] = [];
  for (const _ of [1, 2]) {
    Alice.says(`!!say ${url}`);
    boxes.push((await Alice.hears()).id);
    await stage.until(() => bot.status().running === 0);
    await stage.clock.advance(20_000);
  }
  const [older = 0, newer = 0] = boxes;
  Alice.says("unonebox", { replyTo: older });
  await stage.until(() => stage.site.message(older)?.source === `<${url}>`);
  Alice.says("!!unonebox");
  await stage.until(() => stage.site.message(newer)?.source === `<${url}>`);
  const mine = Alice.says(url);
  Alice.says("!!unonebox", { replyTo: mine });
  expect((await Alice.hears()).text).toBe("I have shown no box here.");
});

test("quotes says a starred message at random, and the best of the week on its day", async () => {
  const clock = new ManualClock(Date.UTC(2026, 2, 6, 11, 59)); // a Friday
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob", "Carol"], clock });
  const { Alice, Bob, Carol } = stage.people;
  stage.site.addHistory({ messages: 400, days: 3, until: Date.UTC(2026, 1, 25) / 1_000, seed: 1 });
  await startBot(stage, [quotes({ random: () => 0, most: 2 })]);
  const [good, better] = [Alice.says("a *good* one by @Bob"), Alice.says("a better one")];
  Bob.here.stars(good);
  Bob.here.stars(better);
  Carol.here.stars(better);
  expect((await Alice.hears()).source).toBe(
    "The most starred messages of the week:\n2★ Alice: a better one\n1★ Alice: a good one by @\u2060Bob",
  );
  Bob.says("!!quote");
  expect((await Bob.hears()).text).toMatch(
    /^“.* one.*” — Alice \(\[source\]\(https:\/\/chat\.stackexchange\.com\/.*\)\)$/,
  );
});

test("a room without stars has no quotes and no digest", async () => {
  await using stage = await setStage({ server: latency(), clock: new ManualClock(Date.UTC(2026, 2, 6, 11, 59, 50)) });
  const { Alice } = stage.people;
  await startBot(stage, [quotes()]);
  await stage.clock.advance(10_000);
  Alice.says("!!quote");
  expect((await Alice.hears()).text).toBe("Nothing is starred here.");
  expect(stage.room.messages.length).toBe(2);
});
