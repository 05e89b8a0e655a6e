/** Acceptance scenarios of real bots: edited commands, and queues. */
import { type ClientOptions, type Message, MessageEdited, MessagePosted, StreamGap } from "chatexchange-ts";
import { requiredPauseMs } from "chatexchange-ts/server";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { type Stage, stage, turning, until } from "./support.js";

describe("6: a command that is edited", () => {
  /** A bot that adds, in room 1; it answers each command once, and an edited one by editing its answer. */
  async function calculator(set: Stage, options: ClientOptions = {}) {
    const clock = new ManualClock();
    const chat = set.client({ clock, random: () => 0.5, ...options });
    const me = await chat.getMe();
    const answers = new Map<number, Message>();
    const runs: string[] = [];
    let gaps = 0;
    const events = chat.getRoom(1).newEvents(MessagePosted, MessageEdited, StreamGap);
    await events.ready;
    const obey = async (id: number, message: Message, text: string): Promise<void> => {
      const command = /^!!\/add (\d+) (\d+)$/.exec(text);
      if (!command) return;
      runs.push(text);
      const sum = `${Number(command[1]) + Number(command[2])}`;
      const earlier = answers.get(id);
      if (earlier) await earlier.edit(sum);
      else answers.set(id, await message.reply(sum));
    };
    void (async () => {
      for await (const event of events) {
        if (event instanceof StreamGap) gaps += 1;
        else if (event.user !== me) await obey(event.messageId, event.message, event.textContent ?? "");
      }
    })();
    const mine = () =>
      set.server.site
        .room(1)
        .messages.filter(({ userId }) => userId === me.id)
        .map(({ source, edits }) => [source.replace(/^:\d+ /, ""), edits]);
    const settled = (count: number): Promise<void> =>
      until(clock, () => runs.length >= count && chat.outbox.pending.length === 0 && chat.state === "live");
    return { ...set, clock, chat, runs, mine, settled, gaps: () => gaps };
  }

  test("is answered by editing the answer; one that failed is executed now", async () => {
    const { alice, mine, settled, runs } = await calculator(await stage());
    const good = alice.in(1).says("!!/add 1 2");
    const bad = alice.in(1).says("!!/addd 20 1");
    await settled(1);
    expect(mine()).toEqual([["3", 0]]);
    alice.in(1).edits(good.id, "!!/add 1 3");
    alice.in(1).edits(bad.id, "!!/add 20 1");
    alice.in(1).edits(bad.id, "!!/add 20 2");
    await settled(4);
    expect(mine()).toEqual([
      ["4", 1],
      ["22", 1],
    ]);
    expect(runs).toEqual(["!!/add 1 2", "!!/add 1 3", "!!/add 20 1", "!!/add 20 2"]);
  });

  test("is answered once during a reconnect, although frames arrive twice, late or not at all", async () => {
    const { alice, server, mine, settled, runs, chat, clock } = await calculator(await stage());
    const { faults } = server.site;
    const known = alice.in(1).says("!!/add 1 1");
    await settled(1);
    faults.dropSockets();
    const fresh = alice.in(1).says("!!/add 5 5");
    alice.in(1).edits(known.id, "!!/add 1 2");
    alice.in(1).edits(fresh.id, "!!/add 5 6");
    await settled(4);
    expect(mine()).toEqual([
      ["3", 1],
      ["11", 1],
    ]);
    faults.duplicateFrames(2);
    alice.in(1).edits(known.id, "!!/add 1 3");
    alice.in(1).edits(fresh.id, "!!/add 5 7");
    await settled(6);
    faults.loseFrames(1);
    alice.in(1).edits(known.id, "!!/add 1 4");
    alice.in(1).edits(fresh.id, "!!/add 5 8");
    await settled(8);
    faults.delayFrames(1);
    alice.in(1).edits(known.id, "!!/add 1 5");
    alice.in(1).edits(fresh.id, "!!/add 5 9");
    await settled(10);
    for (let again = 0; again < 2; again++) {
      faults.dropSockets();
      await until(clock, () => chat.state !== "live");
      await settled(10);
    }
    expect(runs.slice(4)).toEqual([3, 4, 5].flatMap((n) => [`!!/add 1 ${n}`, `!!/add 5 ${n + 4}`]));
    expect(mine()).toEqual([
      ["6", 4],
      ["14", 4],
    ]);
  });

  test("is executed once, as last edited, after a gap that cannot be recovered", async () => {
    const { alice, server, mine, settled, runs, gaps } = await calculator(
      await stage({ maxEvents: 20, backlogLimit: 5 }),
    );
    const { faults } = server.site;
    const known = alice.in(1).says("!!/add 1 1");
    await settled(1);
    faults.silenceSockets();
    faults.dropSockets();
    alice.in(1).edits(known.id, "!!/add 1 2");
    alice.in(1).edits(known.id, "!!/add 1 3");
    const fresh = alice.in(1).says("!!/ad 7 7");
    alice.in(1).edits(fresh.id, "!!/add 7 7");
    for (let n = 0; n < 60; n++) alice.in(1).says(`chatter ${n}`);
    faults.silenceSockets(false);
    await settled(3);
    expect(gaps()).toBe(1);
    expect(runs).toEqual(["!!/add 1 1", "!!/add 1 3", "!!/add 7 7"]);
    expect(mine()).toEqual([
      ["4", 1],
      ["14", 0],
    ]);
  });
});

describe("7: forty reports in a minute, and answers to commands", () => {
  test("answers jump the queue, no message is lost or out of order, and every id is final", async () => {
    const clock = new ManualClock();
    const { server, client, alice } = await stage({ clock, throttle: true });
    for (const id of [2, 3]) server.site.addRoom({ id, name: `Room ${id}` });
    const chat = client({ clock });
    const me = await chat.getMe();
    const start = clock.now();
    const [reports, answers]: [Promise<Message>[], Promise<Message>[]] = [[], []];
    const order: string[] = [];
    const done = (name: string) => (message: Message) => {
      order.push(name);
      return message;
    };
    const watch = chat.getRoom(2).watch((event) => {
      if (event instanceof MessagePosted && event.user !== me)
        answers.push(event.message.reply(`answer to ${event.textContent}`).then(done(`${event.textContent}`)));
    });
    await watch.ready;
    const report = (n: number): void => {
      const room = chat.getRoom(n % 4 === 3 ? 3 : 1);
      reports.push(room.sendMessage(`report ${n}`).then(done(`report ${n}`)));
    };
    const asked: number[] = [];
    const ask = (n: number): void => {
      asked.push(Math.floor(clock.now() / 1_000));
      alice.in(2).says(`question ${n}`);
    };
    for (let n = 0; n < 40; n++) clock.setTimeout(() => report(n), n * 1_500);
    for (let n = 0; n < 4; n++) clock.setTimeout(() => ask(n), 5_000 + n * 30_000);
    await until(clock, () => reports.length === 40 && answers.length === 4);
    const urgent = chat.getRoom(1).sendMessage("shutting down soon", { priority: "high" });
    const waiting = chat.outbox.pending.length;
    expect(waiting).toBeGreaterThan(20);
    await turning(clock, urgent);
    expect(chat.outbox.pending.length).toBeGreaterThanOrEqual(waiting - 3);
    const ids = (await turning(clock, Promise.all(reports))).map(({ id }) => id);
    const took = clock.now() - start;
    await Promise.all(answers);

    const said = [1, 3].flatMap((room) => server.site.room(room).messages);
    expect(said.filter(({ source }) => source.startsWith("report")).map(({ source }) => source)).toEqual(
      [1, 3].flatMap((room) =>
        Array.from({ length: 40 }, (_, n) => n)
          .filter((n) => (n % 4 === 3 ? 3 : 1) === room)
          .map((n) => `report ${n}`),
      ),
    );
    for (const [n, id] of ids.entries())
      expect(said.find((message) => message.id === id)).toMatchObject({ source: `report ${n}`, userId: me.id });
    const talk = server.site.room(2).messages;
    for (const [n, answer] of (await Promise.all(answers)).entries()) {
      const there = talk.find(({ id }) => id === answer.id);
      expect(there?.source).toMatch(new RegExp(`answer to question ${n}$`));
      // An answer waits at most for the server's throttle and for the request under way.
      expect((there?.timeStamp ?? 0) - (asked[n] ?? 0)).toBeLessThanOrEqual(40);
    }
    expect(order.filter((name) => name.startsWith("question"))).toEqual([0, 1, 2, 3].map((n) => `question ${n}`));
    const earliest = Array.from({ length: 45 }, (_, n) => (n === 0 ? 0 : requiredPauseMs(n + 1))).reduce(
      (a, b) => a + b,
    );
    expect(took / earliest).toBeLessThanOrEqual(1.1);
    expect(chat.outbox.pending).toEqual([]);
  });

  test("an answer waits for earlier messages to its room", async () => {
    const clock = new ManualClock();
    const { server, client, alice } = await stage({ clock, throttle: true });
    const chat = client({ clock });
    const question = alice.in(1).says("and?");
    const sends = [0, 1, 2, 3].map((n) => chat.getRoom(1).sendMessage(`report ${n}`));
    sends.push(chat.getRoom(1).sendMessage("well", { replyTo: question.id }));
    await turning(clock, Promise.all(sends));
    expect(server.site.room(1).messages.map(({ source }) => source.replace(/^:\d+ /, ""))).toEqual([
      "and?",
      "report 0",
      "report 1",
      "report 2",
      "report 3",
      "well",
    ]);
  });
});
