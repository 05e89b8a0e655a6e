import {
  AccessLevelChanged,
  Invitation,
  MessageDeleted,
  MessageEdited,
  MessagePosted,
  MessageReply,
  MessageStarred,
  RoomNameChanged,
  UnknownEvent,
  UserEntered,
  UserLeft,
  UserMentioned,
} from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { next, stage } from "./support.js";

describe("newEvents", () => {
  test("yields the events of the given classes in order", async () => {
    const { client, alice } = await stage();
    const chat = client();
    const events = chat
      .getRoom(1)
      .newEvents(UserEntered, MessagePosted, MessageEdited, MessageStarred, MessageDeleted, UserLeft);
    await events.ready;
    alice.in(1).enters();
    const said = alice.in(1).says("Hello @Bot");
    alice.in(1).edits(said.id, "Hello **you**");
    alice.in(1).deletes(said.id);
    alice.in(1).leaves();
    const names: string[] = [];
    for await (const event of events) {
      expect(event.room).toBe(chat.getRoom(1));
      if (event.user === (await chat.getMe())) continue;
      names.push(event.constructor.name);
      if (event instanceof MessageEdited) {
        expect(event.message).toBe(chat.getMessage(said.id));
        expect(event.textContent).toBe("Hello you");
        expect(event.timeStamp).toBe(said.timeStamp);
      }
      if (event instanceof UserLeft) break;
    }
    expect(names).toEqual(["UserEntered", "MessagePosted", "MessageEdited", "MessageDeleted", "UserLeft"]);
  });

  test("yields mentions and replies before the message itself, with the same message object", async () => {
    const { client, alice, bot } = await stage();
    const mine = bot.in(1).says("I am here");
    const events = client().getRoom(1).newEvents(UserMentioned, MessageReply, MessagePosted);
    await events.ready;
    alice.in(1).says("hey @Bot");
    const [mention, post] = [await next(events), await next(events)];
    expect([mention.constructor, post.constructor]).toEqual([UserMentioned, MessagePosted]);
    expect(mention.message).toBe(post.message);
    expect(mention.isReply).toBe(false);
    alice.in(1).says("and yes", { replyTo: mine });
    const reply = await next(events);
    expect(reply).toBeInstanceOf(MessageReply);
    expect([reply.isReply, reply.parentId]).toEqual([true, mine.id]);
    expect((await reply.message.parent)?.id).toBe(mine.id);
  });

  test("keeps cached values current", async () => {
    const { server, client, alice, bot } = await stage();
    server.site.addRoom({ id: 8, name: "Before", owners: [alice] });
    const said = bot.in(8).says("first");
    const chat = client();
    const room = chat.getRoom(8);
    const message = chat.getMessage(said.id);
    expect([await room.name, await message.textContent, await message.stars]).toEqual(["Before", "first", 0]);
    const events = room.newEvents(MessageEdited, MessageStarred, RoomNameChanged);
    await events.ready;
    bot.in(8).edits(said.id, "second");
    alice.in(8).stars(said.id);
    alice.in(8).updates({ name: "After" });
    for (let seen = 0; seen < 3; seen++) await next(events);
    expect([message.peek.content, message.peek.stars, message.peek.edits]).toEqual(["second", 1, 1]);
    expect(await room.name).toBe("After");
  });

  test("yields invitations and changes of access", async () => {
    const { server, client, alice, bot } = await stage();
    const room = server.site.addRoom({ id: 9, name: "Club", access: "gallery", owners: [alice] });
    const events = client().getRoom(1).newEvents(Invitation);
    const access = client().getRoom(9).newEvents(AccessLevelChanged);
    await Promise.all([events.ready, access.ready]);
    alice.in(room).invites(bot);
    const invitation = await next(events);
    expect(invitation.room?.id).toBe(9);
    alice.in(room).setsAccess(bot, "read-write");
    expect((await next(access)).level).toBe("read-write");
  });

  test("ends with a break, a signal or a logout, and closes the socket", async () => {
    const { server, client, alice } = await stage();
    const chat = client();
    const stop = new AbortController();
    const [first, second, third] = [
      chat.getRoom(1).newEvents(),
      chat.getRoom(1).newMessages({ signal: stop.signal }),
      chat.getRoom(1).newMessages(),
    ];
    await Promise.all([first.ready, second.ready, third.ready]);
    alice.in(1).says("one");
    for await (const _ of first) break;
    expect(await first.next()).toEqual({ done: true, value: undefined });
    await next(second);
    stop.abort();
    expect((await second.next()).done).toBe(true);
    expect(server.site.openSockets).toBe(1);
    await chat.logout();
    expect((await third.next()).done).toBe(true);
  });

  test("drops and reports the oldest events when no reader takes them", async () => {
    const { client, alice } = await stage();
    const lines: string[] = [];
    const quiet = (): void => {};
    const logger = { debug: quiet, info: quiet, error: quiet, warn: (text: string) => void lines.push(text) };
    const chat = client({ logger });
    const messages = chat.getRoom(1).newMessages({ limit: 2 });
    await messages.ready;
    const sync = chat.getRoom(1).newMessages();
    for (const text of ["a", "b", "c", "d"]) alice.in(1).says(text);
    for (let seen = 0; seen < 4; seen++) await next(sync);
    expect(messages.dropped).toBe(2);
    expect(lines.some((line) => line.includes("dropped 2 so far"))).toBe(true);
    expect([await (await next(messages)).textContent, await (await next(messages)).textContent]).toEqual(["c", "d"]);
  });
});

describe("watch", () => {
  test("survives callbacks that throw and reject", async () => {
    const { client, alice } = await stage();
    const reported: unknown[] = [];
    const chat = client({ onError: (error) => void reported.push(error) });
    const seen: string[] = [];
    const done = deferred();
    const watch = chat.getRoom(1).watch((event, given) => {
      expect(given).toBe(chat);
      if (!(event instanceof MessagePosted)) return;
      seen.push(event.textContent ?? "");
      if (seen.length === 1) throw new Error("first");
      if (seen.length === 2) return Promise.reject(new Error("second"));
      done.resolve(undefined);
    });
    await watch.ready;
    for (const text of ["a", "b", "c"]) alice.in(1).says(text);
    await done.promise;
    expect(seen).toEqual(["a", "b", "c"]);
    expect(reported.map(String)).toEqual(["Error: first", "Error: second"]);
    watch.close();
    watch.close();
  });

  test("of a missing room rejects ready and reports the error", async () => {
    const { client } = await stage();
    const watch = client({ onError: () => {} })
      .getRoom(99999999)
      .watch(() => {});
    await expect(watch.ready).rejects.toMatchObject({ code: "NOT_FOUND" });
    const messages = client().getRoom(99999999).newMessages();
    await expect(messages.next()).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("works for an anonymous client", async () => {
    const { anonymous, alice } = await stage();
    const messages = anonymous().getRoom(1).newMessages();
    await messages.ready;
    alice.in(1).says("to whom it may concern");
    expect(await (await next(messages)).textContent).toBe("to whom it may concern");
  });
});

describe("the stream continues", () => {
  test("after invalid frames", async () => {
    const { server, client, alice } = await stage();
    const events = client().getRoom(1).newEvents();
    await events.ready;
    const { faults } = server.site;
    faults.sendRaw('{"r1":{"e":[{"event_type":1,"id":"no","user_id":{},"content":7}]}}');
    faults.sendRaw('{"r1":{"e":[{"event_type":4711,"room_id":1,"what":"new"}],"t":1,"d":1}}');
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '"r1"',
      '{"r1":5}',
      '{"r1":{"e":7}}',
      '{"r1":{"e":[null,5,"x",{}]}}',
      '{"x":{}}',
      '{"r1":{}}',
    ]) {
      faults.sendRaw(text);
    }
    alice.in(1).says("still here");
    const types: string[] = [];
    for await (const event of events) {
      types.push(event.constructor.name);
      if (event instanceof MessagePosted) break;
    }
    expect(types.filter((type) => type !== "UserEntered")).toEqual(["UnknownEvent", "UnknownEvent", "MessagePosted"]);
    expect(UnknownEvent.name).toBe("UnknownEvent");
  });

  test("and delivers an event once that a frame has under two rooms", async () => {
    const { server, client, alice, bot } = await stage();
    server.site.addRoom({ id: 6, name: "Other" });
    const mine = bot.in(1).says("here");
    const chat = client();
    const [one, six] = [
      chat.getRoom(1).newEvents(MessageReply, MessagePosted),
      chat.getRoom(6).newEvents(MessageReply, MessagePosted),
    ];
    await Promise.all([one.ready, six.ready]);
    alice.in(1).says("there", { replyTo: mine });
    alice.in(6).says("elsewhere");
    expect((await next(one)).constructor).toBe(MessageReply);
    expect((await next(one)).constructor).toBe(MessagePosted);
    expect(await next(six)).toMatchObject({ constructor: MessagePosted, textContent: "elsewhere" });
  });
});

function deferred(): { promise: Promise<unknown>; resolve(value: unknown): void } {
  let resolve: (value: unknown) => void = () => {};
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
