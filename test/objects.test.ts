import { message as build, Client, escapeMarkdown, fixedWidth, MessageFlagged } from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { ends, failureOf, next, stage } from "./support.js";

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
    expect(requests().sort()).toEqual(["GET /rooms/info/17", "GET /rooms/thumbs/17"]);
  });

  test("that does not exist is found out at the access", async () => {
    const { client } = await stage();
    const room = client().getRoom(99999999);
    void room.name; // nobody awaits this one, and nothing happens
    const error = await failureOf(room.name);
    expect(error).toMatchObject({ code: "NOT_FOUND", name: "NotFoundError" });
    expect(String(error)).toContain("Could not read room 99999999 on chat.stackexchange.com");
    expect(await failureOf(room.join())).toMatchObject({ code: "NOT_FOUND" });
    expect(await failureOf(room.sendMessage("hello?"))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("that is private says so", async () => {
    const { server, client, alice } = await stage();
    server.site.addRoom({ id: 30, name: "Secret", access: "private", owners: [alice] });
    const room = client().getRoom(30);
    expect(await failureOf(room.name)).toMatchObject({ code: "FORBIDDEN" });
    expect(await failureOf(room.join())).toMatchObject({ code: "FORBIDDEN" });
    expect(room.isInRoom).toBe(false);
  });

  test("lists who is there and who can be pinged", async () => {
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

  test("is one object, and so is everybody in it", async () => {
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
  test("has a profile, and the cheap values come without it", async () => {
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

  test("twenty of them asked for in one tick cost one request", async () => {
    const { server, client, requests } = await stage();
    const people = Array.from({ length: 20 }, (_, i) => server.site.addUser({ name: `Person ${i}` }));
    const chat = client();
    const names = await Promise.all(people.map(({ id }) => chat.getUser(id).name));
    expect(names).toEqual(people.map(({ name }) => name));
    expect(requests()).toEqual(["POST /user/info"]);
  });

  test("of the system has a negative id", async () => {
    const { client } = await stage();
    expect(await client().getUser(-1).name).toBe("Community");
  });

  test("that does not exist is not found", async () => {
    const { client } = await stage();
    expect(await failureOf(client().getUser(987654321).name)).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a message", () => {
  test("known only by its id tells everything", async () => {
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

  test("that was deleted has no content, and one that never was is not found", async () => {
    const { client, alice } = await stage();
    const said = alice.in(1).says("oops");
    alice.in(1).deletes(said.id);
    const message = client().getMessage(said.id);
    expect(await message.content).toBeNull();
    expect(await message.textContent).toBe("");
    expect(await message.deleted).toBe(true);
    expect(await failureOf(client().getMessage(123456789).content)).toMatchObject({ code: "NOT_FOUND" });
  });

  test("survives a transcript that is forbidden, as long as events told its room", async () => {
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

describe("actions", () => {
  test("say, reply, edit and delete", async () => {
    const { server, client, alice } = await stage();
    const question = alice.in(1).says("Is it @Bot?");
    const chat = client();
    const room = chat.getRoom(1);
    const said = await room.sendMessage("It is.");
    const reply = await chat.getMessage(question.id).reply("Indeed!");
    await reply.edit("Indeed it is!");
    const log = () =>
      server.site
        .room(1)
        .messages.map(({ source, parentId, deleted, edits }) => ({ source, parentId, deleted, edits }));
    expect(log().slice(1)).toEqual([
      { source: "It is.", parentId: null, deleted: false, edits: 0 },
      { source: expect.stringContaining("Indeed it is!"), parentId: question.id, deleted: false, edits: 1 },
    ]);
    expect(await reply.parent).toBe(chat.getMessage(question.id));
    expect(await reply.textContent).toBe("Indeed it is!");
    expect(await said.owner).toBe(await chat.getMe());
    await said.delete();
    expect(log()[1]?.deleted).toBe(true);
    expect(await failureOf(said.delete())).toMatchObject({ code: "ALREADY_DELETED" });
    expect(await failureOf(said.edit("again"))).toMatchObject({ code: "ALREADY_DELETED" });
  });

  test("star and pin mean make it so", async () => {
    const { server, client, alice, bot } = await stage();
    server.site.addRoom({ id: 5, name: "Mine", owners: [bot] });
    const said = alice.in(5).says("worth keeping");
    const message = client().getMessage(said.id);
    const marks = () => server.site.room(5).messages.map(({ stars, pins }) => [stars, pins])[0];
    await message.star();
    await message.star();
    expect(marks()).toEqual([1, 0]);
    expect(await message.stars).toBe(1);
    await message.star(false);
    await message.star(false);
    expect(marks()).toEqual([0, 0]);
    await message.pin();
    await message.pin();
    expect(await message.pinned).toBe(true);
    expect(marks()?.[1]).toBe(1);
    await message.pin(false);
    expect(marks()?.[1]).toBe(0);
    await message.star();
    await message.cancelStars();
    expect(marks()?.[0]).toBe(0);
    expect(await message.starredByYou).toBe(false);
  });

  test("refusals say why", async () => {
    const { server, client, alice, bot } = await stage();
    const theirs = alice.in(1).says("mine");
    const chat = client();
    const room = chat.getRoom(1);
    const message = chat.getMessage(theirs.id);
    expect(await failureOf(message.edit("yours"))).toMatchObject({ code: "NOT_YOURS" });
    expect(await failureOf(message.delete())).toMatchObject({ code: "NOT_YOURS" });
    expect(await failureOf(message.pin())).toMatchObject({ code: "FORBIDDEN" });
    expect(await failureOf(chat.getMessage(123456789).delete())).toMatchObject({ code: "NOT_FOUND" });
    await room.sendMessage("twice");
    expect(await failureOf(room.sendMessage("twice"))).toMatchObject({ code: "DUPLICATE" });
    server.site.room(1).timeout(60);
    expect(await failureOf(room.sendMessage("now?"))).toMatchObject({ code: "ROOM_TIMEOUT", waitMs: 60_000 });
    server.site.room(1).timeout(0);
    bot.suspend(3600 * 5);
    expect(await failureOf(room.sendMessage("now?"))).toMatchObject({
      code: "SUSPENDED",
      until: expect.stringContaining("in 5 hours"),
    });
    bot.suspend(0);
    server.site.room(1).freeze();
    expect(await failureOf(room.sendMessage("now?"))).toMatchObject({ code: "ROOM_FROZEN" });
  });

  test.each([
    ["", "EMPTY"],
    ["  \n ", "EMPTY"],
    ["x".repeat(501), "TOO_LONG"],
    [5, "BAD_ARGUMENT"],
  ])("%j is refused before any request", async (text, code) => {
    const { client, requests } = await stage();
    const error = await failureOf(
      client()
        .getRoom(1)
        .sendMessage(text as string),
    );
    expect(error).toMatchObject({ code });
    expect(requests()).toEqual([]);
  });

  test("a reply counts with its prefix", async () => {
    const { client, alice } = await stage();
    const said = alice.in(1).says("well?");
    const error = await failureOf(client().getMessage(said.id).reply("x".repeat(495)));
    expect(error).toMatchObject({ code: "TOO_LONG", message: expect.stringContaining("505") });
    await client().getMessage(said.id).reply("x".repeat(495), { replyForm: "parentId" });
  });

  test("501 characters on two lines are fine", async () => {
    const { server, client } = await stage();
    await client()
      .getRoom(1)
      .sendMessage(`${"x".repeat(500)}\ny`);
    expect(server.site.room(1).messages).toHaveLength(1);
  });

  test("that nobody awaits report their failure to onError", async () => {
    const { client, alice } = await stage();
    const said = alice.in(1).says("hands off");
    const reported = await new Promise((onError) => {
      void client({ onError }).getMessage(said.id).delete();
    });
    expect(reported).toMatchObject({ code: "NOT_YOURS" });
  });
});

describe("a page that is something else", () => {
  const html = "<!DOCTYPE html><html><head><title>Hello</title></head><body><p>Nothing of the kind</p></body></html>";

  test.each([
    ["/rooms/info/1", "room info page", (chat: Client) => chat.getRoom(1).messageCount],
    ["/rooms/1", "room page", (chat: Client) => chat.getRoom(1).join()],
    ["/users/77", "profile page", (chat: Client) => chat.getUser(77).about],
    ["/transcript/message/77", "transcript page", (chat: Client) => chat.getMessage(77).starredByYou],
    ["/rooms/pingable/1", "list of pingable users", (chat: Client) => chat.getRoom(1).pingableUsers()],
    ["/chats/1/events", "list of events", (chat: Client) => chat.getRoom(1).watch(() => {}).ready],
    ["/chats/1/messages/new", "answer to a post", (chat: Client) => chat.getRoom(1).sendMessage("hi")],
  ])("%s is not understood, and the failure names the %s and what is missing", async (path, page, ask) => {
    const { server, client } = await stage();
    const chat = client({ onError: () => {} });
    await chat.login();
    server.site.faults.fail(path, { status: 200, body: html, times: 5 });
    const error = await failureOf(ask(chat));
    expect(error).toMatchObject({ code: "NOT_UNDERSTOOD", page, missing: expect.stringMatching(/./) });
  });

  test("or is 10 MB of garbage ends in time, with a value or a failure", async () => {
    const { server, client } = await stage();
    const body = "<div><a href='x'>".repeat(600_000);
    server.site.faults.fail("/rooms/info/1", { status: 200, body });
    expect(await failureOf(client().getRoom(1).messageCount)).toMatchObject({ code: "NOT_UNDERSTOOD" });
  });

  test("or a server that fails, hangs or hangs up has a failure of its own", async () => {
    const { server, client } = await stage();
    const chat = client({ timeoutMs: 300 });
    server.site.faults.fail("/users/77", { status: 502 });
    expect(await failureOf(chat.getUser(77).about)).toMatchObject({ code: "SERVER_ERROR", context: { status: 502 } });
    server.site.faults.cut("/users/77");
    expect(await failureOf(chat.getUser(77).about)).toMatchObject({ code: "CONNECTION_LOST" });
    server.site.faults.hang("/users/77");
    expect(await failureOf(chat.getUser(77).about)).toMatchObject({ code: "TIMED_OUT" });
    await server.close();
    expect(await failureOf(chat.getUser(78).about)).toMatchObject({ code: "CONNECTION_LOST" });
  });

  test("an abort is told as one, and a closed client refuses", async () => {
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

describe("the life of a message", () => {
  test("is told by its history, with who did what", async () => {
    const { server, client, alice, bot } = await stage();
    server.site.addRoom({ id: 21, name: "Mine", owners: [bot] });
    const said = alice.in(21).says("frist");
    alice.in(21).edits(said.id, "**first**");
    bot.in(21).pins(said.id);
    const chat = client();
    await chat.login();
    const message = chat.getMessage(said.id);
    const revisions = await message.history();
    expect(revisions.map(({ kind, source }) => [kind, source])).toEqual([
      ["said", "frist"],
      ["edited", "**first**"],
    ]);
    expect(revisions.map(({ user }) => user)).toEqual([chat.getUser(alice.id), chat.getUser(alice.id)]);
    expect([await message.editor, await message.pinners, await message.edits]).toEqual([
      chat.getUser(alice.id),
      [chat.getUser(bot.id)],
      1,
    ]);
    expect(await failureOf(chat.getMessage(123456789).history())).toMatchObject({ code: "NOT_FOUND" });
  });

  test("in which it was flagged is told to those who may know", async () => {
    const { server, client, alice } = await stage();
    const moderator = server.site.addUser({ name: "Mod", email: "mod@example.com", isModerator: true });
    const said = alice.in(1).says("rude words");
    const chat = ends(new Client(server.site, moderator.email, moderator.password));
    expect(chat.isLoggedIn).toBe(false);
    const events = chat.getRoom(1).newEvents(MessageFlagged);
    await events.ready;
    expect(chat.isLoggedIn).toBe(true);
    await client().getMessage(said.id).flag();
    const event = await next(events);
    expect([event.messageId, event.flags]).toEqual([said.id, 1]);
    expect(String(event)).toMatch(/^MessageFlagged \d+ in room 1$/);
  });

  test("changes nothing about its author, until that is read again", async () => {
    const { client, alice } = await stage();
    const user = client().getUser(alice.id);
    expect(await user.name).toBe("Alice Liddell");
    alice.rename("Alice L.");
    expect(await user.name).toBe("Alice Liddell");
    await user.refresh();
    expect(await user.name).toBe("Alice L.");
  });
});

describe("what is said", () => {
  test("comes out as the builder and the escapes meant it", async () => {
    const { server, client, alice } = await stage();
    const question = alice.in(1).says("How?");
    const room = client().getRoom(1);
    const text = build()
      .reply(question.id)
      .text("With *stars* & ")
      .bold("courage")
      .text(", see ")
      .link("the [docs]", "https://example.com/a(b)")
      .toString();
    const said = await room.sendMessage(text);
    expect(await said.content).toBe(
      'With &#42;stars&#42; &amp; <b>courage</b>, see <a href="https://example.com/a%28b%29" rel="nofollow noopener noreferrer">the &#91;docs&#93;</a>',
    );
    expect(server.site.room(1).messages.at(-1)?.parentId).toBe(question.id);
    const literal = "not a *quote*, `code` or [link](https://example.com)";
    expect(await (await room.sendMessage(escapeMarkdown(literal))).textContent).toBe(literal);
    const lines = build().lines("one", "two *not italic*").toString();
    expect(await (await room.sendMessage(lines)).content).toBe("<div class='full'>one <br> two *not italic*</div>");
    const raw = build().text("2 * 3 = ").raw("**6**").toString();
    expect(await (await room.sendMessage(raw)).content).toBe("2 * 3 = <b>6</b>");
    expect(await (await room.sendMessage(fixedWidth("a\n  b"))).content).toBe("<pre class='full'>a\n  b</pre>");
  });

  test("too long is split when asked for, and a failure in the middle tells what went out", async () => {
    const { server, client } = await stage();
    const room = client().getRoom(1);
    const text = Array.from({ length: 250 }, (_, n) => `w${n}`).join(" ");
    const first = await room.sendMessage(text, { split: "words" });
    expect(server.site.room(1).messages[0]?.id).toBe(first.id);
    expect(server.site.room(1).messages.length).toBe(3);
    expect((await room.sendParts("word ".repeat(250).trim())).length).toBe(3);
  });

  test("in parts, of which one is refused, tells what went out", async () => {
    const { server, client } = await stage({ throttle: true });
    const room = client({ outbox: { maxTries: 1 } }).getRoom(1);
    const error = await failureOf(room.sendParts("word ".repeat(250).trim()));
    const [sent] = server.site.room(1).messages;
    expect(error).toMatchObject({ code: "PARTLY_SENT", sentIds: [sent?.id], cause: { code: "THROTTLED" } });
  });
});
