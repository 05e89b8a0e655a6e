/** Acceptance scenarios of real bots that need no reconnect, through the public API. */
import { join } from "node:path";
import {
  AccessLevelChanged,
  Client,
  foldPings,
  isChatError,
  type Message,
  MessageReply,
  MessageStarred,
  type Room,
  UserEntered,
  UserNameOrAvatarChanged,
} from "chatexchange-ts";
import { isOnebox, moveNotice } from "chatexchange-ts/protocol";

import { expect, test } from "vitest";
import { ends, failureOf, meanwhile, next, stage, startServer } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const hosts = ["stackexchange.com", "stackoverflow.com", "meta.stackexchange.com"] as const;

/** A server on which the bot has an account at all three sites, and a folder for its sessions. */
async function network() {
  const server = await startServer();
  const account = { email: "bot@example.com", password: "pw" };
  for (const host of hosts) server.sites[host].addUser({ name: "Bot", ...account });
  const folder = temporaryFolder();
  const boot = (host: (typeof hosts)[number]): Client =>
    ends(new Client(server.sites[host], { ...account, sessionFile: join(folder, `${host}.json`) }));
  return { server, boot };
}

test("1: three sites boot from stored sessions, and only the stale one logs in again", async () => {
  const { server, boot } = await network();
  for (const host of hosts) await boot(host).login();
  server.clearRequests();
  await Promise.all(hosts.map((host) => boot(host).login()));
  expect(server.requests.filter(({ path }) => path === "/users/login")).toEqual([]);

  server.site.faults.expireSessions();
  const fresh = boot("stackoverflow.com");
  await fresh.login();
  server.clearRequests();
  await boot("stackoverflow.com").login();
  expect(server.requests.map(({ path }) => path)).toEqual(["/chats/join/favorite"]);
  server.clearRequests();
  server.site.faults.readOnly();
  expect(await failureOf(boot("stackexchange.com").login())).toMatchObject({ code: "SITE_READ_ONLY" });
  expect(server.requests.filter(({ method, path }) => method === "POST" && path === "/users/login")).toEqual([]);
});

test("3: a command is dispatched once, whichever events announce it, and never for oneboxes, notices, feeds or oneself", async () => {
  const { server, client, alice, bot } = await stage();
  server.site.addRoom({ id: 2, name: "Mine", owners: [alice] });
  const mine = bot.in(2).says("I am the bot");
  const chat = client();
  const room = chat.getRoom(2);
  const events = room.newEvents();
  await events.ready;
  const handled: string[] = [];
  const me = await chat.getMe();

  alice.in(2).says("!!/status");
  alice.in(2).says("@Bot status");
  alice.in(2).says("status", { replyTo: mine });
  alice.in(2).says("https://i.sstatic.net/status.png");
  const moved = alice.in(2).says("not a command");
  alice.in(2).moves(moved, 1);
  server.site.user("Feeds").in(2).says("!!/status of the feed");
  await room.sendMessage("!!/status by myself");
  alice.in(2).says("!!/stop");

  for await (const { message, event, isForYou } of foldPings(events)) {
    const [user, text] = [event.user, event.textContent ?? ""];
    if (user === null || user === me || user.id <= 0) continue;
    const html = event.content ?? "";
    if (isOnebox(html) || moveNotice(html)) continue;
    const command = /^!!\/(\w+)|^@Bot (\w+)|^(\w+)$/.exec(text);
    const name = command?.[1] ?? (isForYou ? (command?.[2] ?? command?.[3]) : undefined);
    if (name === undefined) continue;
    handled.push(`${name} ${message.id}`);
    if (name === "stop") break;
    await message.reply(`${name}: all is well (${handled.length})`);
  }
  expect(handled.map((line) => line.split(" ")[0])).toEqual(["status", "status", "status", "stop"]);
  expect(new Set(handled).size).toBe(4);
});

test("4: feedback by reply acts on the report it answers, from events alone when the transcript is forbidden", async () => {
  const { server, client, alice } = await stage();
  const chat = client();
  const room = chat.getRoom(1);
  const replies = room.newEvents(MessageReply);
  await replies.ready;
  const report = await room.sendMessage("[Report](https://example.com/report/7): spam by **somebody**");
  server.site.faults.fail("/transcript", { status: 403, times: 99 });
  alice.in(1).says("tp", { replyTo: report.id });

  const feedback = await next(replies);
  const parent = await feedback.message.parent;
  expect(parent).toBe(report);
  expect(await parent?.owner).toBe(await chat.getMe());
  const url = /\((https:[^)]+)\)/.exec((await parent?.contentSource) ?? "")?.[1];
  expect(url).toBe("https://example.com/report/7");
  await parent?.edit(`[Report](${url}): spam, says ${await feedback.user?.name}`);
  expect(server.site.room(1).messages[0]?.content).toContain("says Alice Liddell");
});

test("5: a shortcut applies to the bot's own last messages, in order", async () => {
  const { client, alice } = await stage();
  const chat = client();
  const me = await chat.getMe();
  const room = chat.getRoom(1);
  const reports: Message[] = [];
  for (let n = 1; n <= 5; n++) {
    reports.push(await room.sendMessage(`report ${n}`));
    alice.in(1).says(`chatter ${n}`);
  }
  const last: Message[] = [];
  for await (const message of room.history({ limit: 100 })) {
    if ((await message.owner) === me) last.unshift(message);
    if (last.length === 4) break;
  }
  expect(last).toEqual(reports.slice(1));
});

test("8: a long answer goes out in parts, no link or code cut, the first of them the reply", async () => {
  const { server, client, alice } = await stage();
  const question = alice.in(1).says("Tell me everything");
  const sentences = Array.from(
    { length: 30 },
    (_, n) => `Fact ${n} is [documented here](https://example.com/facts/${n}) and \`run --fact ${n}\` shows it.`,
  );
  const text = sentences.join(" ");
  expect(text.length).toBeGreaterThan(1800);
  const room = client().getRoom(1);
  const parts = await room.sendParts(text, { replyTo: question.id });
  const said = server.site.room(1).messages.slice(1);
  expect(parts.map(({ id }) => id)).toEqual(said.map(({ id }) => id));
  expect(said.map(({ parentId }) => parentId)).toEqual([question.id, ...said.slice(1).map(() => null)]);
  const html = said.map(({ content }) => content).join(" ");
  expect(html.match(/<a href="https:\/\/example\.com\/facts\/\d+"[^>]*>documented here<\/a>/g)).toHaveLength(30);
  expect(html.match(/<code>run --fact \d+<\/code>/g)).toHaveLength(30);
  const fixed = await room.sendParts(Array.from({ length: 40 }, (_, n) => `    line ${n} of a listing`).join("\n"), {
    split: "lines",
    replyTo: question.id,
  });
  expect(await fixed[0]?.content).toMatch(/^<pre class='full'>line 0 of a listing/);
  expect((await fixed[0]?.parent)?.id).toBe(question.id);
  expect(await failureOf(room.sendMessage(text))).toMatchObject({ code: "TOO_LONG" });
});

test("9: an answer is posted, then updated; an ephemeral answer is deleted with all its parts", async () => {
  const { server, client } = await stage();
  const room = client().getRoom(1);
  const working = await room.sendMessage("working…");
  await working.edit("The answer is 42.");
  expect(await working.textContent).toBe("The answer is 42.");
  expect(await working.edits).toBe(1);
  const parts = await room.sendParts("many words ".repeat(150).trim());
  expect(parts.length).toBeGreaterThan(2);
  await Promise.all(parts.map((part) => part.delete()));
  expect(server.site.room(1).messages.map(({ deleted }) => deleted)).toEqual([false, ...parts.map(() => true)]);
});

test("10: the privileges of many users are fetched at once, cached, and fetched again when they change", async () => {
  const { server, client, alice, requests } = await stage();
  const room = server.site.addRoom({ id: 3, name: "Guarded", owners: [alice] });
  const people = Array.from({ length: 30 }, (_, n) =>
    server.site.addUser({ name: `P${n}`, reputation: 10 * n, isModerator: n === 7 }),
  );
  const chat = client();
  const guarded = chat.getRoom(3);
  const events = guarded.newEvents(AccessLevelChanged, UserNameOrAvatarChanged);
  await events.ready;
  requests();
  const mayUse = async (id: number): Promise<boolean> => {
    const user = chat.getUser(id);
    const [isModerator, reputation] = await Promise.all([user.isModerator, user.reputation]);
    return isModerator || (reputation ?? 0) >= 200 || (await guarded.owners).includes(user);
  };
  const allowed = await Promise.all([...people, alice].map(({ id }) => mayUse(id)));
  expect(allowed.filter(Boolean)).toHaveLength(12);
  expect(requests().sort()).toEqual(["GET /rooms/info/3", "POST /user/info"]);
  await Promise.all(people.map(({ id }) => mayUse(id)));
  expect(requests()).toEqual([]);

  const [first] = people;
  if (!first) throw new Error("the stage is empty");
  alice.in(room).setsAccess(first, "owner");
  await next(events);
  expect(await mayUse(first.id)).toBe(true);
  first.in(3).enters();
  first.rename("New Name");
  await next(events);
  expect(await chat.getUser(first.id).name).toBe("New Name");
});

test("11: a first-time visitor is greeted once", async () => {
  const { server, client, alice } = await stage();
  alice.in(1).says("I was here before");
  const newcomer = server.site.addUser({ name: "Newcomer" });
  const chat = client();
  const room = chat.getRoom(1);
  const arrivals = room.newEvents(UserEntered);
  await arrivals.ready;
  const me = await chat.getMe();
  const greet = async (target: Room): Promise<void> => {
    const event = await next(arrivals);
    if (event.user === null || event.user === me) return greet(target);
    if (((await event.user.messagesByRoom).get(target.id) ?? 0) === 0)
      await target.sendMessage(`Welcome, ${await event.user.name}!`);
  };
  alice.in(1).enters();
  await greet(room);
  newcomer.in(1).enters();
  await greet(room);
  expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["I was here before", "Welcome, Newcomer!"]);
  expect((await room.currentUsers()).map(({ id }) => id).sort()).toEqual([me.id, alice.id, newcomer.id].sort());
});

test("14: an owner keeps house: trash, pins, stars, access, a kick", async () => {
  const { server, client, alice, bot } = await stage();
  server.site.addRoom({ id: 4, name: "House", access: "gallery", owners: [bot] });
  server.site.addRoom({ id: 5, name: "Trash" });
  bot.in(4).setsAccess(alice, "read-write");
  const rubbish = [1, 2, 3].map((n) => alice.in(4).says(`rubbish ${n}`));
  const weekly = bot.in(4).says("The weekly thread");
  const chat = client();
  const house = chat.getRoom(4);
  const marks = house.newEvents(MessageStarred, AccessLevelChanged);
  await marks.ready;

  expect(
    await house.moveMessages(
      rubbish.map(({ id }) => id),
      5,
    ),
  ).toBe(3);
  const thread = chat.getMessage(weekly.id);
  await thread.pin();
  await thread.pin(false);
  await thread.pin();
  expect(await thread.pinned).toBe(true);
  alice.in(4).stars(weekly.id);
  // An event that comes while the stars are canceled may be newer than that: the owner has seen the star.
  await meanwhile(() => thread.peek.stars === 1);
  await thread.cancelStars();
  expect([await thread.stars, server.site.room(4).messages[0]?.stars]).toEqual([0, 0]);

  const guest = server.site.addUser({ name: "Guest", email: "guest@example.com" });
  const visitor = ends(new Client(server.site, guest.email, guest.password));
  await visitor.getRoom(4).requestAccess();
  for await (const event of marks) {
    if (event instanceof AccessLevelChanged && event.targetUser?.id === guest.id) {
      if (event.level !== "request") break;
      await house.setAccess(event.targetUser, "read-write");
    }
  }
  await visitor.getRoom(4).sendMessage("Thank you for letting me in");
  await house.kick(guest.id);
  expect(isChatError(await failureOf(visitor.getRoom(4).sendMessage("what?")), "FORBIDDEN")).toBe(true);
});
