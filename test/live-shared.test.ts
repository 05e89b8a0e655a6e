/** One socket for all rooms of an account. The clock is advanced by hand. */
import { type Client, type ClientOptions, MessagePosted, StreamGap, UserMentioned } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { meanwhile, type Stage, stage, until } from "./support.js";

const ids = [1, 11, 12, 13, 14];

interface Ears extends Stage {
  readonly clock: ManualClock;
  readonly chat: Client;
  /** The events of each room as delivered, with gaps. */
  readonly heard: ReadonlyMap<number, string[]>;
  says(roomId: number, ...texts: string[]): void;
}

async function ears(options: ClientOptions = {}): Promise<Ears> {
  const clock = new ManualClock(Date.now());
  const set = await stage({ clock });
  for (const id of ids.slice(1)) set.server.site.addRoom({ id, name: `Room ${id}`, owners: [set.alice] });
  const chat = set.client({ clock, random: () => 0.5, onError: () => {}, stream: { sockets: "shared" }, ...options });
  const heard = new Map<number, string[]>(ids.map((id) => [id, []]));
  for (const id of ids) {
    chat.getRoom(id).watch((event) => {
      if (event instanceof MessagePosted) heard.get(id)?.push(event.textContent ?? "");
      if (event instanceof StreamGap) heard.get(id)?.push("gap");
    });
  }
  await until(clock, () => chat.state === "live", 100);
  return {
    ...set,
    clock,
    chat,
    heard,
    says(roomId, ...texts) {
      for (const text of texts) set.alice.in(roomId).says(text);
    },
  };
}

const pass = async ({ clock }: Ears, ms: number): Promise<void> => {
  const end = clock.now() + ms;
  await until(clock, () => clock.now() >= end, 5_000);
};

describe("a shared socket", () => {
  test("brings the events of all rooms in order, without a request for each", async () => {
    const set = await ears();
    expect(set.server.site.openSockets).toBe(1);
    for (const id of ids) set.says(id, "first");
    await meanwhile(() => ids.every((id) => set.heard.get(id)?.length === 1));
    set.requests();
    const expected = new Map<number, string[]>(ids.map((id) => [id, ["first"]]));
    for (let round = 0; round < 20; round++) {
      for (const id of ids) {
        expected.get(id)?.push(`round ${round}`);
        set.says(id, `round ${round}`);
      }
    }
    await meanwhile(() => ids.every((id) => set.heard.get(id)?.length === 21));
    expect(set.heard).toEqual(expected);
    expect(set.requests()).toEqual([]);
  });

  test("is opened again after it drops, and one poll brings the missed events of all rooms", async () => {
    const set = await ears();
    await pass(set, 1_000);
    set.requests();
    set.server.site.faults.dropSockets();
    await until(set.clock, () => set.chat.state === "resuming", 100);
    for (const id of ids) set.says(id, "missed");
    await until(set.clock, () => set.chat.state === "live" && ids.every((id) => set.heard.get(id)?.length === 1), 50);
    for (const id of ids) expect(set.heard.get(id)).toEqual(["missed"]);
    expect(set.server.site.openSockets).toBe(1);
    expect(set.requests().filter((line) => line === "POST /events").length).toBe(1);
  });

  test("loses and repeats no event when frames are lost, doubled and late", async () => {
    const set = await ears();
    const { faults } = set.server.site;
    const expected = new Map<number, string[]>(ids.map((id) => [id, []]));
    for (let round = 0; round < 30; round++) {
      if (round % 5 === 0) faults.loseFrames(2);
      if (round % 5 === 2) faults.delayFrames(1);
      if (round % 5 === 3) faults.duplicateFrames(2);
      if (round % 5 === 4) faults.garbleFrames(1);
      for (const id of ids) {
        expected.get(id)?.push(`${round}`);
        set.says(id, `${round}`);
      }
      await pass(set, 2_000);
    }
    await until(set.clock, () => ids.every((id) => (set.heard.get(id)?.length ?? 0) >= 30), 5_000);
    expect(set.heard).toEqual(expected);
  });

  test("of an idle account costs one poll of all rooms in a minute, and stays one", async () => {
    const set = await ears();
    await pass(set, 10_000);
    set.server.clearRequests();
    await pass(set, 600_000);
    const polls = set.server.requests.filter(({ path }) => path === "/events");
    expect(polls.length).toBeGreaterThanOrEqual(4);
    expect(polls.length).toBeLessThanOrEqual(10);
    const keys = ids.map((id) => `r${id}`).toSorted();
    for (const { form } of polls) expect(Object.keys(form).toSorted()).toEqual(keys);
    expect(set.server.site.openSockets).toBe(1);
  });

  test("fetches the events of a room between the account's leaving and its arrival", async () => {
    const set = await ears();
    set.says(12, "before");
    await meanwhile(() => set.heard.get(12)?.length === 1);
    for (const text of ["unseen", "unseen again"]) {
      // The socket does not carry a message that is sent while the account is out, whatever the next frame claims to cover.
      set.bot.in(12).leaves();
      set.says(12, text);
      set.bot.in(12).enters();
      set.says(12, `after ${text}`);
      await meanwhile(() => set.heard.get(12)?.includes(`after ${text}`) === true);
    }
    expect(set.heard.get(12)).toEqual(["before", "unseen", "after unseen", "unseen again", "after unseen again"]);
  });

  test("loses no event of a room that it does not carry; that room finally gets its own socket", async () => {
    const set = await ears();
    const said: string[] = [];
    for (let round = 0; round < 12; round++) {
      // The account leaves the room unnoticed, so that the socket does not carry it.
      set.bot.in(12).leaves();
      said.push(`${round}`);
      set.says(12, `${round}`);
      await pass(set, 30_000);
    }
    await until(set.clock, () => (set.heard.get(12)?.length ?? 0) >= said.length, 5_000);
    expect(set.heard.get(12)).toEqual(said);
    expect(set.server.site.openSockets).toBe(2);
  });

  test("continues for the others when its own room has no listener anymore", async () => {
    const set = await ears();
    await set.chat.getRoom(1).leave();
    for (const id of ids.slice(1)) set.says(id, "still here");
    await until(set.clock, () => ids.slice(1).every((id) => set.heard.get(id)?.length === 1), 500);
    set.says(1, "unheard");
    await pass(set, 1_000);
    expect(set.heard.get(1)).toEqual([]);
  });

  test("ends for a room that the account is kicked out of, and for no other", async () => {
    const set = await ears();
    set.alice.in(11).kicks(set.bot);
    await until(set.clock, () => !set.chat.getRoom(11).isInRoom, 500);
    set.says(11, "without the bot");
    set.says(12, "with the bot");
    await until(set.clock, () => set.heard.get(12)?.length === 1, 500);
    expect(set.heard.get(11)).toEqual([]);
    expect(set.chat.state).toBe("live");
  });

  test("is left by all rooms together when it goes silent", async () => {
    const set = await ears();
    set.server.site.faults.silenceSockets();
    for (const id of ids) set.says(id, "into the silence");
    await until(set.clock, () => set.chat.state === "stale" || set.chat.state === "resuming", 5_000);
    set.server.site.faults.silenceSockets(false);
    await until(
      set.clock,
      () => set.chat.state === "live" && ids.every((id) => set.heard.get(id)?.length === 1),
      1_000,
    );
    expect(set.server.site.openSockets).toBe(1);
  });

  test("delivers a mention once", async () => {
    const set = await ears();
    const mentions: (number | undefined)[] = [];
    set.chat.watch((event) => {
      if (event instanceof UserMentioned) mentions.push(event.room?.id);
    });
    set.says(12, "hello @Bot");
    await meanwhile(() => set.heard.get(12)?.length === 1);
    await pass(set, 1_000);
    expect(mentions).toEqual([12]);
  });

  test("is not opened by anonymous clients: each room has its own", async () => {
    const set = await stage();
    set.server.site.addRoom({ id: 2, name: "Other" });
    const chat = set.anonymous({ stream: { sockets: "shared" } });
    await Promise.all([1, 2].map((id) => chat.getRoom(id).watch(() => {}).ready));
    expect(set.server.site.openSockets).toBe(2);
  });

  test("is refused when the option is misspelled", async () => {
    const set = await stage();
    expect(() => set.client({ stream: { sockets: "one" as "room" } })).toThrow(/stream.sockets/);
  });
});
