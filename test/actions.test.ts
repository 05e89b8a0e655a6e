/** Actions on messages: sending, editing, deleting, starring and pinning; their refusals, and the sent text. */
import { message as build, Client, escapeMarkdown, fixedWidth, MessageFlagged } from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { ends, failureOf, next, stage } from "./support.js";

describe("actions", () => {
  test("send, reply to, edit and delete messages", async () => {
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

  test("star and pin set a state, and do nothing if it is set already", async () => {
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

  test("fail with a code and the reason when the server refuses them", async () => {
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

  test("count the prefix of a reply toward the length limit", async () => {
    const { client, alice } = await stage();
    const said = alice.in(1).says("well?");
    const error = await failureOf(client().getMessage(said.id).reply("x".repeat(495)));
    expect(error).toMatchObject({ code: "TOO_LONG", message: expect.stringContaining("505") });
    await client().getMessage(said.id).reply("x".repeat(495), { replyForm: "parentId" });
  });

  test("accept 501 characters on two lines", async () => {
    const { server, client } = await stage();
    await client()
      .getRoom(1)
      .sendMessage(`${"x".repeat(500)}\ny`);
    expect(server.site.room(1).messages).toHaveLength(1);
  });

  test("report their failure to onError when no caller awaits them", async () => {
    const { client, alice } = await stage();
    const said = alice.in(1).says("hands off");
    const reported = await new Promise((onError) => {
      void client({ onError }).getMessage(said.id).delete();
    });
    expect(reported).toMatchObject({ code: "NOT_YOURS" });
  });
});

describe("a message", () => {
  test("has a history with the user of each change", async () => {
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

  test("notifies a moderator when it is flagged", async () => {
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

  test("keeps the cached name of its author until the user is refreshed", async () => {
    const { client, alice } = await stage();
    const user = client().getUser(alice.id);
    expect(await user.name).toBe("Alice Liddell");
    alice.rename("Alice L.");
    expect(await user.name).toBe("Alice Liddell");
    await user.refresh();
    expect(await user.name).toBe("Alice L.");
  });
});

describe("sent text", () => {
  test("is rendered as the builder and the escape functions intend", async () => {
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
    expect(await (await room.sendMessage(raw)).content).toBe("2 &#42; 3 = <b>6</b>");
    expect(await (await room.sendMessage(fixedWidth("a\n  b"))).content).toBe("<pre class='full'>a\n  b</pre>");
  });

  test("is split when it is too long and the caller asks for it; a failure in the middle has the messages sent so far", async () => {
    const { server, client } = await stage();
    const room = client().getRoom(1);
    const text = Array.from({ length: 250 }, (_, n) => `w${n}`).join(" ");
    const first = await room.sendMessage(text, { split: "words" });
    expect(server.site.room(1).messages[0]?.id).toBe(first.id);
    expect(server.site.room(1).messages.length).toBe(3);
    expect((await room.sendParts("word ".repeat(250).trim())).length).toBe(3);
  });

  test("has the messages sent so far in the failure when the server refuses a part", async () => {
    const { server, client } = await stage({ throttle: true });
    const room = client({ outbox: { maxTries: 1 } }).getRoom(1);
    const error = await failureOf(room.sendParts("word ".repeat(250).trim()));
    const [sent] = server.site.room(1).messages;
    expect(error).toMatchObject({ code: "PARTLY_SENT", sentIds: [sent?.id], cause: { code: "THROTTLED" } });
  });
});
