/** Actions of owners and moderators, with their events and responses (protocol.md §5.6 to §5.8). */
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { Browser, listen } from "./server-support.js";

interface Scene {
  readonly server: ChatServer;
  readonly owner: Browser;
  readonly mod: Browser;
  readonly alice: Browser;
}

/** Room 5 and its owner (301), a moderator (302) and Alice (303). */
async function scene(): Promise<Scene> {
  const server = await ChatServer.start({ sites: ["stackexchange.com"] });
  const { site } = server;
  site.addUser({ name: "Owner", email: "owner@example.com", id: 301 });
  site.addUser({ name: "Mod", email: "mod@example.com", id: 302, isModerator: true });
  site.addUser({ name: "Alice", email: "alice@example.com", id: 303 });
  site.addRoom({ id: 5, name: "From here", owners: [301] });
  site.addRoom({ id: 6, name: "Trash" });
  const logIn = (name: string): Promise<Browser> => new Browser(site).logIn(`${name}@example.com`);
  return { server, owner: await logIn("owner"), mod: await logIn("mod"), alice: await logIn("alice") };
}

describe("moving", () => {
  test("succeeds with a very long room name", async () => {
    const { server } = await scene();
    await using _ = server;
    const { site } = server;
    const far = site.addRoom({ id: 7, name: "far ".repeat(150).trim() });
    const { id } = site.user("Alice").in(5).says("off topic");
    expect(site.user("Owner").in(5).moves(id, far)).toBe(1);
    expect(far.messages.map((message) => message.id)).toContain(id);
  });

  test("does not confuse users of another site with users of this site who have the same ids", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com", "stackoverflow.com"] });
    const [here, there] = [server.site, server.sites["stackoverflow.com"]];
    const [owner, stranger] = [here.addUser({ name: "Owner", id: 301 }), there.addUser({ name: "Owner", id: 301 })];
    const room = here.addRoom({ id: 5, name: "Five", owners: [owner] });
    const { id } = here.user("Alice").in(5).says("x");
    expect(() => owner.in(room).kicks(stranger)).toThrow(/another site/);
    expect(() => owner.in(room).setsAccess(stranger, "owner")).toThrow(/another site/);
    expect(() => owner.in(room).moves(id, there.addRoom({ id: 6, name: "Six" }))).toThrow(/another site/);
    expect(() => owner.in(there.room(1))).toThrow(/another site/);
    expect(() => here.addRoom({ name: "Eight", owners: [stranger] })).toThrow(/another site/);
  });

  test("sends one frame to either room, with an event for each message and the notice", async () => {
    const { server, owner, mod } = await scene();
    await using _ = server;
    const { site } = server;
    const visitor = await new Browser(site).visit();
    const [from, to] = [await listen(visitor, 5), await listen(visitor, 6)];
    const one = site.user("Alice").in(5).says("one").id;
    const two = site.user("Mod").in(5).says("two", { replyTo: one }).id;
    await from.text();
    await from.text();
    expect(await owner.post("/admin/movePosts/5", { ids: `${one},${two},${two},17`, to: 6 })).toMatchObject({
      status: 200,
      text: "2",
    });
    const out = (await from.frame()).r5?.e ?? [];
    expect(out.map(({ event_type, message_id, user_id, moved }) => [event_type, message_id, user_id, moved])).toEqual([
      [19, one, 301, true],
      [19, two, 301, true],
      [1, out[2]?.message_id, 301, undefined],
    ]);
    const back = (await to.frame()).r6?.e ?? [];
    expect(back.map(({ event_type, message_id, user_id }) => [event_type, message_id, user_id])).toEqual([
      [20, one, 301],
      [20, two, 301],
      [1, back[2]?.message_id, 301],
    ]);
    const ids = out.map(({ id }) => Number(id));
    expect(ids).toEqual([ids[0], Number(ids[0]) + 2, Number(ids[0]) + 4]);
    expect(back[1]).toMatchObject({ room_id: 6, room_name: "Trash", parent_id: one, show_parent: true });
    expect((await owner.post("/admin/movePosts/5", { ids: one, to: 6 })).text).toBe("0");
    expect((await mod.post("/admin/movePosts/6", { ids: one, to: 5 })).text).toBe("1");
    expect((await from.frame()).r5?.e?.[1]?.content).toBe(
      '&larr; <i>1 message moved from <a href="https://chat.stackexchange.com/rooms/6/trash">Trash</a></i>',
    );
  });

  test("to a room without write access changes nothing, and a room in timeout accepts it", async () => {
    const { server, owner, alice } = await scene();
    await using _ = server;
    const { site } = server;
    site.addRoom({ id: 7, name: "Gallery", access: "gallery" });
    const { id } = site.user("Alice").in(5).says("one");
    expect((await owner.post("/admin/movePosts/5", { ids: id, to: 7 })).status).toBe(409);
    expect((await alice.post("/admin/movePosts/5", { ids: id, to: 6 })).status).toBe(409);
    expect(site.room(5).messages.map((message) => message.id)).toEqual([id]);
    site.room(6).timeout(60);
    expect((await owner.post("/admin/movePosts/5", { ids: id, to: 6 })).text).toBe("1");
  });

  test("to a new room, and deleting many messages, is for moderators", async () => {
    const { server, owner, mod } = await scene();
    await using _ = server;
    const { site } = server;
    const ids = ["one", "two", "three"].map((text) => site.user("Alice").in(5).says(text).id);
    const form = { ids: ids.slice(0, 2).join(","), newTitle: "Moved away" };
    expect((await owner.post("/admin/movePostsToNew/5", form)).status).toBe(409);
    expect((await mod.post("/admin/movePostsToNew/5", form)).text).toBe('"ok"');
    expect(
      site
        .room("Moved away")
        .messages.map(({ source }) => source)
        .slice(0, 2),
    ).toEqual(["one", "two"]);
    expect((await mod.post("/admin/movePostsToNew/5", form)).text).toBe("There is nothing to move");
    const socket = await listen(owner, 5);
    expect((await owner.post("/admin/deletePosts/5", { id: ids[2] ?? 0 })).status).toBe(409);
    expect((await mod.post("/admin/deletePosts/5", { id: ids.join(",") })).text).toBe('"ok"');
    const { r5 } = await socket.frame();
    expect(r5?.e).toMatchObject([{ event_type: 10, message_id: ids[2], user_id: 302, target_user_id: 303 }]);
    expect(r5?.e?.[0]).not.toHaveProperty("content");
  });

  test("purges all but the last state of a history", async () => {
    const { server, owner, mod } = await scene();
    await using _ = server;
    const alice = server.site.user("Alice").in(5);
    const { id } = alice.says("my secret");
    alice.edits(id, "nothing");
    expect((await owner.post(`/messages/${id}/purge-history`)).text).toBe('"Only a moderator can do that"');
    expect((await owner.get(`/messages/${id}/history`)).text).toContain("my secret");
    expect((await mod.post(`/messages/${id}/purge-history`)).text).toBe('"ok"');
    const { text } = await owner.get(`/messages/${id}/history`);
    expect(text).not.toContain("my secret");
    expect(text).toContain("(older data no longer available)");
    expect(text).toContain('<span class="message-source">nothing</span>');
  });
});

describe("access", () => {
  test("is set by level, and emits a type 15 to the room", async () => {
    const { server, owner, alice } = await scene();
    await using _ = server;
    const socket = await listen(alice, 5);
    for (const level of ["read-only", "read-write", "owner"]) {
      const answer = await owner.post("/rooms/setuseraccess/5", { aclUserId: 303, userAccess: level });
      expect(answer).toMatchObject({ status: 200, text: '"ok"' });
      expect((await socket.frame()).r5?.e?.[0]).toMatchObject({
        event_type: 15,
        content: `Access now ${level}`,
        user_id: 301,
        target_user_id: 303,
      });
      const page = (await owner.get("/rooms/info/5?tab=access")).text;
      const section = page.split('id="access-section-').find((part) => part.startsWith(`${level}"`));
      expect(section).toContain('id="user-303"');
    }
    expect((await alice.post("/rooms/setuseraccess/5", { aclUserId: 303, userAccess: "remove" })).status).toBe(200);
    expect((await alice.post("/rooms/setuseraccess/5", { aclUserId: 303, userAccess: "owner" })).status).toBe(409);
    expect((await owner.post("/rooms/setuseraccess/5", { aclUserId: 303, userAccess: "king" })).status).toBe(400);
  });

  test("can be requested once; owners see the request and answer it", async () => {
    const { server, owner, alice } = await scene();
    await using _ = server;
    const { site } = server;
    site.addRoom({ id: 8, name: "Private", access: "private", owners: [301] });
    const socket = await listen(owner, 8);
    for (let times = 0; times < 2; times++) {
      const answer = await alice.post("/rooms/requestaccess", { roomId: 8 });
      expect([answer.status, answer.headers.location]).toEqual([302, "/rooms/8"]);
    }
    const told = (await socket.frame()).r8?.e ?? [];
    expect(told).toMatchObject([
      { event_type: 15, content: "Access now request", user_id: 303, target_user_id: 303, user_name: "Alice" },
      {
        event_type: 16,
        content:
          '<a href="/users/303/alice">Alice</a> has requested access to <a href="/rooms/info/8?tab=access">Private</a>.',
        user_id: 303,
        target_user_id: 301,
      },
    ]);
    expect(Object.keys(told[1] ?? {})).toEqual([
      ...["event_type", "time_stamp", "content", "id", "user_id", "target_user_id", "user_name"],
    ]);
    const requests = async (): Promise<boolean> =>
      (await owner.get("/rooms/info/8?tab=access")).text.includes("access-section-request");
    expect(await requests()).toBe(true);
    await owner.post("/rooms/setuseraccess/8", { aclUserId: 303, userAccess: "read-write" });
    expect((await socket.frame()).r8?.e).toMatchObject([{ event_type: 15, content: "Access now read-write" }]);
    expect(await requests()).toBe(false);
    const cursor = site.newestEventId;
    await alice.post("/rooms/requestaccess", { roomId: 8 });
    await alice.post("/rooms/requestaccess", { roomId: 5 });
    expect(site.newestEventId).toBe(cursor);
    expect((await alice.post("/rooms/requestaccess", { roomId: 99 })).status).toBe(404);
  });

  test("an invitation reaches the guest under every room key, and their list of rooms", async () => {
    const { server, owner, alice } = await scene();
    await using _ = server;
    const socket = await listen(alice, 6);
    expect(await owner.post("/users/invite", { UserId: 303, RoomId: 5 })).toMatchObject({
      status: 200,
      text: "Alice has been invited to From here",
    });
    expect((await socket.frame()).r6?.e?.[0]).toMatchObject({
      event_type: 17,
      content:
        '<a href="/users/301/owner">Owner</a> has invited you to join <a href="/rooms/5/from-here" target="_self">From here</a>. See your <a href="/rooms?tab=invited">invitations</a>.',
      user_id: 301,
      target_user_id: 303,
      room_id: 5,
      room_name: "From here",
    });
    expect((await alice.get("/rooms?tab=invited")).text).toContain('id="room-5"');
    await alice.get("/rooms/5");
    expect((await alice.get("/rooms?tab=invited")).text).not.toContain('id="room-5"');
    expect((await owner.post("/users/invite", { UserId: -2, RoomId: 5 })).status).toBe(409);
  });
});

describe("rooms", () => {
  test("are created and updated with a redirect to their info, and an update is a type 5", async () => {
    const { server, owner, alice } = await scene();
    await using _ = server;
    const form = { description: "about", tags: "a b", defaultAccess: "read-only", host: "", noDupeCheck: "true" };
    const created = await owner.post("/rooms/save", { name: "My *new* Room", ...form });
    expect(created.status).toBe(302);
    const [, id = ""] = /^\/rooms\/info\/(\d+)\/my-new-room$/.exec(String(created.headers.location)) ?? [];
    const socket = await listen(alice, Number(id));
    const updated = await owner.post("/rooms/save", { roomId: id, name: "Renamed", ...form, tags: "c" });
    expect([updated.status, updated.headers.location]).toEqual([302, `/rooms/info/${id}/renamed`]);
    expect((await socket.frame())[`r${id}`]?.e?.[0]).toMatchObject({
      event_type: 5,
      content: "Renamed / about / c",
      user_id: 301,
      room_name: "Renamed",
    });
    expect((await alice.post("/rooms/save", { roomId: id, name: "Mine" })).status).toBe(409);
    server.site.addUser({ name: "New", email: "new@example.com", reputation: 99 });
    const newcomer = await new Browser(server.site).logIn("new@example.com");
    expect(await newcomer.post("/rooms/save", { name: "x" })).toMatchObject({
      status: 409,
      text: "You need 100 reputation to create a room",
    });
  });

  test("for two users are created by pairing off: digits in the response, an invitation for the other user", async () => {
    const { server, owner, alice } = await scene();
    await using _ = server;
    const socket = await listen(alice, 6);
    const { text } = await owner.post("/rooms/pairoff", { withUserId: 303, name: "" });
    expect(text).toMatch(/^\d+$/);
    expect((await socket.frame()).r6?.e?.[0]).toMatchObject({ event_type: 17, room_id: Number(text) });
    expect(server.site.room(Number(text)).name).toBe("Room for Owner and Alice");
    expect((await alice.post(`/chats/${text}/messages/new`, { text: "hi" })).status).toBe(200);
    expect(() => server.site.user("Carol").in(Number(text)).says("me too")).toThrow("do not have permission");
    expect((await owner.post("/rooms/pairoff", { withUserId: 301 })).status).toBe(409);
  });

  test("toggle as favorites, and the response is the room's thumbs", async () => {
    const { server, alice } = await scene();
    await using _ = server;
    const toggle = (): Promise<Record<string, unknown>> => alice.json("/rooms/favorite", { roomId: 5 });
    const thumbs = await toggle();
    expect(Object.keys(thumbs)).toEqual(["id", "name", "description", "isFavorite", "usage", "tags"]);
    expect(thumbs).toMatchObject({ id: 5, name: "From here", isFavorite: true });
    expect((await alice.get("/rooms?tab=favorite")).text).toContain('id="room-5"');
    expect(await toggle()).toMatchObject({ isFavorite: false });
  });

  test("are frozen and deleted by moderators", async () => {
    const { server, owner, mod } = await scene();
    await using _ = server;
    expect((await owner.post("/rooms/setfrozen/5", { freeze: "true" })).status).toBe(409);
    expect((await mod.post("/rooms/setfrozen/5", { freeze: "true" })).text).toBe('"ok"');
    expect((await owner.get("/rooms?tab=all")).text).not.toContain('id="room-5"');
    expect((await owner.get("/rooms?tab=all&nohide=true")).text).toContain('id="room-5"');
    expect((await mod.post("/rooms/setdeleted/5", { delete: "true" })).text).toBe('"ok"');
    expect([(await owner.get("/rooms/5")).status, (await mod.get("/rooms/5")).status]).toEqual([404, 200]);
  });
});
