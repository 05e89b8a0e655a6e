/** Drift: a client reports changes of a site in a list, as a count, on a channel, and in the log. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Client } from "chatexchange-ts";
import { EventType } from "chatexchange-ts/protocol";
import { expect, onTestFinished, test } from "vitest";
import { failureOf, meanwhile, next, type Stage, stage } from "./support.js";

/** The drift of a client as lines. */
function linesOf(chat: Client): string[] {
  return chat.drift.map(({ where, what, detail }) => `${where}: ${what}: ${detail}`);
}

/** The body of a page for an anonymous visitor. */
async function bodyOf({ server }: Stage, path: string): Promise<string> {
  return (await fetch(server.url + path)).text();
}

/** A frame of room 1 with these events, newer than the newest of the site, and more keys. */
function send({ server }: Stage, events: readonly object[], more: object): void {
  const last = server.site.newestEventId;
  const e = events.map((event, n) => ({ time_stamp: 1_700_000_000, id: last + 1 + n, room_id: 1, ...event }));
  server.site.faults.sendRaw(JSON.stringify({ r1: { e, t: last + e.length, d: e.length, ...more } }));
}

test("a day of reads and actions with the local server has no drift", async () => {
  const set = await stage();
  const { alice, bot, server } = set;
  const chat = set.client();
  const room = chat.getRoom(1);
  const other = server.site.addRoom({ name: "Elsewhere", access: "gallery", owners: [bot] });
  const events = room.newEvents();
  await room.join();
  alice.in(1).says("@Bot hello");
  await next(events);
  const message = await room.sendMessage("hello, world");
  await message.edit("hello, **world**");
  const said = chat.getMessage(alice.in(1).says("star me").id);
  await said.star();
  await said.star(false);
  await room.sendMessage("a reply");
  await (await room.sendMessage("to be deleted")).delete();
  await chat.getRoom(other.id).setAccess(alice.id, "read-write");
  await Promise.all((await room.starred()).map((starred) => starred.content));
  for await (const old of room.history()) await old.content;
  for await (const old of room.transcript("2026-01-01")) await old.content;
  await room.accessList();
  await room.present;
  for await (const found of chat.searchMessages("hello")) await found.content;
  for await (const listed of chat.rooms()) await listed.description;
  for await (const person of chat.searchUsers("Ali")) await person.about;
  for (const person of await room.pingableUsers()) await person.reputation;
  await Promise.all([room.messageCount, room.owners, room.tags, message.history(), chat.getUser(alice.id).lastSeen]);
  for (const nobody of [set.anonymous(), chat]) {
    await nobody.getRoom(other.id).refresh();
    await nobody.getRoom(other.id).owners;
  }
  expect(linesOf(chat)).toEqual([]);
  expect(chat.counts["protocol:drift"]).toBe(0);
});

test("a part that a page lacks is listed, counted, published and logged once, and the read succeeds", async () => {
  const set = await stage();
  const page = (await bodyOf(set, "/rooms/info/1")).replaceAll("last message", "latest");
  set.server.site.faults.fail("/rooms/info/1", { status: 200, body: page, times: 2 });
  const published: unknown[] = [];
  const listen = (message: unknown): void => void published.push(message);
  subscribe("chatexchange:protocol:drift", listen);
  onTestFinished(() => void unsubscribe("chatexchange:protocol:drift", listen));
  const lines: string[] = [];
  const chat = set.anonymous({ logger: { ...console, warn: (line) => void lines.push(line), debug() {} } });
  expect(await chat.getRoom(1).messageCount).toBe(0);
  await chat.getRoom(1).refresh();
  await chat.getRoom(1).messageCount;
  const drift = { where: "room info page", what: "missing", detail: ".room-stats last message" };
  expect(chat.drift).toEqual([{ ...drift, count: 2 }]);
  expect(chat.counts["protocol:drift"]).toBe(2);
  expect(published).toEqual(Array(2).fill({ host: set.server.site.host, ...drift }));
  expect(lines).toEqual([expect.stringContaining("drift: room info page: missing: .room-stats last message")]);
});

test("an unexpected page is a drift that names the missing part, without the page's content", async () => {
  const set = await stage();
  const body = "<html><body><p>private words</p></body></html>";
  set.server.site.faults.fail("/rooms/info/1", { status: 200, body, times: 9 });
  const chat = set.anonymous();
  expect(await failureOf(chat.getRoom(1).messageCount)).toMatchObject({ code: "NOT_UNDERSTOOD" });
  expect(linesOf(chat)).toEqual(["room info page: missing: .roomcard-xxl"]);
});

test("unknown types, keys and levels of live events are drift", async () => {
  const set = await stage();
  const chat = set.client();
  await chat.getRoom(1).watch(() => {}).ready;
  const events = [
    { event_type: 36, content: "secret words" },
    { event_type: EventType.MessagePosted, message_id: 77, user_id: 5, mood: "secret words", "my words": 1 },
    { event_type: EventType.AccessLevelChanged, user_id: 5, content: "Access now supreme" },
    { event_type: EventType.AccessLevelChanged, user_id: 5, content: "secret words" },
  ];
  send(set, events, { aura: "secret words" });
  await meanwhile(() => chat.drift.length >= 6);
  expect(linesOf(chat).sort()).toEqual([
    "event 15: unknown access level: supreme",
    "event 15: unknown form: content",
    "event 1: unknown key: (no identifier)",
    "event 1: unknown key: mood",
    "frame: unknown event type: 36",
    "frame: unknown key: aura",
  ]);
});

test("an invalid frame is a drift", async () => {
  const set = await stage();
  const chat = set.client();
  await chat.getRoom(1).watch(() => {}).ready;
  set.server.site.faults.sendRaw("no frame");
  set.server.site.faults.sendRaw('{"r1":[]}');
  await meanwhile(() => chat.drift.length >= 2);
  expect(linesOf(chat)).toEqual(["frame: unknown form: whole", "frame: unknown form: part"]);
});

test("unknown and missing keys of JSON responses are drift", async () => {
  const set = await stage();
  const body = JSON.stringify({ id: 1, name: "Sandbox", description: "", tags: "", usage: null, aura: "secret words" });
  set.server.site.faults.fail("/rooms/thumbs/1", { status: 200, body });
  const chat = set.anonymous();
  expect(await chat.getRoom(1).name).toBe("Sandbox");
  expect(linesOf(chat)).toEqual([
    "answer to GET /rooms/thumbs/{id}: unknown key: aura",
    "answer to GET /rooms/thumbs/{id}: missing: isFavorite",
  ]);
});

test("an unknown refusal sentence is a drift, without its words", async () => {
  const set = await stage();
  const said = set.alice.in(1).says("star me");
  set.server.site.faults.fail("/messages", {
    status: 409,
    body: "The stars are not right",
    headers: { chat: "error" },
  });
  const chat = set.client();
  expect(await failureOf(chat.getMessage(said.id).star())).toMatchObject({ code: "REFUSED" });
  expect(linesOf(chat)).toEqual(["answer to POST /messages/{id}/star: unknown sentence: status 409"]);
});

test("drift takes bounded memory: the first hundred entries are kept, all are counted", async () => {
  const set = await stage();
  const body = JSON.stringify(Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`key${n}`, n])));
  set.server.site.faults.fail("/rooms/thumbs/1", { status: 200, body: body.replace("{", '{"name":"Sandbox",') });
  const chat = set.anonymous();
  await chat.getRoom(1).name;
  expect(chat.drift).toHaveLength(100);
  expect(chat.counts["protocol:drift"]).toBeGreaterThan(250);
});
