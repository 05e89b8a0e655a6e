/** The request that fills each property: the expected table, checked with a fresh object for each property. */
import type { Message, Room, User } from "chatexchange-ts";
import { expect, test } from "vitest";
import { failureOf, stage } from "./support.js";

const thumbs = ["GET /rooms/thumbs/1"];
const roomInfo = ["GET /rooms/info/1"];

const roomTable: Record<string, readonly [read: (room: Room) => Promise<unknown>, requests: readonly string[]]> = {
  name: [(room) => room.name, thumbs],
  description: [(room) => room.description, thumbs],
  descriptionHtml: [(room) => room.descriptionHtml, thumbs],
  tags: [(room) => room.tags, thumbs],
  isFavorite: [(room) => room.isFavorite, thumbs],
  messageCount: [(room) => room.messageCount, roomInfo],
  userCount: [(room) => room.userCount, roomInfo],
  parentSiteName: [(room) => room.parentSiteName, roomInfo],
  owners: [(room) => room.owners, roomInfo],
  state: [(room) => room.state, roomInfo],
};

test.each(Object.entries(roomTable))("room.%s", async (_, [read, expected]) => {
  const { anonymous, requests } = await stage();
  const room = anonymous().getRoom(1);
  await Promise.all([read(room), read(room)]);
  await read(room);
  expect(requests()).toEqual(expected);
});

const userInfo = ["POST /user/info"];
const profile = ["GET /users/{id}"];

const userTable: Record<string, readonly [read: (user: User) => Promise<unknown>, requests: readonly string[]]> = {
  name: [(user) => user.name, userInfo],
  reputation: [(user) => user.reputation, userInfo],
  isModerator: [(user) => user.isModerator, userInfo],
  lastSeen: [(user) => user.lastSeen, profile],
  lastMessage: [(user) => user.lastMessage, profile],
  avatarUrl: [(user) => user.avatarUrl, userInfo],
  about: [(user) => user.about, profile],
  messageCount: [(user) => user.messageCount, profile],
  roomCount: [(user) => user.roomCount, profile],
  parentProfileUrl: [(user) => user.parentProfileUrl, profile],
  rooms: [(user) => user.rooms, profile],
  messagesByRoom: [(user) => user.messagesByRoom, profile],
};

test.each(Object.entries(userTable))("user.%s", async (_, [read, expected]) => {
  const { anonymous, alice, requests } = await stage();
  alice.in(1).says("hello");
  const user = anonymous().getUser(alice.id);
  await Promise.all([read(user), read(user)]);
  await read(user);
  expect(requests().map((line) => line.replace(String(alice.id), "{id}"))).toEqual(expected);
});

const page = "GET /transcript/message/{id}";
const list = "POST /chats/1/events";
const history = "GET /messages/{id}/history";

/** For a message with only a known id, and for one whose room is known: the JSON list has its values. */
const messageTable: Record<
  string,
  readonly [read: (message: Message) => Promise<unknown>, byId: readonly string[], inRoom: readonly string[]]
> = {
  room: [(message) => message.room, [page], []],
  content: [(message) => message.content, ["GET /message/{id}"], [list]],
  textContent: [(message) => message.textContent, ["GET /message/{id}"], [list]],
  contentSource: [(message) => message.contentSource, ["GET /message/{id}"], ["GET /message/{id}"]],
  owner: [(message) => message.owner, [page], [list]],
  stars: [(message) => message.stars, [page], [list]],
  starredByYou: [(message) => message.starredByYou, [page], [list]],
  pinned: [(message) => message.pinned, [page], [list]],
  pins: [(message) => message.pins, [page, list], [list]],
  timeStamp: [(message) => message.timeStamp, [page, list], [list]],
  edited: [(message) => message.edited, [page], [list]],
  edits: [(message) => message.edits, [page, list], [list]],
  deleted: [(message) => message.deleted, [page], [list]],
  parent: [(message) => message.parent, [page], [list]],
  editor: [(message) => message.editor, [history], [history]],
  pinners: [(message) => message.pinners, [history], [history]],
};

test.each(Object.entries(messageTable))("message.%s", async (_, [read, byId, inRoom]) => {
  const { anonymous, alice, requests } = await stage();
  const said = alice.in(1).says("hello");
  const ask = async (message: Message): Promise<string[]> => {
    requests();
    await Promise.all([read(message), read(message)]);
    await read(message);
    // An anonymous fkey is fetched first, once per client; it does not count toward the property.
    return requests().flatMap((line) =>
      line.endsWith("/chats/join/favorite") ? [] : line.replace(String(said.id), "{id}"),
    );
  };
  expect(await ask(anonymous().getMessage(said.id))).toEqual(byId);
  const message = anonymous().getMessage(said.id);
  // Inside the package, objects learn values from every response and event; here only the room is known.
  Reflect.get(message, "merge").call(message, { room: anonymous().getRoom(1) });
  expect(await ask(message)).toEqual(inRoom);
});

test("values from a search, a list or an event need no request", async () => {
  const { anonymous, alice, requests } = await stage();
  alice.in(1).says("hello");
  for await (const message of anonymous().getRoom(1).history({ limit: 1 })) {
    requests();
    const { owner, stars, starredByYou, pinned, pins, timeStamp, edited, edits, deleted, parent, textContent } =
      message;
    await Promise.all([
      owner,
      stars,
      starredByYou,
      pinned,
      pins,
      timeStamp,
      edited,
      edits,
      deleted,
      parent,
      textContent,
    ]);
    expect(requests()).toEqual([]);
  }
});

test("a forbidden page fails only the properties that nothing else fills", async () => {
  const { server, client, alice } = await stage();
  const said = alice.in(1).says("hello");
  server.site.faults.fail(/^\/(transcript|messages\/\d+\/history)/, { status: 403, times: 99 });
  const message = client().getMessage(said.id);
  expect(await message.textContent).toBe("hello");
  expect(await message.contentSource).toBe("hello");
  expect(await failureOf(message.stars)).toMatchObject({ code: "FORBIDDEN" });
  expect(await failureOf(message.pinners)).toMatchObject({ code: "FORBIDDEN" });
});

test("four properties of a room asked for in one tick cost one request", async () => {
  const { anonymous, requests } = await stage();
  const room = anonymous().getRoom(1);
  expect(await Promise.all([room.name, room.messageCount, room.owners, room.tags])).toHaveLength(4);
  expect(requests()).toEqual(roomInfo);
});

test("four properties of a user asked for in one tick cost one request", async () => {
  const { anonymous, alice, requests } = await stage();
  const user = anonymous().getUser(alice.id);
  expect(await Promise.all([user.name, user.reputation, user.about, user.messageCount])).toEqual([
    "Alice Liddell",
    3141,
    "Curiouser & curiouser",
    0,
  ]);
  expect(requests()).toEqual([`GET /users/${alice.id}`]);
});

test("the names of twenty users asked for in one tick cost one request", async () => {
  const { server, anonymous, requests } = await stage();
  const people = Array.from({ length: 20 }, (_, at) => server.site.addUser({ name: `Person ${at}` }));
  const chat = anonymous();
  const names = await Promise.all(people.map(({ id }) => chat.getUser(id).name));
  expect(names).toEqual(people.map(({ name }) => name));
  expect(requests()).toEqual(userInfo);
});

test("favorite and name of a room cost one request for a client that can log in", async () => {
  const { client, requests } = await stage();
  const chat = client();
  await chat.login();
  requests();
  const room = chat.getRoom(1);
  await Promise.all([room.name, room.isFavorite, room.tags]);
  expect(requests()).toEqual(thumbs);
});
