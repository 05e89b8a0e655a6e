/** Input of a stream: invalid frames, events out of order, holes. The clock is advanced by hand. */
import { MessageEdited, StreamGap, UnknownEvent } from "chatexchange-ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Ear, frame, listening, post, unheard } from "./stream-ear.js";
import { quiet, until } from "./support.js";

describe("invalid frames", () => {
  test("change neither the state nor the cursor, and cause almost no requests", async () => {
    const ear = await listening();
    ear.says("before");
    await ear.hears("before");
    const { cursors } = ear.chat;
    ear.requests();
    const nonsense: unknown[] = [[], "r1", 5, true, null, { r1: 5 }, { r1: null }, { r1: [] }, { r1: { e: "no" } }];
    nonsense.push({ r1: { e: {}, t: "12", d: {} } }, { r1: { e: [[], null, 7, "x", { event_type: "1" }] } });
    nonsense.push({ r1: { t: Number.MAX_VALUE.toString(), d: -1, exit: "yes", reset: 1, timeout: [] } });
    nonsense.push({ x1: { e: [post(undefined, 1, "of no room")] } }, { r: {} }, { r1x: {} }, { r99: { exit: true } });
    nonsense.push({ __proto__: null, r1: {}, constructor: { e: [] } });
    for (const value of nonsense) ear.server.site.faults.sendRaw(JSON.stringify(value));
    for (const text of ["", "{", '{"r1":{"e":[', "\u0000", "hello", "NaN", `${"[".repeat(5_000)}`, '{"r1":{}}}'])
      ear.server.site.faults.sendRaw(text);
    ear.says("after");
    await ear.hears("before", "after");
    expect(ear.states).toEqual(["connecting", "live"]);
    // Damaged events are read again over HTTP; there is no other request.
    const asked = ear.requests();
    expect(asked.filter((line) => line !== "POST /events")).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(Number(ear.chat.cursors[1])).toBe(Number(cursors[1]) + 1);
    expect(ear.reported).toEqual([]);
  });

  test("about a known message do not damage its cached values", async () => {
    const ear = await listening();
    const said = ear.alice.in(1).says("what is known");
    await ear.hears("what is known");
    const message = ear.chat.getMessage(said.id);
    expect(await message.textContent).toBe("what is known");
    const wrong = { content: 7, user_id: {}, message_stars: "many", message_edits: [], time_stamp: "now" };
    for (const event_type of [2, 6, 8, 18, 19, 20])
      ear.server.site.faults.sendRaw(frame([{ ...post(undefined, said.id, ""), event_type, ...wrong }]));
    ear.says("and on");
    await ear.hears("what is known", "and on");
    expect(typeof (await message.content)).toBe("string");
    expect(typeof (await message.stars)).toBe("number");
    expect(ear.events.filter((event) => event instanceof UnknownEvent)).toEqual([]);
  });

  test("close the socket, not the stream, when they exceed the size limit", async () => {
    const ear = await listening();
    ear.says("before");
    await ear.hears("before");
    ear.server.site.faults.sendRaw(frame([post(undefined, 1, "x".repeat(5_000_000))]));
    await until(ear.clock, () => ear.chat.state === "resuming");
    ear.says("meanwhile");
    await ear.hears("before", "meanwhile");
    await until(ear.clock, () => ear.chat.state === "live");
    ear.says("after");
    await ear.hears("before", "meanwhile", "after");
  });

  test("with very many events are delivered completely and in order", async () => {
    const ear = await listening();
    const texts = Array.from({ length: 10_000 }, (_, n) => `${n}`);
    const { site } = ear.server;
    const start = site.newestEventId;
    const events = texts.map((text, n) => post(start + 1 + n, 1_000_000 + n, text));
    site.faults.sendRaw(frame(events.toReversed(), start + texts.length, texts.length));
    await ear.hears(...texts);
  });
});

describe("events out of order", () => {
  test("within a frame are reordered without a request", async () => {
    const ear = await listening();
    const { events, from, to } = unheard(ear, "one", "two", "three");
    ear.requests();
    const [one, two, three] = events;
    ear.server.site.faults.sendRaw(JSON.stringify({ r1: { e: [three, one, two, one], t: to, d: to - from } }));
    await ear.hears("one", "two", "three");
    expect(ear.requests()).toEqual([]);
  });

  test("across frames are reordered and delivered once, with one request", async () => {
    const ear = await listening();
    const { events, to } = unheard(ear, "one", "two", "three");
    ear.requests();
    for (const [n, event] of events.toReversed().entries()) ear.server.site.faults.sendRaw(frame([event], to - n, 1));
    await ear.hears("one", "two", "three");
    expect(ear.requests()).toEqual(["POST /events"]);
    ear.server.site.faults.silenceSockets(false);
    ear.says("four");
    await ear.hears("one", "two", "three", "four");
  });

  test("are not delivered again when they arrive late and are known", async () => {
    const ear = await listening();
    const { site } = ear.server;
    const seen: string[] = [];
    for (const text of ["one", "two", "three"]) {
      const { id } = ear.alice.in(1).says(text);
      seen.push(frame([post(site.newestEventId, id, text)], site.newestEventId, 1));
    }
    await ear.hears("one", "two", "three");
    const { cursors } = ear.chat;
    ear.requests();
    for (const text of [...seen, ...seen.toReversed()]) site.faults.sendRaw(text);
    ear.says("four");
    await ear.hears("one", "two", "three", "four");
    expect(Number(ear.chat.cursors[1])).toBe(Number(cursors[1]) + 1);
    expect(ear.requests()).toEqual([]);
  });

  test("because of a delay in the server are reordered", async () => {
    const ear = await listening();
    const texts = Array.from({ length: 12 }, (_, n) => `${n}`);
    for (const text of texts) {
      if (Number(text) % 3 === 0) ear.server.site.faults.delayFrames(1);
      ear.says(text);
    }
    await ear.hears(...texts);
  });

  test("and without ids are delivered once on arrival, and move no cursor", async () => {
    const ear = await listening();
    ear.says("before");
    await ear.hears("before");
    const { cursors } = ear.chat;
    const { site } = ear.server;
    site.faults.sendRaw(frame([post(undefined, 41, "nameless one"), post(undefined, 42, "nameless two")]));
    await ear.hears("before", "nameless one", "nameless two");
    expect(ear.events.at(-1)?.id).toBeNull();
    expect(ear.chat.cursors).toEqual(cursors);
    ear.says("after");
    await ear.hears("before", "nameless one", "nameless two", "after");
  });

  test("with very old ids are not delivered, and later events are", async () => {
    const ear = await listening();
    ear.says("before");
    await ear.hears("before");
    const { site } = ear.server;
    for (const back of [1, 10, 100, 1_000_000]) {
      const id = site.newestEventId - back;
      site.faults.sendRaw(frame([post(id, 50 + back, `back ${back}`)], id, 1));
    }
    ear.says("after");
    await ear.hears("before", "after");
  });

  /** Posts a message every 15 s and advances the clock until a condition holds or this much time has passed. */
  async function talking(ear: Ear, condition: () => boolean, mostMs: number): Promise<string[]> {
    const said: string[] = [];
    const start = ear.clock.now();
    for (let n = 0; !condition() && ear.clock.now() - start < mostMs; n++) {
      said.push(`talk ${n}`);
      ear.says(`talk ${n}`);
      const end = ear.clock.now() + 15_000;
      await until(ear.clock, () => ear.clock.now() >= end || condition());
    }
    return said;
  }

  test("a hole that the first recovery does not fill is recovered again", async () => {
    // The list over HTTP may lag behind the socket: its first answer does not know of the events yet.
    const ear = await listening();
    const { faults } = ear.server.site;
    faults.loseFrames(1);
    faults.fail("/events", { status: 200, body: "{}" });
    ear.says("lost", "seen");
    const more = await talking(ear, () => ear.texts.includes("seen"), 300_000);
    await ear.hears("lost", "seen", ...more);
    expect(more.length).toBeLessThanOrEqual(4);
  });

  test("an empty response does not prove that nothing happened, however often it is repeated", async () => {
    const ear = await listening();
    const { faults } = ear.server.site;
    faults.loseFrames(1);
    faults.fail("/events", { status: 200, body: "{}", times: 12 });
    ear.says("lost", "seen");
    await until(ear.clock, () => ear.texts.length >= 2, 60_000);
    expect(ear.texts).toEqual(["lost", "seen"]);
    expect(ear.events.filter((event) => event instanceof StreamGap)).toEqual([]);
  });

  test("frames with 3,000 events that arrive during a recovery are all delivered, without a gap", async () => {
    const ear = await listening();
    const { faults } = ear.server.site;
    faults.fail("/events", { status: 503, times: 2 });
    faults.loseFrames(1);
    ear.says("lost", "seen");
    await quiet();
    faults.silenceSockets();
    const texts = Array.from({ length: 6_000 }, (_, n) => `${n}`);
    const { site } = ear.server;
    for (const half of [texts.slice(0, 3_000), texts.slice(3_000)]) {
      const from = site.newestEventId;
      const events = half.map((text) => post(0, ear.alice.in(1).says(text).id, text));
      for (const [n, event] of events.entries()) event.id = from + 1 + n;
      faults.sendRaw(frame(events, site.newestEventId, site.newestEventId - from));
    }
    await until(ear.clock, () => ear.texts.length >= 6_002, 60_000);
    expect(ear.texts).toEqual(["lost", "seen", ...texts]);
    expect(ear.events.filter((event) => event instanceof StreamGap)).toEqual([]);
  });

  test("a hole that cannot be filled does not stop delivery in a busy room", async () => {
    const ear = await listening();
    const { site } = ear.server;
    ear.requests();
    site.faults.sendRaw(frame([], site.newestEventId + 5, 1));
    const said = await talking(ear, () => ear.texts.length >= 6, 300_000);
    await ear.hears(...said);
    expect(said.length).toBeLessThanOrEqual(10);
    expect(ear.requests().length).toBeLessThan(20);
  });

  test("an absurd counter is not trusted forever", async () => {
    const ear = await listening();
    ear.server.site.faults.sendRaw(frame([], 9_000_000_000_000_000, 9_000_000_000_000_000));
    const said = await talking(ear, () => ear.texts.length > 0, 300_000);
    await ear.hears(...said);
    expect(said.length).toBeLessThanOrEqual(12);
  });
});

test("edits and deletions of earlier messages are delivered in the server's order", async () => {
  const ear = await listening();
  const kinds: string[] = [];
  const watch = ear.chat.getRoom(1).watch((event) => void kinds.push(`${event.constructor.name} ${event.content}`));
  await watch.ready;
  onTestFinished(() => watch.close());
  const said = ear.alice.in(1).says("frist");
  ear.server.site.faults.loseFrames(1);
  ear.alice.in(1).edits(said.id, "fisrt");
  ear.alice.in(1).edits(said.id, "first");
  ear.alice.in(1).deletes(said.id);
  await until(ear.clock, () => kinds.some((kind) => kind.startsWith("MessageDeleted")));
  expect(kinds.filter((kind) => kind.startsWith("Message"))).toEqual([
    "MessagePosted frist",
    "MessageEdited fisrt",
    "MessageEdited first",
    "MessageDeleted null",
  ]);
  expect(ear.events.find((event) => event instanceof MessageEdited)?.receivedAt).toBe(ear.clock.now());
});
