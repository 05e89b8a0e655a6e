import { AccessLevelChanged, Client, MessageMovedIn, MessageMovedOut, RoomNameChanged } from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { ends, failureOf, next, stage } from "./support.js";

describe("an owner", () => {
  test("creates a room and changes it, and omitted fields keep their values", async () => {
    const { client, server } = await stage();
    const chat = client();
    const room = await chat.createRoom({
      name: "Cake & Co",
      description: "See https://example.com/a/very/long/path/indeed/yes",
      tags: ["cake", "tea"],
    });
    expect(await Promise.all([room.name, room.tags])).toEqual(["Cake & Co", ["cake", "tea"]]);
    expect((await room.owners).map(({ id }) => id)).toEqual([(await chat.getMe()).id]);
    const events = room.newEvents(RoomNameChanged);
    await events.ready;
    await room.update({ name: "Tea & Co", access: "gallery" });
    await next(events);
    expect(await Promise.all([room.name, room.tags, room.state])).toMatchObject([
      "Tea & Co",
      ["cake", "tea"],
      { access: "gallery" },
    ]);
    expect(await room.descriptionHtml).toContain('href="https://example.com/a/very/long/path/indeed/yes"');
    expect(server.site.room(room.id).name).toBe("Tea & Co");
  });

  test("moves messages, in batches", async () => {
    const { server, client, alice, bot, requests } = await stage();
    server.site.addRoom({ id: 11, name: "Main", owners: [bot] });
    server.site.addRoom({ id: 12, name: "Trash", owners: [alice] });
    const said = Array.from({ length: 120 }, (_, n) => alice.in(11).says(`spam ${n}`));
    const chat = client();
    const [main, trash] = [chat.getRoom(11), chat.getRoom(12)];
    const [out, into] = [main.newEvents(MessageMovedOut), trash.newEvents(MessageMovedIn)];
    await Promise.all([out.ready, into.ready]);
    requests();
    expect(
      await main.moveMessages(
        said.map(({ id }) => id),
        trash,
      ),
    ).toBe(120);
    expect(requests().filter((line) => line === "POST /admin/movePosts/11")).toHaveLength(2);
    expect((await next(out)).moved).toBe(true);
    const arrived = await next(into);
    expect(await arrived.message.room).toBe(trash);
    expect(server.site.room(12).messages.filter(({ source }) => source.startsWith("spam"))).toHaveLength(120);
    const [first] = said;
    if (!first) throw new Error("the stage is empty");
    expect(await chat.getMessage(first.id).room).toBe(trash);
    expect(await failureOf(trash.moveMessages([first.id], main))).toMatchObject({ code: "FORBIDDEN" });
    expect(await failureOf(main.moveMessages([first.id], main))).toMatchObject({ code: "BAD_ARGUMENT" });
  });

  test("moves a single message with a method of the message", async () => {
    const { server, client, alice, bot } = await stage();
    server.site.addRoom({ id: 11, name: "Main", owners: [bot] });
    server.site.addRoom({ id: 12, name: "Elsewhere" });
    const said = alice.in(11).says("off topic");
    const message = client().getMessage(said.id);
    await message.moveTo(12);
    expect((await message.room).id).toBe(12);
  });

  test("kicks users, grants and revokes access, and invites users", async () => {
    const { server, client, alice, bot } = await stage();
    server.site.addRoom({ id: 13, name: "Club", access: "gallery", owners: [bot] });
    const chat = client();
    const club = chat.getRoom(13);
    const events = club.newEvents(AccessLevelChanged);
    await events.ready;
    await club.setAccess(alice.id, "read-write");
    expect(await next(events)).toMatchObject({ level: "read-write", targetUser: chat.getUser(alice.id) });
    expect((await club.accessList()).readWrite.map(({ id }) => id)).toEqual([alice.id]);
    const other = ends(new Client(server.site, alice.email, alice.password));
    await other.getRoom(13).sendMessage("I am in");
    expect(await club.kick(chat.getUser(alice.id), "calm down")).toMatch(/kicked/);
    expect(await failureOf(other.getRoom(13).sendMessage("again"))).toMatchObject({ code: "FORBIDDEN" });
    await club.setAccess(alice.id, "remove");
    expect((await club.accessList()).readWrite).toEqual([]);
    expect(await club.invite(alice.id)).toEqual(expect.any(String));
    for (const refused of [
      other.getRoom(13).kick(bot.id),
      other.getRoom(13).setAccess(alice.id, "owner"),
      other.getRoom(13).timeout(10, "x"),
    ]) {
      expect(await failureOf(refused)).toMatchObject({ code: "FORBIDDEN" });
    }
  });

  test("sets a timeout, and bookmarks a conversation", async () => {
    const { server, client, alice, bot } = await stage();
    server.site.addRoom({ id: 14, name: "Hot", owners: [bot] });
    const [first, last] = [alice.in(14).says("first"), alice.in(14).says("last")];
    const room = client().getRoom(14);
    expect(await room.bookmark(first.id, last.id, "A fine talk")).toEqual(expect.any(String));
    await room.timeout(30, "cool down");
    const other = ends(new Client(server.site, alice.email, alice.password));
    expect(await failureOf(other.getRoom(14).sendMessage("but"))).toMatchObject({ code: "ROOM_TIMEOUT" });
    await room.sendMessage("owners may");
  });

  test("gets an error for invalid arguments before any request", async () => {
    const { server, client, requests } = await stage();
    const chat = client();
    await chat.login();
    const room = chat.getRoom(1);
    const stranger = ends(new Client(server.sites["stackoverflow.com"])).getUser(5);
    requests();
    for (const refused of [
      room.kick(stranger),
      room.kick(Number.NaN),
      room.setAccess(5, "admin" as "owner"),
      room.invite(0),
      room.timeout(4, "too short"),
      room.timeout(10, undefined as unknown as string),
      room.bookmark(5, 4, "backwards"),
      room.bookmark(4, 5, " "),
      room.update({ access: "secret" as "private" }),
      room.update({ name: "" }),
      room.update({ tags: ["two words"] }),
      room.moveMessages([-5], 2),
      chat.createRoom({ name: " " }),
      chat.action("https://example.com/"),
      chat.action("//example.com/"),
      chat.uploadImage(5 as unknown as string),
      chat.acknowledge([Number.NaN]),
      chat.getMessage(5).flag(""),
      chat.getMessage(5).flag("x".repeat(401)),
      chat.getMessage(5).moveTo(stranger as unknown as number),
    ]) {
      expect(await failureOf(refused)).toMatchObject({ code: "BAD_ARGUMENT" });
    }
    expect(requests()).toEqual([]);
  });
});

describe("an account", () => {
  test("has favorites and ignored users", async () => {
    const { server, client, alice } = await stage();
    server.site.addRoom({ id: 15, name: "Fine" });
    const chat = client();
    const room = chat.getRoom(15);
    await room.favorite();
    await room.favorite();
    expect(await room.isFavorite).toBe(true);
    const favorites = [];
    for await (const favorite of chat.rooms({ tab: "favorite" })) favorites.push(favorite);
    expect(favorites).toEqual([room]);
    await room.favorite(false);
    expect(await room.isFavorite).toBe(false);
    await chat.getUser(alice.id).ignore();
    expect(await chat.ignoredUsers()).toEqual([chat.getUser(alice.id)]);
    await chat.getUser(alice.id).ignore(false);
    expect(await chat.ignoredUsers()).toEqual([]);
  });

  test("acknowledges its pings, flags, uploads, and makes requests that have no method", async () => {
    const { client, alice, bot } = await stage();
    bot.in(1).says("here I am");
    const said = alice.in(1).says("hey @Bot");
    const other = alice.in(1).says("buy pills");
    expect(bot.pings).toEqual([said.id]);
    const chat = client();
    await chat.acknowledge([said.id]);
    expect(bot.pings).toEqual([]);
    await chat.getMessage(said.id).acknowledge();
    await chat.getMessage(other.id).flag();
    await chat.getMessage(other.id).flag("looks like an advertisement");
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const url = await chat.uploadImage(png);
    expect(url).toMatch(/^https:\/\/i\.(sstatic\.net|stack\.imgur\.com)\/.+\.png$/);
    const picture = await chat.getRoom(1).sendMessage(url);
    expect(await picture.content).toContain("ob-image");
    expect(await failureOf(chat.uploadImage(Buffer.from("not a picture")))).toMatchObject({ code: "REFUSED" });
    expect(await chat.action(`/messages/${other.id}/star`)).toBe("ok");
    expect(await chat.getMessage(other.id).stars).toBe(1);
  });
});

describe("lists of the site", () => {
  test("yield rooms page by page, each once, with the values of their cards", async () => {
    const { server, anonymous, requests } = await stage();
    for (let n = 0; n < 45; n++)
      server.site.addRoom({
        id: 100 + n,
        name: `Room number ${n}`,
        description: `The ${n}th`,
        tags: [n % 2 ? "odd" : "even"],
      });
    const all = [];
    for await (const room of anonymous().rooms()) all.push(room);
    expect(all).toHaveLength(46);
    expect(new Set(all).size).toBe(46);
    expect(requests()).toEqual(["GET /rooms", "GET /rooms", "GET /rooms"]);
    const room = all.find(({ id }) => id === 144);
    expect([await room?.name, await room?.description, await room?.userCount]).toEqual([
      "Room number 44",
      "The 44th",
      0,
    ]);
    expect(requests()).toEqual([]);
    const found = [];
    for await (const hit of anonymous().rooms({ filter: "number 12" })) found.push(hit.id);
    expect(found).toEqual([112]);
    for await (const first of anonymous().rooms()) {
      expect(first.id).toEqual(expect.any(Number));
      break;
    }
  });

  test("find users by name, and messages by text, room and user", async () => {
    const { server, client, alice, bot } = await stage();
    server.site.addRoom({ id: 5, name: "Other" });
    for (let n = 0; n < 130; n++) alice.in(1).says(`needle in haystack ${n}`);
    alice.in(5).says("needle elsewhere");
    bot.in(1).says("a needle of mine");
    const chat = client();
    const users = [];
    for await (const user of chat.searchUsers("Lidd")) users.push(await user.name);
    expect(users).toEqual(["Alice Liddell"]);
    const count = async (options: Parameters<Client["searchMessages"]>[1]): Promise<number> => {
      const ids = new Set<number>();
      for await (const message of chat.searchMessages("needle", options)) ids.add(message.id);
      return ids.size;
    };
    expect(await count({})).toBe(132);
    expect(await count({ room: 5 })).toBe(1);
    expect(await count({ user: chat.getUser(bot.id) })).toBe(1);
    for await (const message of chat.searchMessages("elsewhere")) {
      expect(await (await message.room).name).toBe("Other");
      expect(await (await message.owner)?.name).toBe("Alice Liddell");
    }
  });
});

describe("a user who is no owner", () => {
  type Ask = (chat: Client, roomId: number, messageId: number) => Promise<unknown>;
  const tools: readonly (readonly [name: string, path: RegExp, ask: Ask])[] = [
    ["update", /^\/rooms\/save/, (chat, id) => chat.getRoom(id).update({ name: "Mine" })],
    ["moveMessages", /^\/admin\/movePosts/, (chat, id, message) => chat.getRoom(id).moveMessages([message], 1)],
    ["moveTo", /^\/admin\/movePosts/, (chat, _, message) => chat.getMessage(message).moveTo(1)],
    ["kick", /^\/rooms\/kickmute/, (chat, id) => chat.getRoom(id).kick(3)],
    ["setAccess", /^\/rooms\/setuseraccess/, (chat, id) => chat.getRoom(id).setAccess(3, "owner")],
    ["timeout", /^\/rooms\/timeout/, (chat, id) => chat.getRoom(id).timeout(5, "calm down")],
    ["pin", /^\/messages\/\d+\/owner-star/, (chat, _, message) => chat.getMessage(message).pin()],
    ["cancelStars", /^\/messages\/\d+\/unstar/, (chat, _, message) => chat.getMessage(message).cancelStars()],
  ];
  const gone = "The room does not exist, or you do not have permission";

  test.each(tools)(
    "gets FORBIDDEN from %s, in the words of the local server and in those of the chat",
    async (...of) => {
      const [, path, ask] = of;
      const { server, client, alice } = await stage();
      const room = server.site.addRoom({ name: "Owned", owners: [alice] });
      const { id } = alice.in(room).says("hello");
      const chat = client();
      expect(await failureOf(ask(chat, room.id, id))).toMatchObject({ code: "FORBIDDEN" });
      for (const status of [200, 404, 409]) {
        server.site.faults.fail(path, { status, headers: { chat: "error" }, body: gone });
        expect(await failureOf(ask(chat, room.id, id)), String(status)).toMatchObject({
          code: "FORBIDDEN",
          message: expect.stringMatching(/no such room, or you (are no owner of it|may not write in it)/),
        });
      }
    },
  );
});
