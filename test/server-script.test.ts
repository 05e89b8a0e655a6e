/** The scripting API of a local server: users who act, rooms, and events. */
import { describe, expect, onTestFinished, test } from "vitest";
import { ChatServer, type LocalSite, Refusal } from "../src/server/index.js";
import { ManualClock } from "../src/util/manual-clock.js";
import { Browser } from "./server-support.js";

async function world(): Promise<LocalSite> {
  const server = await ChatServer.start({ sites: ["stackexchange.com"], clock: new ManualClock() });
  onTestFinished(() => server.close());
  return server.site;
}

describe("a person in a room", () => {
  test("can act on a message, by its id or by the message object", async () => {
    const site = await world();
    const owner = site.user("Owner");
    const room = site.addRoom({ name: "Club", owners: [owner] });
    const [alice, bob] = [site.user("Alice").in(room), site.user("Bob").in("Club")];
    const said = alice.says("frist");
    expect(alice.edits(said, "first")).toMatchObject({ source: "first", edits: 1 });
    bob.stars(said);
    owner.in(room).stars(said.id);
    owner.in(room).pins(said);
    bob.flags(said);
    bob.reports(said, "it is rude");
    expect(site.message(said.id)).toMatchObject({ stars: 2, pins: 1, content: "first" });
    owner.in(room).cancelsStars(said);
    owner.in(room).pins(said);
    expect(site.message(said.id)).toMatchObject({ stars: 0, pins: 0 });
    alice.deletes(said);
    expect(site.message(said.id)).toMatchObject({ deleted: true, content: null });
    expect(site.message(said.id)?.revisions.map(({ label, source }) => [label, source])).toEqual([
      ["said", "frist"],
      ["edited", "first"],
      ["deleted", null],
    ]);
    expect(site.message(1)).toBeUndefined();
  });

  test("can manage a room as its owner, and is otherwise refused with the server's sentence", async () => {
    const site = await world();
    const [owner, guest] = [site.user("Owner"), site.user("Guest")];
    const room = site.addRoom({ name: "Club", access: "gallery", owners: [owner] });
    const here = owner.in(room);
    here.updates({ name: "The Club", description: "for us", tags: ["us"] });
    expect([room.name, room.description, room.tags]).toEqual(["The Club", "for us", ["us"]]);
    expect(() => guest.in(room).says("hello")).toThrow(Refusal);
    here.invites(guest);
    here.setsAccess(guest, "read-write");
    guest.in(room).enters();
    const [one, two] = [guest.in(room).says("one"), guest.in(room).says("two")];
    expect(guest.rooms).toEqual([room.id]);
    expect(here.moves([one, two.id], 1)).toBe(2);
    expect(here.moves(guest.in(room).says("three"), site.room(1))).toBe(1);
    expect(site.message(one.id)).toMatchObject({ roomId: 1, moved: true });
    expect(here.kicks(guest)).toBe(1);
    expect(room.present).not.toContain(guest.id);
    expect(() => guest.in(room).kicks(owner)).toThrow("Only a room-owner can do that");
    here.setsAccess(guest, "owner");
    expect(room.owners).toEqual([owner.id, guest.id]);
    here.setsAccess(guest, null);
    here.updates({ access: "private" });
    expect([room.owners, room.access]).toEqual([[owner.id], "private"]);
  });

  test("has the users whom a message pinged", async () => {
    const site = await world();
    const [alice, bob, carol] = [site.user("Alice"), site.user("Bob"), site.user("Carol")];
    for (const user of [alice, bob, carol]) user.in(1).enters();
    const question = alice.in(1).says("@Bob and @Carol?");
    expect(question.pinged).toEqual([bob.id, carol.id]);
    expect(bob.in(1).says("yes", { replyTo: question }).pinged).toEqual([alice.id]);
    expect([bob.pings, alice.pings]).toEqual([[question.id], [question.id + 1]]);
  });
});

describe("the site", () => {
  test("has its users and rooms; a room can be frozen and thawed, deleted and restored", async () => {
    const site = await world();
    const alice = site.user("Alice");
    const mod = site.addUser({ name: "Mod", isModerator: true, reputation: 5 });
    expect(site.users.map(({ name, isModerator, reputation }) => [name, isModerator, reputation])).toEqual([
      ["Alice", false, 101],
      ["Mod", true, 5],
    ]);
    const room = site.addRoom({ name: "Club" });
    expect(site.rooms.map(({ name }) => name)).toEqual(["Sandbox", "Club"]);
    room.freeze();
    expect(() => alice.in(room).says("x")).toThrow("The room has been frozen");
    room.thaw();
    room.delete();
    expect(() => alice.in(room).says("x")).toThrow("does not exist");
    mod.in(room).says("still here");
    room.restore();
    room.timeout(60);
    expect(() => alice.in(room).says("x")).toThrow("timeout, ending in 1 minute");
    room.timeout(0);
    alice.suspend(60);
    expect(() => alice.in(room).says("x")).toThrow("blocked");
    alice.suspend(0);
    alice.in(room).says("x");
    alice.rename("Alicia");
    expect(site.user("Alicia").id).toBe(alice.id);
  });

  test("has feeds, which post and tick", async () => {
    const site = await world();
    const since = site.newestEventId;
    const said = site.feeds.in(1).says("[A question](https://stackoverflow.com/q/1)");
    site.room(1).tick('<a href="https://example.com/">News</a>');
    expect(said).toMatchObject({ userId: -2, content: expect.stringContaining("<a href=") });
    expect(site.events({ since }).map(({ raw }) => raw)).toMatchObject([
      { event_type: 1, user_id: -2, user_name: "Feeds", message_id: said.id },
      { event_type: 22, content: '<a href="https://example.com/">News</a>', room_id: 1 },
    ]);
  });

  test("emits every event in its wire format", async () => {
    const site = await world();
    const bot = site.user("Bot");
    const browser = await new Browser(site).logIn(bot.email);
    const club = site.addRoom({ name: "Club" });
    const heard: unknown[] = [];
    const stop = site.onEvent(({ raw }) => heard.push(raw));
    const since = site.newestEventId;
    const socket = await browser.open(1, since);
    const said = site.user("Alice").in(1).says("hello <b> & 'you'");
    site.user("Alice").in(club).says("elsewhere");
    const frames = [await socket.frame(), await socket.frame()];
    const seen = frames.flatMap(({ r1 }) => r1?.e ?? []);
    const here = site.events({ since, roomId: 1 });
    expect(here.map(({ raw }) => raw)).toEqual(seen);
    expect(here.map(({ type, messageId }) => [type, messageId])).toEqual([
      [3, null],
      [1, said.id],
    ]);
    expect(site.events({ since }).map(({ raw }) => raw)).toEqual(heard);
    expect(heard).toHaveLength(3);
    stop();
    site.user("Alice").in(1).says("more");
    expect(heard).toHaveLength(3);
  });
});
