import type { Message } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, stage } from "./support.js";

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const texts = (messages: readonly Message[]): Promise<string[]> =>
  Promise.all(messages.map((message) => message.textContent));

describe("history", () => {
  test("pages past 500 messages to the first one, each once, fully known", async () => {
    const { client, alice, requests } = await stage();
    const ids = Array.from({ length: 1203 }, (_, n) => alice.in(1).says(`message ${n}`).id);
    const messages = await collect(client().getRoom(1).history());
    expect(messages.map(({ id }) => id)).toEqual(ids.reverse());
    expect(requests().filter((line) => line === "POST /chats/1/events")).toHaveLength(4);
    const last = messages.at(-1);
    expect([await last?.textContent, await last?.stars, await last?.edits, await last?.deleted]).toEqual([
      "message 0",
      0,
      0,
      false,
    ]);
    expect(requests()).toEqual([]);
  });

  test("starts and ends at messages, ids or times, and stops at a limit", async () => {
    const clock = new ManualClock();
    const { client, alice } = await stage({ clock });
    const said = [];
    for (let n = 0; n < 10; n++) {
      said.push(alice.in(1).says(`m${n}`));
      await clock.advance(60_000);
    }
    const chat = client();
    const room = chat.getRoom(1);
    const [third, seventh] = [said[3], said[7]];
    if (!third || !seventh) throw new Error("the stage is empty");
    expect(await texts(await collect(room.history({ after: third.id, before: chat.getMessage(seventh.id) })))).toEqual([
      "m6",
      "m5",
      "m4",
    ]);
    expect(await texts(await collect(room.history({ limit: 2 })))).toEqual(["m9", "m8"]);
    expect(await texts(await collect(room.history({ before: seventh.id, limit: 2 })))).toEqual(["m6", "m5"]);
    const times = { after: new Date(third.timeStamp * 1000), before: new Date(seventh.timeStamp * 1000) };
    expect(await texts(await collect(room.history(times)))).toEqual(["m6", "m5", "m4"]);
    expect(await collect(room.history({ limit: 0 }))).toEqual([]);
    for (const options of [{ limit: Number.NaN }, { before: Number.NaN }, { after: new Date("x") }]) {
      expect(await failureOf(collect(room.history(options)))).toMatchObject({ code: "BAD_ARGUMENT" });
    }
  });

  test("includes deleted messages, without their content", async () => {
    const { client, alice } = await stage();
    const said = alice.in(1).says("gone");
    alice.in(1).deletes(said.id);
    const [message] = await collect(client().getRoom(1).history());
    expect([message?.id, await message?.content, await message?.deleted]).toEqual([said.id, null, true]);
  });
});

describe("transcript", () => {
  /** Three days of talk with a day of silence between. */
  async function days(options: Parameters<typeof stage>[0] = {}) {
    const clock = new ManualClock(Date.UTC(2024, 1, 28, 22, 0, 0));
    const set = await stage({ clock, ...options });
    const said: { day: string; text: string; timeStamp: number }[] = [];
    for (const hours of [0, 1, 1.5, 3, 20, 50, 50.01, 51]) {
      await clock.advance(Date.UTC(2024, 1, 28, 22, 0, 0) + hours * 3_600_000 - clock.now());
      const { timeStamp } = set.alice.in(1).says(`after ${hours} h`);
      said.push({ day: new Date(clock.now()).toISOString().slice(0, 10), text: `after ${hours} h`, timeStamp });
    }
    return { ...set, said };
  }

  test("yields a day, oldest first, with times to the second", async () => {
    const { client, said } = await days();
    const messages = await collect(client().getRoom(1).transcript("2024-02-28"));
    const expected = said.filter(({ day }) => day === "2024-02-28");
    expect(expected).toHaveLength(3);
    expect(await texts(messages)).toEqual(expected.map(({ text }) => text));
    expect(await Promise.all(messages.map((message) => message.timeStamp))).toEqual(
      expected.map(({ timeStamp }) => timeStamp),
    );
  });

  test("yields a message that mentions the reader without the highlight", async () => {
    const { client, alice, bot } = await stage();
    bot.in(1).enters();
    const said = alice.in(1).says("hi @Bot, see `@Bot`");
    const chat = client();
    await chat.login();
    const message = chat.getMessage(said.id);
    expect(await message.pinned).toBe(false);
    expect(message.peek.content).toBe(said.content);
  });

  test("yields a range of days, and skips days without messages", async () => {
    const { client, said } = await days();
    const room = client().getRoom(1);
    expect(await texts(await collect(room.transcript({ from: "2024-02-28", to: "2024-03-05" })))).toEqual(
      said.map(({ text }) => text),
    );
    expect(await texts(await collect(room.transcript({ from: "2024-02-29" })))).toEqual(
      said.slice(3).map(({ text }) => text),
    );
    expect(
      await texts(await collect(room.transcript({ from: "2020-01-01", to: new Date(Date.UTC(2024, 1, 28, 5)) }))),
    ).toEqual(said.slice(0, 3).map(({ text }) => text));
    expect(await collect(room.transcript("2030-01-01"))).toEqual([]);
    expect(await collect(room.transcript("2020-01-01"))).toEqual([]);
  });

  test("follows the hour pages of a busy day, with deletions, stars and replies", async () => {
    const { client, alice, bot, said } = await days({ transcriptPageSize: 2 });
    const room = client().getRoom(1);
    const first = alice.in(1).says("to be starred");
    bot.in(1).stars(first.id);
    const answer = bot.in(1).says("an answer", { replyTo: first });
    const gone = alice.in(1).says("to be deleted");
    alice.in(1).deletes(gone.id);
    const day = said.at(-1)?.day ?? "";
    const messages = await collect(room.transcript(day));
    expect(await texts(messages)).toEqual([
      ...said.filter((entry) => entry.day === day).map(({ text }) => text),
      "to be starred",
      "an answer",
      "",
    ]);
    const [starred, reply, deleted] = messages.slice(-3);
    expect([await starred?.stars, (await reply?.parent)?.id, await deleted?.deleted]).toEqual([1, first.id, true]);
    expect(reply?.id).toBe(answer.id);
  });

  test("reads the JSON lists when the transcript is forbidden", async () => {
    const { server, client, said } = await days();
    server.site.faults.fail("/transcript", { status: 403, times: 99 });
    expect(
      await texts(await collect(client().getRoom(1).transcript({ from: "2024-02-28", to: "2024-02-29" }))),
    ).toEqual(said.slice(0, 5).map(({ text }) => text));
  });

  test("is complete for a long range when the transcript is forbidden and the cache keeps only a part", {
    timeout: 30_000,
  }, async () => {
    const clock = new ManualClock(Date.UTC(2024, 1, 28, 22));
    const { server, client, alice, requests } = await stage({ clock });
    server.site.faults.fail("/transcript", { status: 403, times: 99 });
    const ids: number[] = [];
    const say = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) ids.push(alice.in(1).says(`message ${n}`).id);
      await clock.advance(3_600_000);
    };
    for (let hour = 0; hour < 24; hour++) await say(500);
    const room = client().getRoom(1);
    const found: number[] = [];
    for await (const { id } of room.transcript({ from: "2024-02-28", to: "2024-02-29" })) {
      if (found.length === 0) alice.in(1).says("said meanwhile");
      found.push(id);
    }
    expect(found).toEqual(ids);
    // 24 lists and the empty one behind them; of these 20 were kept, and 4 read again.
    expect(requests().filter((line) => line === "POST /chats/1/events")).toHaveLength(24 + 1 + 4);
  });

  test.each([
    undefined,
    null,
    "yesterday",
    "2024-13-45",
    "",
    5,
    new Date("x"),
    { from: "2024-02-02", to: "2024-02-01" },
  ])("of %j is refused", async (day) => {
    const { client, requests } = await stage();
    expect(
      await failureOf(
        collect(
          client()
            .getRoom(1)
            .transcript(day as string),
        ),
      ),
    ).toMatchObject({ code: "BAD_ARGUMENT" });
    expect(requests()).toEqual([]);
  });
});

describe("starred", () => {
  test("lists pins first, then stars, with their counts", async () => {
    const { server, client, alice, bot } = await stage();
    server.site.addRoom({ id: 7, name: "Starry", owners: [alice] });
    const [one, two, three] = ["one", "two", "three"].map((text) => alice.in(7).says(text));
    if (!one || !two || !three) throw new Error("the stage is empty");
    bot.in(7).stars(two.id);
    bot.in(7).stars(three.id);
    alice.in(7).pins(one.id);
    const messages = await client().getRoom(7).starred();
    expect(messages[0]?.id).toBe(one.id);
    expect(messages.map(({ id }) => id).sort()).toEqual([one.id, two.id, three.id].sort());
    expect(await messages[0]?.pinned).toBe(true);
    expect(await client().getMessage(two.id).stars).toBe(1);
  });
});
