/** A server that restarts with its journal has its world back: everything that any user can see. */
import fs from "node:fs";
import { appendFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { endpoints } from "../scripts/endpoints.mjs";
import { ChatServer, type LocalSite } from "../src/server/index.js";
import { ManualClock } from "../src/testing/index.js";
import { Browser } from "./server-support.js";
import { failureOf } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const noon = Date.UTC(2024, 5, 12, 12);

function journalPath(): string {
  return join(temporaryFolder(), "world.jsonl");
}

async function start(journal: string, more: Parameters<typeof ChatServer.start>[0] = {}): Promise<ChatServer> {
  const clock = new ManualClock(noon);
  const server = await ChatServer.start({ journal, clock, world: "demo", sites: ["stackexchange.com"], ...more });
  onTestFinished(() => server.close());
  return server;
}

/** The same login after a restart: on another port, with the cookies it had. */
async function again(before: Browser, site: LocalSite): Promise<Browser> {
  const browser = new Browser(site);
  for (const [name, value] of before.cookies) browser.cookies.set(name, value);
  return browser.visit();
}

/** Everything that a moderator can see of a world. */
async function everything(site: LocalSite, moderator: Browser): Promise<Record<string, string>> {
  const rooms = [1, 5, 6, 7, 9, 201, 202, 203];
  const ids = rooms.flatMap((id) => {
    try {
      return site.room(id).messages.map((message) => message.id);
    } catch {
      return [];
    }
  });
  const paths = [
    "/rooms?tab=all&nohide=true",
    "/rooms?tab=favorite",
    "/users",
    "/users/ignorelist",
    "/admin/flagged?json=true",
    "/admin/flagged-moderator?json=true",
    "/search?q=a",
    ...[1001, 1002, 1003, 1004, 1005, -2].flatMap((id) => [`/users/${id}`, `/users/thumbs/${id}?showUsage=true`]),
    ...rooms.flatMap((id) => [
      `/rooms/${id}`,
      `/rooms/thumbs/${id}`,
      `/rooms/pingable/${id}`,
      `/chats/stars/${id}?count=0`,
      ...["general", "stars", "conversations", "access"].map((tab) => `/rooms/info/${id}?tab=${tab}`),
    ]),
    ...ids.flatMap((id) => [`/messages/${id}/history`, `/transcript/message/${id}`, `/message/${id}?plain=true`]),
  ];
  const seen: Record<string, string> = {};
  for (const path of paths) {
    const { status, text } = await moderator.get(path);
    seen[path] = `${status} ${text.replaceAll(/127\.0\.0\.1(:|%3A)\d+/g, "here")}`;
  }
  for (const id of rooms) {
    const poll = await moderator.json<object>("/events", { [`r${id}`]: site.oldestCursor });
    seen[`events of ${id}`] = JSON.stringify(poll);
  }
  return seen;
}

test("the result of every action is there after a restart", { timeout: 60_000 }, async () => {
  const journal = journalPath();
  const first = await start(journal);
  const { site } = first;
  const by = async (name: string): Promise<Browser> => {
    const { email, password } = site.user(name);
    return new Browser(site).logIn(email, password);
  };
  const [alice, bob, morgan] = [await by("Alice"), await by("Bob Baker"), await by("Morgan")];
  const done = new Set<string>();
  const post = async (who: Browser, path: string, form: Record<string, string | number> = {}, known = path) => {
    const answer = await who.post(path, form);
    expect([path, answer.status < 400, answer.text.startsWith('"') ? answer.text : '"ok"']).toEqual([
      path,
      true,
      '"ok"',
    ]);
    done.add(known);
    return answer.text;
  };
  const say = async (who: Browser, text: string, room = 1): Promise<number> =>
    JSON.parse(await post(who, `/chats/${room}/messages/new`, { text }, "/chats/{room}/messages/new")).id;
  const act = (who: Browser, id: number, verb: string, form = {}): Promise<string> =>
    post(who, `/messages/${id}/${verb}`, form, `/messages/{id}/${verb}`);

  for (const who of [alice, bob, morgan]) await who.get("/rooms/1");
  const [hello, answer, spam, gone] = [
    await say(alice, "Hello **there**, @BobBaker"),
    await say(bob, "an answer"),
    await say(bob, "buy my things"),
    await say(alice, "no more of me"),
  ];
  await post(bob, `/messages/${answer}`, { text: `:${hello} a *better* answer` }, "/messages/{id}");
  await act(alice, gone, "delete");
  await act(alice, answer, "star");
  await act(morgan, answer, "star");
  await act(alice, answer, "owner-star");
  const [canceled, unpinned] = [await say(bob, "stars come"), await say(bob, "and go")];
  await act(alice, canceled, "star");
  await act(alice, canceled, "unstar");
  await act(alice, unpinned, "owner-star");
  await act(alice, unpinned, "unowner-star");
  const [right, wrong, unsure] = [
    await say(bob, "flagged"),
    await say(bob, "flagged wrongly"),
    await say(bob, "who knows"),
  ];
  for (const id of [spam, right, wrong, unsure]) await act(alice, id, "flag");
  await act(morgan, right, "unflag");
  await act(morgan, wrong, "counter-flag");
  await act(morgan, unsure, "meh-flag");
  await act(alice, spam, "mod", { info: "he says it everywhere" });
  await act(alice, unsure, "mod", { info: "please look" });
  const { messages } = JSON.parse((await morgan.get("/admin/flagged-moderator?json=true")).text);
  const flagId = messages.find((each: { message_id: number }) => each.message_id === unsure).modflags[0].flag_id;
  await post(morgan, `/flags/${flagId}/clear`, {}, "/flags/{id}/clear");
  const [moved, movedOut, mass] = [
    await say(bob, "off topic"),
    await say(bob, "a room of its own"),
    await say(bob, "away"),
  ];
  await post(morgan, "/admin/movePosts/1", { ids: moved, to: 5 }, "/admin/movePosts/{room}");
  await post(
    morgan,
    "/admin/movePostsToNew/1",
    { ids: movedOut, newTitle: "New room" },
    "/admin/movePostsToNew/{room}",
  );
  await post(morgan, "/admin/deletePosts/1", { id: mass }, "/admin/deletePosts/{room}");
  await act(morgan, answer, "purge-history");
  await post(alice, "/conversation/new", { roomId: 1, firstMessageId: hello, lastMessageId: spam, title: "A talk" });
  await post(alice, "/conversation/new", {
    roomId: 1,
    firstMessageId: hello,
    lastMessageId: answer,
    title: "Not for long",
  });
  await post(alice, "/conversation/delete/1/not-for-long", {}, "/conversation/delete/{room}/{slug}");
  await post(alice, "/rooms/favorite", { roomId: 1 });
  await post(morgan, "/rooms/favorite", { roomId: 5 });
  const form = { name: "Of Alice", description: "mine & yours", tags: "a b", defaultAccess: "read-only", host: "" };
  await post(alice, "/rooms/save", form);
  await post(bob, "/rooms/requestaccess", { roomId: 202 });
  await post(
    alice,
    "/rooms/setuseraccess/202",
    { aclUserId: 1003, userAccess: "read-write" },
    "/rooms/setuseraccess/{room}",
  );
  await post(alice, "/rooms/pairoff", { withUserId: 1003, name: "Two" });
  await post(alice, "/users/invite", { UserId: 1002, RoomId: 202 });
  await post(alice, "/rooms/timeout/202", { duration: 3600, reason: "quiet" }, "/rooms/timeout/{room}");
  await post(morgan, "/rooms/setfrozen/201", { freeze: "true" }, "/rooms/setfrozen/{room}");
  await post(morgan, "/rooms/setdeleted/203", { delete: "true" }, "/rooms/setdeleted/{room}");
  await post(alice, "/rooms/kickmute/1", { userId: 1002, reason: "" }, "/rooms/kickmute/{room}");
  await post(morgan, "/users/ignorelist/add", { id: 1002 });
  await post(morgan, "/users/ignorelist/add", { id: 1003 });
  await post(morgan, "/users/ignorelist/remove", { id: 1003 });
  await post(alice, "/users/usermessage/1001", { message: "about <me>" }, "/users/usermessage/{id}");
  await post(alice, "/users/desktopnotify", { value: "true" });
  await post(morgan, "/messages/ack", { id: hello });
  await post(morgan, "/chats/join/favorite", { quiet: "true", immediate: "true" });
  await post(morgan, "/chats/leave/5", { quiet: "true" }, "/chats/leave/{room}");
  await post(alice, "/upload/image", { "upload-url": "https://example.com/a.png" });
  await new Browser(site).logIn(site.user("Carol Müller").email);
  done.add("/users/login");
  const loggedOut = await by("Carol Müller");
  const logoutKey = /name="fkey" value="([0-9a-f]{64})"/.exec((await loggedOut.get("/users/logout")).text)?.[1] ?? "";
  await post(loggedOut, "/users/logout", { fkey: logoutKey });
  site.user("Newcomer").suspend(3600);
  const visitors = await by("Newcomer");

  const reads = ["/chats/{room}/events", "/chats/{room}/lastMessage", "/ws-auth", "/events", "/user/info"];
  const changeNothing = [...reads, "/users/sites/{id}", "/users/login-or-signup/validation/track"];
  const writes = endpoints.filter(({ method, path }) => method === "POST" && !changeNothing.includes(path));
  expect(writes.map(({ path }) => path).filter((path) => !done.has(path))).toEqual([]);

  await everything(site, morgan); // looking brings the moderator in, so look once before it counts
  const before = await everything(site, morgan);
  const [passwordBefore, newestBefore] = [site.user("Newcomer").password, site.newestEventId];
  await first.close();
  const second = await start(journal);
  const morganAgain = await again(morgan, second.site);
  expect(second.site.newestEventId).toBe(newestBefore);
  expect(await everything(second.site, morganAgain)).toEqual(before);
  expect(second.site.user("Newcomer").password).toBe(passwordBefore);
  expect((await again(visitors, second.site)).fkey).not.toBe("");
  const outsider = await again(loggedOut, second.site);
  expect((await outsider.post("/chats/1/messages/new", { text: "I am out" })).status).toBe(403);

  const next = second.site.user("Alice").in(1).says("ids go on");
  expect(next.id).toBeGreaterThan(
    Math.max(
      ...[1, 5, 201].flatMap((id) => second.site.room(id).messages.map((m) => m.id)).filter((id) => id !== next.id),
    ),
  );
  await second.close();
  const third = await start(journal);
  expect(third.site.room(1).messages.at(-1)).toEqual(next);
});

test("a cursor from before the restart gets exactly the events after it", async () => {
  const journal = journalPath();
  const first = await start(journal, { world: "empty" });
  const room = first.site.user("Alice").in(1);
  room.says("one");
  const cursor = first.site.newestEventId;
  room.says("two");
  await first.close();
  const second = await start(journal, { world: "empty" });
  second.site.user("Alice").in(1).says("three");
  const reader = await new Browser(second.site).visit();
  const { r1 } = await reader.json<{ r1: { e: { content: string; id: number }[] } }>("/events", { r1: cursor });
  expect(r1.e.map(({ content, id }) => [content, id])).toEqual([
    ["two", cursor + 1],
    ["three", cursor + 2],
  ]);
});

test("a generated history is there after a restart, and another one is inserted before it", async () => {
  const journal = journalPath();
  const first = await start(journal, { world: "empty" });
  first.site.user("Alice").in(1).says("after all that");
  first.site.addHistory({ room: 1, messages: 1_234, days: 3 });
  const before = first.site.room(1).messages;
  await first.close();
  const second = await start(journal, { world: "empty" });
  expect(second.site.room(1).messages).toEqual(before);
  second.site.addHistory({ room: 1, messages: 10, days: 1 });
  expect(second.site.room(1).messages.slice(10)).toEqual(before);
});

test("a torn last line is dropped with a warning, and the next start finds a valid file", async () => {
  const journal = journalPath();
  const first = await start(journal, { world: "empty" });
  first.site.user("Alice").in(1).says("kept");
  const whole = (await stat(journal)).size;
  first.site.user("Alice").in(1).says("torn");
  await first.close();
  await truncate(journal, whole + 20);
  const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  onTestFinished(() => warnings.mockRestore());
  const second = await start(journal, { world: "empty" });
  expect(second.site.room(1).messages.map(({ source }) => source)).toEqual(["kept"]);
  expect(String(warnings.mock.calls[0]?.[0])).toMatch(/world\.jsonl ended in the middle of a line; the last 20 bytes/);
  await second.close();
  await (await start(journal, { world: "empty" })).close();
  expect(warnings).toHaveBeenCalledTimes(1);
});

test("a file that is no journal, is damaged, is in use or keeps another site is refused by name", async () => {
  const path = journalPath();
  await writeFile(path, '{"some":"json"}\n');
  expect(await failureOf(start(path))).toMatchObject({ code: "BAD_ARGUMENT", message: /is not a journal/ });
  const journal = journalPath();
  const running = await start(journal, { sites: ["stackexchange.com", "stackoverflow.com"] });
  expect(await failureOf(start(journal))).toMatchObject({
    code: "LOCKED",
    path: journal,
    message: expect.stringMatching(/is in use by this process, \d+ on .+, since \d\d:\d\d; stop that process/),
  });
  await running.close();
  expect(await failureOf(start(journal))).toMatchObject({ message: /also has data of stackoverflow.com/ });
  await appendFile(journal, 'not json\n{"site":"stackexchange.com"}\n');
  expect(await failureOf(start(journal))).toMatchObject({ message: /is damaged in line \d+/ });
  expect(await failureOf(start(join(journal, "below")))).toMatchObject({
    code: "STORAGE",
    message: expect.stringMatching(/a part of the path is not a folder; name a file in a folder/),
  });
  expect((await stat(journal)).mode & 0o777).toBe(0o600);
});

test("a journal does not grow forever", async () => {
  const journal = journalPath();
  const rules = { world: "empty", maxEvents: 10, starsPerDay: 10_000 } as const;
  const first = await start(journal, rules);
  const { id } = first.site.user("Alice").in(1).says("much starred");
  for (let n = 0; n < 3001; n++) first.site.user("Bob").in(1).stars(id);
  await first.close();
  const long = (await stat(journal)).size;
  const second = await start(journal, rules);
  expect(second.site.room(1).messages.map(({ source, stars }) => [source, stars])).toEqual([["much starred", 1]]);
  expect((await stat(journal)).size).toBeLessThan(long / 10);
});

test("changes that a full disk refused are written as soon as there is room", async () => {
  const journal = journalPath();
  const first = await start(journal, { world: "empty" });
  const alice = first.site.user("Alice").in(1);
  const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const write = vi.spyOn(fs, "writeSync");
  onTestFinished(() => void vi.restoreAllMocks());
  alice.says("before");
  write.mockImplementation((file) => {
    fs.writeFileSync(file, '{"half a li');
    throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  });
  alice.says("while the disk is full");
  alice.says("still full");
  write.mockRestore();
  expect(warnings.mock.calls.map(([text]) => String(text))).toEqual([
    expect.stringMatching(/no space left on the device/),
  ]);
  alice.says("after");
  await first.close();
  const second = await start(journal, { world: "empty" });
  const said = second.site.room(1).messages.map(({ source }) => source);
  expect(said).toEqual(["before", "while the disk is full", "still full", "after"]);
});
