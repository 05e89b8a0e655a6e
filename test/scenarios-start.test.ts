/** Acceptance scenarios of starting bots: several sites, and messages from an earlier run. */
import { Client, isChatError, type Message, MessagePosted, type Room } from "chatexchange-ts";
import type { ChatServer } from "chatexchange-ts/server";
import { describe, expect, test } from "vitest";
import { ends, failureOf, meanwhile, next, stage, startServer } from "./support.js";

const hosts = ["stackexchange.com", "stackoverflow.com", "meta.stackexchange.com"] as const;

describe("2: a bot in many rooms on three sites, from a config", () => {
  type Role = "commands" | "reports" | "debug";
  const config: readonly { host: (typeof hosts)[number]; room: number; name: string; roles: readonly Role[] }[] = [
    { host: "stackexchange.com", room: 11, name: "Charcoal", roles: ["commands", "reports"] },
    { host: "stackexchange.com", room: 12, name: "Tavern", roles: ["reports"] },
    { host: "stackexchange.com", room: 13, name: "Debugging", roles: ["debug", "commands"] },
    { host: "stackoverflow.com", room: 11, name: "SOCVR", roles: ["reports"] },
    { host: "stackoverflow.com", room: 22, name: "Python", roles: [] },
    { host: "meta.stackexchange.com", room: 11, name: "Tower", roles: ["reports", "commands"] },
  ];

  /** The bot, in all its rooms. */
  async function everywhere() {
    const server = await startServer();
    const account = { email: "bot@example.com", password: "s3cret-Passw0rd" };
    for (const host of hosts) server.sites[host].addUser({ name: "Bot", ...account });
    for (const { host, room, name } of config) server.sites[host].addRoom({ id: room, name });
    const clients = new Map(hosts.map((host) => [host, ends(new Client(server.sites[host], account))]));
    const rooms = config.map((entry) => {
      const client = clients.get(entry.host);
      if (!client) throw new Error("a site without a client");
      return { ...entry, room: client.getRoom(entry.room), said: () => saidIn(server, entry) };
    });
    await Promise.all(rooms.map(({ room }) => room.join()));
    const tell = (wanted: (entry: (typeof rooms)[number]) => boolean, text: string) =>
      Promise.allSettled(rooms.filter(wanted).map(({ room }) => room.sendMessage(text)));
    return { server, clients, rooms, tell };
  }

  const saidIn = (server: ChatServer, { host, room }: (typeof config)[number]): string[] =>
    server.sites[host].room(room).messages.map(({ source }) => source);

  test("joins each room, and greets with the room's name", async () => {
    const { server, clients, rooms } = await everywhere();
    await Promise.all(
      rooms.map(async ({ room, roles }) =>
        room.sendMessage(`Hello, ${await room.name}! I am here for ${roles.join(" and ") || "company"}.`),
      ),
    );
    expect(rooms.map(({ said }) => said())).toEqual([
      ["Hello, Charcoal! I am here for commands and reports."],
      ["Hello, Tavern! I am here for reports."],
      ["Hello, Debugging! I am here for debug and commands."],
      ["Hello, SOCVR! I am here for reports."],
      ["Hello, Python! I am here for company."],
      ["Hello, Tower! I am here for reports and commands."],
    ]);
    expect(rooms.every(({ room }) => room.isInRoom)).toBe(true);
    expect(new Set(rooms.map(({ room }) => room)).size).toBe(6);
    const logins = server.requests.filter(({ method, path }) => method === "POST" && path === "/users/login");
    expect(logins).toHaveLength(3);
    expect([...clients.values()].every(({ isLoggedIn }) => isLoggedIn)).toBe(true);
  });

  test("sends to a set of rooms, and a room that refuses the message does not stop the others", async () => {
    const { server, rooms, tell } = await everywhere();
    server.sites["stackoverflow.com"].room(11).freeze();
    const results = await tell(({ roles }) => roles.includes("reports"), "a report");
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []))).toEqual([
      "ROOM_FROZEN",
    ]);
    await tell(({ roles }) => !roles.includes("debug") && !roles.includes("reports"), "to those without");
    expect(rooms.map(({ said }) => said().join())).toEqual([
      "a report",
      "a report",
      "",
      "",
      "to those without",
      "a report",
    ]);
  });

  test("obeys only in the rooms for commands, and answers in the room of the command", async () => {
    const { server, rooms } = await everywhere();
    const people = new Map(hosts.map((host) => [host, server.sites[host].addUser({ name: "Asker" })]));
    const answered: Promise<Message>[] = [];
    const watches = rooms
      .filter(({ roles }) => roles.includes("commands"))
      .map(({ room, name }) =>
        room.watch((event) => {
          if (event instanceof MessagePosted && event.textContent === "!!/where")
            answered.push(event.message.reply(`in ${name}`));
        }),
      );
    await Promise.all(watches.map(({ ready }) => ready));
    for (const { host, room } of config) people.get(host)?.in(room).says("!!/where");
    await meanwhile(() => answered.length >= 3);
    await Promise.all(answered);
    expect(
      rooms.map(({ said }) =>
        said()
          .slice(1)
          .join()
          .replace(/^:\d+ /, ""),
      ),
    ).toEqual(["in Charcoal", "", "in Debugging", "", "", "in Tower"]);
    for (const host of hosts)
      expect(server.sites[host].openSockets).toBe(
        host === "stackexchange.com" ? 2 : host === "stackoverflow.com" ? 0 : 1,
      );
  });

  test("reports the invalid room of the config, and joins the others", async () => {
    const { clients, rooms } = await everywhere();
    const wrong = clients.get("stackoverflow.com")?.getRoom(4_711);
    const failure = await failureOf(Promise.resolve(wrong?.join()));
    expect(isChatError(failure, "NOT_FOUND")).toBe(true);
    expect(String(failure)).toMatch(/4711.*chat\.stackoverflow\.com/s);
    expect(rooms.every(({ room }) => room.isInRoom)).toBe(true);
  });
});

describe("12: a starting bot learns its earlier messages, and goes live", () => {
  const announcing = /^announcing (.+)$/;
  const wishing = /^!announce (.+)$/;

  /** The announced items and the open wishes, from a history that is read while people talk. */
  async function learn(room: Room, me: unknown, before?: Message, onMessage?: () => void) {
    const hours = new Date(Date.now() - 3 * 3_600_000);
    const announced = new Set<string>();
    const wishes: string[] = [];
    let newest = 0;
    for await (const message of room.history({ after: hours, ...(before ? { before } : {}) })) {
      newest = Math.max(newest, message.id);
      const text = await message.textContent;
      const mine = (await message.owner) === me;
      const item = (mine ? announcing : wishing).exec(text)?.[1];
      if (item !== undefined && mine) announced.add(item);
      else if (item !== undefined) wishes.unshift(item);
      onMessage?.();
    }
    return { announced, wishes: wishes.filter((item) => !announced.has(item)), newest };
  }

  /** A room in which an earlier run of the bot announced some items, and missed the last wishes. */
  async function earlier() {
    const set = await stage();
    const { alice, bot, server } = set;
    for (let n = 0; n < 620; n++) {
      if (n % 20 === 0) alice.in(1).says(`!announce item ${n}`);
      else if (n % 20 === 1 && n < 600) bot.in(1).says(`announcing item ${n - 1}`);
      else alice.in(1).says(`chatter ${n}`);
    }
    alice.in(1).says("!announce missed");
    const announcements = (): string[] =>
      server.site
        .room(1)
        .messages.filter(({ userId }) => userId === bot.id)
        .map(({ source }) => source.slice("announcing ".length));
    return { ...set, announcements };
  }

  const old = Array.from({ length: 30 }, (_, n) => `item ${n * 20}`);

  test("by listening first, reading the history, and skipping the events that the history had", async () => {
    const { alice, client, announcements } = await earlier();
    const chat = client();
    const room = chat.getRoom(1);
    const live = room.newMessages();
    await live.ready;
    alice.in(1).says("!announce during the start");
    let talked = 0;
    const { announced, wishes, newest } = await learn(room, await chat.getMe(), undefined, () => {
      if (talked++ % 100 === 0) alice.in(1).says(`!announce while reading ${talked}`);
    });
    expect(announced.size).toBe(30);
    expect(wishes).toEqual(["item 600", "missed", "during the start"]);
    for (const item of wishes) await room.sendMessage(`announcing ${item}`);
    alice.in(1).says("!announce the end");
    for (;;) {
      const message = await next(live);
      const item = wishing.exec(await message.textContent)?.[1];
      if (message.id <= newest || item === undefined) continue;
      await room.sendMessage(`announcing ${item}`);
      if (item === "the end") break;
    }
    const reading = Array.from({ length: Math.ceil(talked / 100) }, (_, n) => `while reading ${n * 100 + 1}`);
    expect(announcements()).toEqual([...old, "item 600", "missed", "during the start", ...reading, "the end"]);
  });

  test("by waiting for an event, and reading the history up to it", async () => {
    const { alice, client, announcements } = await earlier();
    const chat = client();
    const room = chat.getRoom(1);
    const me = await chat.getMe();
    const live = room.newMessages();
    await live.ready;
    for (const text of ["hello again", "!announce at last"]) alice.in(1).says(text);
    const first = await next(live);
    alice.in(1).says("!announce in between");
    const { wishes, newest } = await learn(room, me, first);
    expect(newest).toBe(first.id - 1);
    for (const item of wishes) await room.sendMessage(`announcing ${item}`);
    for (const expected of ["at last", "in between"]) {
      const message = await nextWish(live);
      expect(message).toBe(expected);
      await room.sendMessage(`announcing ${message}`);
    }
    expect(announcements()).toEqual([...old, "item 600", "missed", "at last", "in between"]);
  });

  async function nextWish(live: AsyncIterator<Message>): Promise<string> {
    for (;;) {
      const { value } = await live.next();
      const item = wishing.exec(await (value as Message).textContent)?.[1];
      if (item !== undefined) return item;
    }
  }

  test("from the day's transcript, which has the same messages as the history", async () => {
    const { client, server } = await earlier();
    const room = client().getRoom(1);
    const [today, hours]: [number[], number[]] = [[], []];
    const from = new Date(Date.now() - 3_600_000);
    for await (const { id } of room.transcript({ from, to: new Date() })) today.push(id);
    for await (const { id } of room.history()) hours.unshift(id);
    expect(today).toEqual(hours);
    expect(today).toEqual(server.site.room(1).messages.map(({ id }) => id));
  });

  test("from the cursor of its earlier run, without the history, wherever that run was interrupted", async () => {
    const { alice, client, bot, server } = await stage();
    let cursors: Readonly<Record<number, number>> | undefined;
    const handled: string[] = [];
    for (let life = 0; life < 6; life++) {
      const chat = client(cursors ? { stream: { cursors } } : {});
      const me = await chat.getMe();
      const stop = new AbortController();
      // The cursor of an event is stored together with the bot's reaction to it; the next run gets the unread events.
      const events = chat.getRoom(1).listen([MessagePosted], { signal: stop.signal });
      await events.ready;
      for (let n = 0; n < 7; n++) alice.in(1).says(`!announce ${life}.${n}`);
      for (let count = 0; count < 5; ) {
        const event = await next(events);
        if (event.user === me) continue;
        handled.push(event.textContent ?? "");
        cursors = { 1: event.id ?? 0 };
        count += 1;
      }
      stop.abort();
      await chat.logout({ drain: false });
      alice.in(1).says(`!announce ${life} after hours`);
    }
    const wished = server.site.room(1).messages.filter(({ userId }) => userId !== bot.id);
    expect(handled).toEqual(wished.map(({ source }) => source).slice(0, handled.length));
    expect(handled).toHaveLength(30);
  });
});
