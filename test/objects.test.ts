/** Rooms, users and messages as objects: their cached values, their requests and their failures. */
import type { Client } from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { failureOf, next, stage } from "./support.js";

describe("a room", () => {
  test("fetches its values in groups, when first asked for", async () => {
    const { server, client, alice, requests } = await stage();
    server.site.addRoom({
      id: 17,
      name: "Tea & Cakes",
      description: "See https://example.com/tea",
      tags: ["tea", "cake"],
      owners: [alice],
    });
    const room = client().getRoom(17);
    expect(room.peek.name).toBeUndefined();
    expect(await Promise.all([room.name, room.description, room.tags])).toEqual([
      "Tea & Cakes",
      "See example.com/tea",
      ["tea", "cake"],
    ]);
    expect(room.peek.name).toBe("Tea & Cakes");
    expect(requests()).toEqual(["GET /rooms/thumbs/17"]);
    expect(await Promise.all([room.messageCount, room.userCount, room.parentSiteName])).toEqual([
      0,
      0,
      "The Stack Exchange Network",
    ]);
    const [owner] = await room.owners;
    expect(await owner?.name).toBe("Alice Liddell");
    expect(await room.state).toEqual({ access: "public", frozen: false, deleted: false });
    expect(requests()).toEqual(["GET /rooms/info/17"]);
    await room.refresh();
    // The info page has everything that is known, so it is enough.
    expect(requests()).toEqual(["GET /rooms/info/17"]);
  });

  test("fails at the first access to a property when it does not exist", async () => {
    const { client } = await stage();
    const room = client().getRoom(99999999);
    void room.name; // not awaited: no unhandled rejection
    const error = await failureOf(room.name);
    expect(error).toMatchObject({ code: "NOT_FOUND", name: "NotFoundError" });
    expect(String(error)).toContain("Could not read room 99999999 on chat.stackexchange.com");
    expect(await failureOf(room.join())).toMatchObject({ code: "NOT_FOUND" });
    expect(await failureOf(room.sendMessage("hello?"))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("fails with a clear error when it is private", async () => {
    const { server, client, alice } = await stage();
    server.site.addRoom({ id: 30, name: "Secret", access: "private", owners: [alice] });
    const room = client().getRoom(30);
    expect(await failureOf(room.name)).toMatchObject({ code: "FORBIDDEN" });
    expect(await failureOf(room.join())).toMatchObject({ code: "FORBIDDEN" });
    expect(room.isInRoom).toBe(false);
  });

  test("lists the users who are present and those who can be pinged", async () => {
    const { server, client, alice, bot } = await stage();
    alice.in(1).enters();
    alice.in(1).says("good morning");
    const room = client().getRoom(1);
    await room.join();
    expect(room.isInRoom).toBe(true);
    expect((await room.currentUsers()).map(({ id }) => id).sort()).toEqual([alice.id, bot.id].sort());
    expect((await room.getPingableUsers()).map(({ id }) => id)).toContain(alice.id);
    await room.leave();
    expect(server.site.room(1).present).not.toContain(bot.id);
    expect((await room.getCurrentUsers()).map(({ id }) => id)).toEqual([alice.id]);
    expect(server.site.room(1).present).not.toContain(bot.id);
  });

  test("is the same object for the same id, and so is each of its users", async () => {
    const { client, alice } = await stage();
    const chat = client();
    expect(chat.getRoom(1)).toBe(chat.getRoom(1));
    const said = alice.in(1).says("me again");
    const message = chat.getMessage(said.id);
    expect(await message.room).toBe(chat.getRoom(1));
    expect(await message.owner).toBe(chat.getUser(alice.id));
  });
});

describe("a user", () => {
  test("fetches its profile only for values that no smaller request has", async () => {
    const { client, alice, requests } = await stage();
    alice.in(1).says("one");
    alice.in(1).says("two");
    const user = client().getUser(alice.id);
    expect(await Promise.all([user.name, user.reputation, user.isModerator])).toEqual(["Alice Liddell", 3141, false]);
    expect(requests()).toEqual(["POST /user/info"]);
    expect(await Promise.all([user.about, user.messageCount, user.roomCount])).toEqual(["Curiouser & curiouser", 2, 1]);
    expect(requests()).toEqual([`GET /users/${alice.id}`]);
    expect(await user.lastSeen).toBeLessThan(60);
  });

  test("shares one request with 19 others that are read in the same tick", async () => {
    const { server, client, requests } = await stage();
    const people = Array.from({ length: 20 }, (_, i) => server.site.addUser({ name: `Person ${i}` }));
    const chat = client();
    const names = await Promise.all(people.map(({ id }) => chat.getUser(id).name));
    expect(names).toEqual(people.map(({ name }) => name));
    expect(requests()).toEqual(["POST /user/info"]);
  });

  test("has a negative id when it belongs to the system", async () => {
    const { client } = await stage();
    expect(await client().getUser(-1).name).toBe("Community");
  });

  test("is NOT_FOUND when it does not exist", async () => {
    const { client } = await stage();
    expect(await failureOf(client().getUser(987654321).name)).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a message", () => {
  test("has all its values when only its id is known", async () => {
    const { client, alice, bot } = await stage();
    const question = bot.in(1).says("Shall we **dance**?");
    const answer = alice.in(1).says(`:${question.id} _Yes_ & gladly`);
    alice.in(1).edits(answer.id, `:${question.id} _Yes_ & very gladly`);
    bot.in(1).stars(answer.id);
    const chat = client();
    await chat.login();
    const message = chat.getMessage(answer.id);
    expect(await message.content).toBe("<i>Yes</i> &amp; very gladly");
    expect(await message.textContent).toBe("Yes & very gladly");
    expect(await message.contentSource).toBe(`:${question.id} _Yes_ & very gladly`);
    expect(await (await message.owner)?.name).toBe("Alice Liddell");
    expect(await message.parent).toBe(chat.getMessage(question.id));
    expect(
      await Promise.all([
        message.stars,
        message.starredByYou,
        message.pinned,
        message.edits,
        message.edited,
        message.deleted,
      ]),
    ).toEqual([1, true, false, 1, true, false]);
    expect(await message.timeStamp).toBe(answer.timeStamp);
    expect(message.permalink).toBe(`https://chat.stackexchange.com/transcript/message/${answer.id}#${answer.id}`);
  });

  test("has no content when it is deleted, and is NOT_FOUND when it never existed", async () => {
    const { client, alice } = await stage();
    const said = alice.in(1).says("oops");
    alice.in(1).deletes(said.id);
    const message = client().getMessage(said.id);
    expect(await message.content).toBeNull();
    expect(await message.textContent).toBe("");
    expect(await message.deleted).toBe(true);
    expect(await failureOf(client().getMessage(123456789).content)).toMatchObject({ code: "NOT_FOUND" });
  });

  test("needs no transcript when an event has named its room", async () => {
    const { server, client, alice } = await stage();
    const room = client().getRoom(1);
    const messages = room.newMessages();
    await messages.ready;
    server.site.faults.fail("/transcript", { status: 403, times: 99 });
    alice.in(1).says("seen live");
    const message = await next(messages);
    expect(await Promise.all([message.textContent, message.stars, message.edits, message.starredByYou])).toEqual([
      "seen live",
      0,
      0,
      false,
    ]);
    expect(await (await message.owner)?.name).toBe("Alice Liddell");
    await message.refresh();
    expect(await message.textContent).toBe("seen live");
  });
});

describe("an unexpected page", () => {
  const html = "<!DOCTYPE html><html><head><title>Hello</title></head><body><p>Nothing of the kind</p></body></html>";

  test.each([
    ["/rooms/info/1", "room info page", (chat: Client) => chat.getRoom(1).messageCount],
    ["/rooms/1", "room page", (chat: Client) => chat.getRoom(1).join()],
    ["/users/77", "profile page", (chat: Client) => chat.getUser(77).about],
    ["/transcript/message/77", "transcript page", (chat: Client) => chat.getMessage(77).starredByYou],
    ["/rooms/pingable/1", "list of pingable users", (chat: Client) => chat.getRoom(1).pingableUsers()],
    ["/chats/1/events", "list of events", (chat: Client) => chat.getRoom(1).history().next()],
    ["/chats/1/messages/new", "answer to a post", (chat: Client) => chat.getRoom(1).sendMessage("hi")],
  ])("%s is NOT_UNDERSTOOD, and the failure names the %s and the missing part", async (path, page, ask) => {
    const { server, client } = await stage();
    // Listening would wait for the page to pass, and a message for the patience of the outbox.
    const chat = client({ onError: () => {}, outbox: { patienceMs: 50 }, stream: { giveUpMs: 1 } });
    await chat.login();
    server.site.faults.fail(path, { status: 200, body: html, times: 5 });
    const error = await failureOf(ask(chat));
    expect(error).toMatchObject({ code: "NOT_UNDERSTOOD", page, missing: expect.stringMatching(/./) });
  });

  test("of 10 MB of garbage ends in time, with a value or a failure", async () => {
    const { server, client } = await stage();
    const body = "<div><a href='x'>".repeat(600_000);
    server.site.faults.fail("/rooms/info/1", { status: 200, body });
    expect(await failureOf(client().getRoom(1).messageCount)).toMatchObject({ code: "NOT_UNDERSTOOD" });
  });

  test("has another code than a server that fails, hangs or closes the connection", async () => {
    const { server, client } = await stage();
    const chat = client({ timeoutMs: 300, reads: { tries: 1 } });
    server.site.faults.fail("/users/77", { status: 502 });
    expect(await failureOf(chat.getUser(77).about)).toMatchObject({ code: "SERVER_ERROR", context: { status: 502 } });
    server.site.faults.cut("/users/77");
    expect(await failureOf(chat.getUser(77).about)).toMatchObject({ code: "CONNECTION_LOST" });
    server.site.faults.hang("/users/77");
    expect(await failureOf(chat.getUser(77).about)).toMatchObject({ code: "TIMED_OUT" });
    await server.close();
    expect(await failureOf(chat.getUser(78).about)).toMatchObject({ code: "CONNECTION_LOST" });
  });

  test("an aborted read rejects with the abort, and a closed client with CLOSED", async () => {
    const { server, client } = await stage();
    const chat = client();
    server.site.faults.hang("/rooms/1");
    const stop = new AbortController();
    const joining = chat.getRoom(1).join({ signal: stop.signal });
    stop.abort();
    expect(await failureOf(joining)).toMatchObject({ code: "ABORTED" });
    await chat.logout();
    expect(await failureOf(chat.getRoom(1).sendMessage("too late"))).toMatchObject({ code: "CLOSED" });
    expect(await failureOf(chat.getRoom(1).name)).toMatchObject({ code: "CLOSED" });
  });
});
