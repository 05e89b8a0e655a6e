/** Facts that the client learns from events whose user is not the author, or is missing (protocol.md §4). */
import {
  AccessLevelChanged,
  type ChatEvent,
  Client,
  type EventClass,
  foldPings,
  Invitation,
  MessageFlagged,
  MessageMovedIn,
  MessageMovedOut,
  MessagePosted,
  MessageReply,
  MessageStarred,
  UserNameOrAvatarChanged,
  UserNotification,
} from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { ends, next, stage } from "./support.js";

/** The bot listens in room 11, which is Owner's. */
async function scene() {
  const { server, bot, alice, client, requests } = await stage();
  const { site } = server;
  const owner = site.addUser({ name: "Owner" });
  site.addRoom({ id: 11, name: "Tea", owners: [owner] });
  site.addRoom({ id: 12, name: "Milk" });
  const chat = client();
  return { site, bot, alice, owner, chat, requests, room: chat.getRoom(11) };
}

/** The first event of a class in any room. */
function first<E extends ChatEvent>(chat: Client, Class: EventClass<E>): Promise<E> {
  return new Promise((resolve) => {
    chat.watch((event) => {
      if (event instanceof Class) resolve(event);
    });
  });
}

describe("a moved message", () => {
  test("keeps its author, and the events say who moved it", async () => {
    const { alice, owner, chat, room } = await scene();
    const { id } = alice.in(11).says("off topic");
    const message = chat.getMessage(id);
    expect((await message.owner)?.id).toBe(alice.id);
    const [out, into] = [room.newEvents(MessageMovedOut), chat.getRoom(12).newEvents(MessageMovedIn)];
    await Promise.all([out.ready, into.ready]);
    owner.in(11).moves(id, 12);
    for (const event of [await next(out), await next(into)]) {
      expect(event).toMatchObject({ moved: true, byYou: false, userName: "Owner" });
      expect(event.movedBy?.id).toBe(owner.id);
      expect(event.message).toBe(message);
      expect((await event.message.owner)?.id).toBe(alice.id);
    }
  });

  test("has an author who is fetched, and the other room, when the event is the first to mention it", async () => {
    const { alice, owner, chat, room } = await scene();
    const { id } = alice.in(11).says("off topic");
    const out = room.newEvents(MessageMovedOut);
    await out.ready;
    owner.in(11).moves(id, 12);
    const { message } = await next(out);
    expect(message.peek.owner).toBeUndefined();
    expect((await message.owner)?.id).toBe(alice.id);
    expect((await message.room).id).toBe(12);
    expect(message).toBe(chat.getMessage(id));
  });

  test("is no longer known to be in the room that it left", async () => {
    const { alice, owner, room } = await scene();
    const events = room.newEvents(MessagePosted, MessageMovedOut);
    await events.ready;
    const { id } = alice.in(11).says("off topic");
    const { message } = (await next(events)) as MessagePosted;
    expect(message.peek.room).toBe(room);
    owner.in(11).moves(id, 12);
    await next(events);
    expect(message.peek.room).toBeUndefined();
    expect((await message.room).id).toBe(12);
  });
});

describe("a star event", () => {
  test("of one's own shows whether one starred and pinned the message, without a request", async () => {
    const { site, bot, alice, chat, requests } = await scene();
    site.addRoom({ id: 13, name: "Mine", owners: [bot] });
    const stars = chat.getRoom(13).newEvents(MessageStarred);
    await stars.ready;
    const { id } = alice.in(13).says("well said");
    const marks = async (): Promise<unknown> => {
      const { message, byYou, user } = await next(stars);
      const { starredByYou, pinnedByYou, stars: count, pins } = message.peek;
      return [byYou, user?.id, starredByYou, pinnedByYou, count, pins];
    };
    const message = chat.getMessage(id);
    // Carol's star remains when mine is removed: only the event for me reports the removal.
    site.user("Carol").in(13).stars(id);
    expect(await marks()).toEqual([false, undefined, false, false, 1, 0]);
    requests();
    bot.in(13).stars(id);
    expect(await marks()).toEqual([true, bot.id, true, false, 2, 0]);
    bot.in(13).pins(id);
    expect(await marks()).toEqual([true, bot.id, true, true, 2, 1]);
    bot.in(13).stars(id);
    expect(await marks()).toEqual([true, bot.id, false, true, 1, 1]);
    bot.in(13).pins(id);
    expect(await marks()).toEqual([true, bot.id, false, false, 1, 0]);
    expect(await Promise.all([message.starredByYou, message.pinnedByYou])).toEqual([false, false]);
    expect(requests()).toEqual([]);
  });

  test("of another user does not change one's own star and pin", async () => {
    const { site, bot, alice, chat, room } = await scene();
    const stars = room.newEvents(MessageStarred);
    await stars.ready;
    const { id } = alice.in(11).says("well said");
    const known = chat.getMessage(id);
    bot.in(11).stars(id);
    await next(stars);
    site.user("Carol").in(11).stars(id);
    const { message, user, byYou } = await next(stars);
    expect([message, user, byYou]).toEqual([known, null, false]);
    expect([known.peek.starredByYou, known.peek.stars]).toEqual([true, 2]);
  });
});

describe("a reply to oneself", () => {
  test("is delivered as a reply and then as the message, and does not count as addressed to oneself", async () => {
    const { alice, bot, room } = await scene();
    const events = room.newEvents(MessageReply, MessagePosted);
    await events.ready;
    const folded = foldPings(room.newEvents());
    const first = await room.sendMessage("one");
    const second = await first.reply("and two");
    alice.in(11).says("three", { replyTo: second.id });
    const seen: unknown[] = [];
    for (let at = 0; at < 5; at++) {
      const event = await next(events);
      seen.push([event.constructor, event.messageId === second.id, event.byYou]);
    }
    expect(seen).toEqual([
      [MessagePosted, false, true],
      [MessageReply, true, true],
      [MessagePosted, true, true],
      [MessageReply, false, false],
      [MessagePosted, false, false],
    ]);
    const forYou: unknown[] = [];
    for (let at = 0; at < 3; at++) {
      const { value } = await folded.next();
      forYou.push([value?.event.user?.id, value?.reply !== null, value?.isForYou]);
    }
    expect(forYou).toEqual([
      [bot.id, false, false],
      [bot.id, true, false],
      [alice.id, true, true],
    ]);
  });
});

test("a reply event has the replied-to user and message when the server sends them", async () => {
  const { server, alice, client } = await stage({ parentInReplies: true });
  const room = client().getRoom(1);
  const events = room.newEvents(MessageReply, MessagePosted);
  await events.ready;
  const question = server.site.user("Bot").in(1).says("**why** not?");
  await next(events);
  alice.in(1).says("because", { replyTo: question });
  alice.in(1).says("@Bot by the way");
  const seen = [await next(events), await next(events), await next(events)];
  expect(seen.map(({ isReply, parentName, parentContent }) => [isReply, parentName, parentContent])).toEqual([
    [true, "Bot", "<b>why</b> not?"],
    [true, "Bot", "<b>why</b> not?"],
    [false, null, null],
  ]);
});

describe("events without a room, a user, or a content", () => {
  test("show an owner the user and the room of an access request", async () => {
    const { site, bot, alice, chat, room } = await scene();
    site.addRoom({ id: 14, name: "Club", access: "gallery", owners: [bot] });
    const rights = chat.getRoom(14).newEvents(AccessLevelChanged);
    const banner = first(chat, UserNotification);
    await Promise.all([room.newEvents().ready, rights.ready]);
    const guest = ends(new Client(site, alice.email, alice.password));
    await guest.getRoom(14).requestAccess();
    const asked = await next(rights);
    expect(asked).toMatchObject({ level: "request", requester: chat.getUser(alice.id), room: chat.getRoom(14) });
    expect(await banner).toMatchObject({ room: null, requestedRoom: chat.getRoom(14), user: chat.getUser(alice.id) });
    expect((await banner).targetUser?.id).toBe(bot.id);
    bot.in(14).setsAccess(alice, "read-write");
    bot.in(14).setsAccess(alice, null);
    const levels = [await next(rights), await next(rights)].map(({ level, requester }) => [level, requester]);
    expect(levels).toEqual([
      ["read-write", null],
      ["(default)", null],
    ]);
  });

  test("bring an invitation under the rooms one is in, with the other room's id", async () => {
    const { site, bot, alice, chat, room } = await scene();
    site.addRoom({ id: 15, name: "Elsewhere", owners: [alice] });
    const invitation = first(chat, Invitation);
    await room.newEvents().ready;
    alice.in(15).invites(bot);
    expect(await invitation).toMatchObject({ room: chat.getRoom(15), user: chat.getUser(alice.id), byYou: false });
    expect((await invitation).textContent).toBe(
      "Alice Liddell has invited you to join Elsewhere. See your invitations.",
    );
  });

  test("bring a flag without a user, and a new name from the user Feeds", async () => {
    const { site, bot, alice, chat } = await scene();
    site.addRoom({ id: 16, name: "Mine", owners: [bot] });
    const events = chat.getRoom(16).newEvents(MessageFlagged, UserNameOrAvatarChanged);
    await events.ready;
    const { id } = alice.in(16).says("spam");
    const message = chat.getMessage(id);
    expect((await message.owner)?.id).toBe(alice.id);
    site.user("Carol").in(16).flags(id);
    expect(await next(events)).toMatchObject({ user: null, userName: null, targetUser: null, flags: 1, message });
    expect(message.peek.owner?.id).toBe(alice.id);
    alice.in(16).enters();
    alice.rename("Alicia");
    const renamed = await next(events);
    expect([renamed.user?.id, renamed.userName, renamed.targetUser?.id, renamed.content]).toEqual([
      ...[-2, "Feeds", alice.id, null],
    ]);
    expect(await chat.getUser(alice.id).name).toBe("Alicia");
  });
});
