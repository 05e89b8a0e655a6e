/** Events as they were recorded: their keys in order, and who gets which version (protocol.md §4). */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { Browser, listen } from "./server-support.js";
import { temporaryFolder } from "./temporary.js";

type Event = Record<string, unknown>;

/** A room of Ann's (101) with Bob (102) in it, both logged in. */
async function scene() {
  const server = await ChatServer.start({ sites: ["stackexchange.com"] });
  const { site } = server;
  const [ann, bob] = [site.addUser({ name: "Ann", id: 101 }), site.addUser({ name: "Bob", id: 102 })];
  const room = site.addRoom({ id: 7, name: "Tea", owners: [ann] });
  const logIn = (name: string): Promise<Browser> => new Browser(site).logIn(`${name}@example.com`);
  return { server, site, room, ann, bob, annsBrowser: await logIn("ann"), bobsBrowser: await logIn("bob") };
}

const start = ["event_type", "time_stamp", "content", "id"];
const where = ["room_id", "room_name"];

/** The events of a room that a poll brings. */
async function polled(browser: Browser, cursor: number): Promise<Event[]> {
  return (await browser.json<{ r7: { e?: Event[] } }>("/events", { r7: cursor })).r7.e ?? [];
}

describe("a star or a pin", () => {
  test("names its actor, with their marks, to that actor alone, by socket and by polling", async () => {
    const { server, site, bob, annsBrowser, bobsBrowser } = await scene();
    await using _ = server;
    const { id } = bob.in(7).says("tea?");
    const [anns, bobs] = [await listen(annsBrowser, 7), await listen(bobsBrowser, 7)];
    await anns.text(); // Bob's arrival
    const cursor = site.newestEventId;
    await annsBrowser.post(`/messages/${id}/star`);
    await annsBrowser.post(`/messages/${id}/owner-star`);
    const [star, pin] = [(await anns.frame()).r7?.e?.[0] ?? {}, (await anns.frame()).r7?.e?.[0] ?? {}];
    expect(Object.keys(star)).toEqual([
      ...[...start, "user_id", "user_name", ...where],
      ...["message_id", "message_stars", "message_starred"],
    ]);
    expect(Object.keys(pin)).toEqual([
      ...[...start, "user_id", "user_name", ...where],
      ...["message_id", "message_stars", "message_owner_stars", "message_starred", "message_owner_starred"],
    ]);
    expect(pin).toMatchObject({ user_id: 101, user_name: "Ann", message_starred: true, message_owner_starred: true });
    const others = [(await bobs.frame()).r7?.e?.[0] ?? {}, (await bobs.frame()).r7?.e?.[0] ?? {}];
    expect(others.map(Object.keys)).toEqual([
      [...start, ...where, "message_id", "message_stars"],
      [...start, ...where, "message_id", "message_stars", "message_owner_stars"],
    ]);
    expect(others.map((event) => event.id)).toEqual([star.id, pin.id]);
    expect(await polled(annsBrowser, cursor)).toEqual([star, pin]);
    expect(await polled(bobsBrowser, cursor)).toEqual(others);
    expect(site.events({ since: cursor }).map(({ raw }) => raw)).toEqual(others);
  });

  test("names its actor, without the marks, when it is taken back", async () => {
    const { server, site, bob, annsBrowser } = await scene();
    await using _ = server;
    const { id } = bob.in(7).says("tea?");
    for (const path of ["star", "owner-star"]) await annsBrowser.post(`/messages/${id}/${path}`);
    const cursor = site.newestEventId;
    for (const path of ["star", "owner-star", "unstar"]) await annsBrowser.post(`/messages/${id}/${path}`);
    const events = await polled(annsBrowser, cursor);
    expect(
      events.map(({ user_id, message_starred, message_owner_starred }) => [
        ...[user_id, message_starred, message_owner_starred],
      ]),
    ).toEqual([
      [101, undefined, true],
      [101, undefined, undefined],
      [101, undefined, undefined],
    ]);
  });
});

test("a reply to oneself is a type 18 to oneself, before the type 1, and is not kept as unseen", async () => {
  const { server, site, ann, annsBrowser } = await scene();
  await using _ = server;
  const { id } = ann.in(7).says("one");
  const cursor = site.newestEventId;
  await annsBrowser.post("/chats/7/messages/new", { text: `:${id} and two` });
  expect(await polled(annsBrowser, cursor)).toMatchObject([
    { event_type: 3 },
    { event_type: 18, user_id: 101, target_user_id: 101, parent_id: id, show_parent: true },
    { event_type: 1, user_id: 101, parent_id: id, show_parent: true },
  ]);
  expect(ann.pings).toEqual([]);
});

test("a revoked access level is the default level in its event, and a new name is an event of Feeds", async () => {
  const { server, site, ann, bob, annsBrowser } = await scene();
  await using _ = server;
  ann.in(7).setsAccess(bob, "owner");
  bob.in(7).enters();
  const cursor = site.newestEventId;
  ann.in(7).setsAccess(bob, null);
  bob.rename("Robert");
  const [access, name] = await polled(annsBrowser, cursor);
  expect(access).toMatchObject({ event_type: 15, content: "Access now (default)", user_id: 101, target_user_id: 102 });
  expect(Object.keys(name ?? {})).toEqual([
    ...["event_type", "time_stamp", "id", "user_id", "target_user_id", "user_name", ...where],
  ]);
  expect(name).toMatchObject({ event_type: 34, user_id: -2, user_name: "Feeds", target_user_id: 102 });
});

test("the event of a message moved by another user has that user, the replied-to message, and the mark of the move last", async () => {
  const { server, site, ann, bob, annsBrowser } = await scene();
  await using _ = server;
  site.addRoom({ id: 8, name: "Milk" });
  const { id } = ann.in(7).says("tea?");
  const moved = bob.in(7).says("@Ann");
  const cursor = site.newestEventId;
  ann.in(7).moves(moved, 8);
  const [out] = await polled(annsBrowser, cursor);
  expect(Object.keys(out ?? {})).toEqual([
    ...[...start, "user_id", "user_name", ...where, "message_id", "parent_id", "moved"],
  ]);
  expect(out).toMatchObject({ event_type: 19, user_id: 101, message_id: moved.id, parent_id: id, moved: true });
});

test("a server that starts again with its journal still names the actor of a star to that actor alone", async () => {
  const journal = join(temporaryFolder(), "world.jsonl");
  const polledAgain = async (): Promise<Event[][]> => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"], journal });
    const { site } = server;
    const isNew = site.rooms.every(({ id }) => id !== 7);
    const cursor = isNew ? site.newestEventId : Number(site.events({ roomId: 7 })[0]?.id) - 1;
    if (isNew) {
      site.addRoom({ id: 7, name: "Tea" });
      const { id } = site.user("Bob").in(7).says("tea?");
      site.user("Ann").in(7).stars(id);
    }
    const seen: Event[][] = [];
    for (const name of ["ann", "bob"])
      seen.push(await polled(await new Browser(site).logIn(`${name}@example.com`), cursor));
    return seen.map((events) => events.filter(({ event_type }) => event_type === 6));
  };
  const [before, after] = [await polledAgain(), await polledAgain()];
  expect(before).toMatchObject([[{ user_name: "Ann", message_starred: true }], [{ message_stars: 1 }]]);
  expect(before[1]?.[0]).not.toHaveProperty("user_id");
  expect(after).toEqual(before);
});
