/** The stack of every failure names the line in the user's own file that asked for it. */
import * as api from "chatexchange-ts";
import { type Client, isChatError, type Message, type Room, type User } from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { membersOf, publicClasses } from "./public-members.js";
import { stage } from "./support.js";

interface Subjects {
  readonly chat: Client;
  readonly room: Room;
  readonly user: User;
  readonly message: Message;
}

type Ask = (subjects: Subjects) => PromiseLike<unknown>;

/** Members that make no request, cannot fail, or are not public. */
const local: Readonly<Record<string, readonly string[]>> = {
  Client: [
    "clock",
    "hasState",
    "needsResume",
    "isLoggedIn",
    "outbox",
    "counts",
    "drift",
    "state",
    "onStateChange",
    "cursors",
    "watch",
    "getRoom",
    "getUser",
    "getMessage",
    "logout",
    "closeOnSignals",
    "toString",
  ],
  Room: [
    "client",
    "merge",
    "invalidate",
    "site",
    "isInRoom",
    "peek",
    "leave",
    "watch",
    "newMessages",
    "newEvents",
    "listen",
    "toString",
  ],
  User: ["merge", "invalidate", "site", "peek", "toString"],
  Message: ["merge", "editTask", "site", "permalink", "peek", "toString"],
};

const first = (values: AsyncIterator<unknown>): Promise<unknown> => values.next();

/** How to call the methods; properties are simply awaited. */
const calls: Readonly<Record<string, Readonly<Record<string, Ask>>>> = {
  Client: {
    resume: ({ chat }) => chat.resume(),
    login: ({ chat }) => chat.login(),
    getMe: ({ chat }) => chat.getMe(),
    rooms: ({ chat }) => first(chat.rooms()),
    searchUsers: ({ chat }) => first(chat.searchUsers("Alice")),
    searchMessages: ({ chat }) => first(chat.searchMessages("hello")),
    createRoom: ({ chat }) => chat.createRoom({ name: "Room" }),
    uploadImage: ({ chat }) => chat.uploadImage(new Uint8Array(8)),
    ignoredUsers: ({ chat }) => chat.ignoredUsers(),
    acknowledge: ({ chat }) => chat.acknowledge([4]),
    sentWith: ({ chat }) => chat.sentWith(""),
    action: ({ chat }) => chat.action("/somewhere"),
  },
  Room: {
    refresh: ({ room }) => room.refresh(),
    join: ({ room }) => room.join(),
    sendMessage: ({ room }) => room.sendMessage("hello"),
    sendParts: ({ room }) => room.sendParts("hello"),
    currentUsers: ({ room }) => room.currentUsers(),
    getCurrentUsers: ({ room }) => room.getCurrentUsers(),
    pingableUsers: ({ room }) => room.pingableUsers(),
    getPingableUsers: ({ room }) => room.getPingableUsers(),
    history: ({ room }) => first(room.history()),
    transcript: ({ room }) => first(room.transcript("2024-02-29")),
    starred: ({ room }) => room.starred(),
    starredMessages: ({ room }) => room.starredMessages().next(),
    pinned: ({ room }) => room.pinned(),
    isOwner: ({ room }) => room.isOwner(3),
    accessList: ({ room }) => room.accessList(),
    update: ({ room }) => room.update({ name: "Room" }),
    moveMessages: ({ room }) => room.moveMessages([4], 2),
    kick: ({ room }) => room.kick(3),
    setAccess: ({ room }) => room.setAccess(3, "owner"),
    invite: ({ room }) => room.invite(3),
    requestAccess: ({ room }) => room.requestAccess(),
    timeout: ({ room }) => room.timeout(5, "calm down"),
    bookmark: ({ room }) => room.bookmark(4, 5, "a talk"),
    favorite: ({ room }) => room.favorite(),
  },
  User: {
    refresh: ({ user }) => user.refresh(),
    ignore: ({ user }) => user.ignore(),
  },
  Message: {
    refresh: ({ message }) => message.refresh(),
    reply: ({ message }) => message.reply("hello"),
    edit: ({ message }) => message.edit("hello"),
    delete: ({ message }) => message.delete(),
    star: ({ message }) => message.star(),
    pin: ({ message }) => message.pin(),
    cancelStars: ({ message }) => message.cancelStars(),
    history: ({ message }) => message.history(),
    moveTo: ({ message }) => message.moveTo(2),
    flag: ({ message }) => message.flag(),
    acknowledge: ({ message }) => message.acknowledge(),
  },
};

const members = ["Client", "Room", "User", "Message"].flatMap((name) => {
  const prototype = publicClasses(api).get(name) ?? {};
  return membersOf(prototype)
    .filter((member): member is string => typeof member === "string" && !local[name]?.includes(member))
    .map((member) => [name, member, prototype] as const);
});

/** A client whose every request fails. Its objects have no cached value, or one, which can be fetched again. */
async function failing(knows: boolean = false): Promise<Subjects> {
  const { server, client, alice } = await stage();
  const chat = client({ reads: { tries: 1 }, outbox: { patienceMs: 0 } });
  const { id } = alice.in(1).says("hello");
  const subjects = { chat, room: chat.getRoom(1), user: chat.getUser(alice.id), message: chat.getMessage(id) };
  if (knows) await Promise.all([subjects.room.name, subjects.user.name, subjects.message.contentSource]);
  server.site.faults.cut(/./, 99);
  return subjects;
}

/** The failure of a call made in this file. */
async function failureHere(ask: () => PromiseLike<unknown>): Promise<unknown> {
  return ask().then(
    () => "it did not fail",
    (error: unknown) => error,
  );
}

function linesHere(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return stack.split("\n").filter((line) => line.includes("call-sites.test.ts"));
}

describe("the stack of a failure names the caller's line", () => {
  test.each(members)("of %s.%s", async (name, member, prototype) => {
    const subjects = await failing(member === "refresh");
    const isProperty = Object.getOwnPropertyDescriptor(prototype, member)?.get !== undefined;
    const call = calls[name]?.[member];
    expect(isProperty || call !== undefined, `the table has no call of ${name}.${member}`).toBe(true);
    const subject = { Client: subjects.chat, Room: subjects.room, User: subjects.user, Message: subjects.message }[
      name
    ];
    const ask = (): PromiseLike<unknown> => call?.(subjects) ?? Reflect.get(prototype, member, subject);
    const error = await failureHere(ask);
    expect(isChatError(error), String(error)).toBe(true);
    expect(linesHere(error)).not.toEqual([]);
  });

  test("for each call that shares a failure", async () => {
    const { chat } = await failing();
    await chat.logout({ drain: false });
    const failures = await Promise.all([
      failureHere(() => chat.getRoom(7).name),
      failureHere(() => chat.getRoom(7).description),
      failureHere(function another() {
        return chat.getRoom(7).tags;
      }),
    ]);
    expect(failures.map((error) => linesHere(error).length > 0)).toEqual([true, true, true]);
    expect(failures.map((error) => linesHere(error).join().includes("another"))).toEqual([false, false, true]);
    expect(failures.map((error) => (error as Error).stack?.split("called from").length)).toEqual([2, 2, 2]);
  });

  test("for listening, when it ends and before it starts", async () => {
    const set = await stage();
    const chat = set.client();
    const ends = [
      () => chat.getRoom(77).newMessages().ready,
      () => first(chat.getRoom(77).newEvents()),
      () => chat.getRoom(77).watch(() => {}).ready,
      () => chat.getRoom(77).watch(() => {}).closed,
    ];
    for (const end of ends) {
      const error = await failureHere(end);
      expect(isChatError(error, "NOT_FOUND"), String(error)).toBe(true);
      expect(linesHere(error), String(end)).not.toEqual([]);
    }
    expect(set.failures.map((error) => linesHere(error).length > 0)).toEqual([true, true]);
  });

  test("for actions that are not awaited, in the error of onError", async () => {
    const set = await stage();
    set.server.site.faults.fail("/chats/1/messages/new", {
      status: 404,
      body: "You can't",
      headers: { chat: "error" },
    });
    void set.client().getRoom(1).sendMessage("hello");
    await expect.poll(() => set.failures.length).toBe(1);
    expect(linesHere(set.failures[0])).not.toEqual([]);
  });
});
