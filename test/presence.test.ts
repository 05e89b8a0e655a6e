/** `room.present`: the people in a room, fetched once, and kept current by events while the room is listened to. */
import { type Room, StreamGap, UserEntered, UserLeft } from "chatexchange-ts";
import { expect, test } from "vitest";
import { listening } from "./stream-ear.js";
import { meanwhile, next, type Stage, stage, turning, until } from "./support.js";

const idsIn = (room: Room): readonly number[] | undefined => room.peek.present?.map(({ id }) => id).sort();

/** The actual presence on the server. */
const truth = ({ server }: Stage): readonly number[] => [...server.site.room(1).present].sort();

test("while a room is listened to, its events keep the people who are present current, and that costs one request", async () => {
  const set = await stage();
  const { server, client, alice, requests } = set;
  const bob = server.site.user("Bob");
  alice.in(1).enters();
  const room = client().getRoom(1);
  const events = room.newEvents(UserEntered, UserLeft);
  await events.ready;
  requests();
  expect((await room.present).map(({ id }) => id).sort()).toEqual(truth(set));
  expect(requests()).toHaveLength(1);
  bob.in(1).enters();
  alice.in(1).leaves();
  while ((await next(events)).user?.id !== alice.id);
  expect(idsIn(room)).toEqual(truth(set));
  expect(truth(set)).toContain(bob.id);
  const present = await room.present;
  expect(present.map((user) => user.peek.name)).toContain("Bob");
  expect(requests()).toEqual([]);
});

test("without a listener, every access fetches the users who are present, and nothing is cached", async () => {
  const set = await stage();
  const { client, alice, anonymous } = set;
  for (const chat of [client(), anonymous()]) {
    const room = chat.getRoom(1);
    alice.in(1).enters();
    expect((await room.present).map(({ id }) => id)).toContain(alice.id);
    expect(room.peek.present).toBeUndefined();
    alice.in(1).leaves();
    expect((await room.present).map(({ id }) => id)).not.toContain(alice.id);
    await room.refresh();
    expect(room.peek.present).toBeUndefined();
  }
});

test("after listening has ended the list is fetched again", async () => {
  const { client, alice } = await stage();
  const room = client().getRoom(1);
  const watch = room.watch(() => {});
  await watch.ready;
  expect((await room.present).map(({ id }) => id)).not.toContain(alice.id);
  watch.close();
  alice.in(1).enters();
  const again = room.watch(() => {});
  await again.ready;
  expect((await room.present).map(({ id }) => id)).toContain(alice.id);
});

test("an arrival or departure during the request for the list is applied to it", async () => {
  const { server, client, alice, requests } = await stage();
  const bob = server.site.user("Bob");
  bob.in(1).enters();
  const room = client().getRoom(1);
  const events = room.newEvents(UserEntered, UserLeft);
  await events.ready;
  requests();
  // The page has the current state, and arrives late.
  server.site.faults.slow(/^\/rooms\/1$/, 300, { times: 1 });
  const present = room.present;
  await meanwhile(() => requests().includes("GET /rooms/1"));
  alice.in(1).enters();
  bob.in(1).leaves();
  while ((await next(events)).user?.id !== bob.id);
  const ids = (await present).map(({ id }) => id);
  expect(ids).toContain(alice.id);
  expect(ids).not.toContain(bob.id);
  expect(idsIn(room)).toEqual([...server.site.room(1).present].sort());
});

test("after a gap in the events the list is fetched again", async () => {
  const set = await stage({ maxEvents: 20, backlogLimit: 5 });
  const { server, alice } = set;
  const { clock, chat, events } = await listening({}, set);
  const room = chat.getRoom(1);
  expect((await turning(clock, room.present)).map(({ id }) => id)).not.toContain(alice.id);
  server.site.faults.silenceSockets();
  alice.in(1).enters();
  for (let n = 0; n < 60; n++) alice.in(1).says(`flood ${n}`);
  server.site.faults.dropSockets();
  server.site.faults.silenceSockets(false);
  await until(clock, () => events.some((event) => event instanceof StreamGap) && chat.state === "live");
  expect((await turning(clock, room.present)).map(({ id }) => id)).toContain(alice.id);
  expect(idsIn(room)).toEqual(truth(set));
});
