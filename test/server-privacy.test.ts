/** Private rooms: no endpoint tells a stranger a private room's name, its text or its people. */
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { endpoints } from "../scripts/endpoints.mjs";
import { ChatServer } from "../src/server/index.js";
import { Browser, type Socket } from "./server-support.js";

const PRIVATE = 7;
const NAME = "Zanzibar Lair";
const OWNER = "Xenophon Quill";
const MEMBER = "Yolanda Quartz";
const TEXT = "the treasure is under the old oak";
/** Every secret of the room, in any spelling of JSON, HTML or a URL. */
const secrets = /zanzibar|treasure|old oak|whereabouts|smuggling|plotting/i;

interface Stage {
  readonly server: ChatServer;
  readonly messageId: number;
  readonly ownerId: number;
  readonly slug: string;
  /** The newest event before anything secret happened. */
  readonly cursor: number;
  readonly strangers: Readonly<Record<"nobody" | "somebody" | "a former member", Browser>>;
  readonly owner: Browser;
  /** A socket of the former member in a public room, open all the time. */
  readonly socket: Socket;
}

/** A room that becomes secret: its member is removed before the secret name and text exist. */
async function openStage(): Promise<Stage> {
  const server = await ChatServer.start({ sites: ["stackexchange.com"], mentionBesideReply: true });
  const { site } = server;
  const owner = site.addUser({ name: OWNER, email: "owner@example.com" });
  const former = site.addUser({ name: "Former Member", email: "former@example.com", reputation: 20_000 });
  site.addUser({ name: "Sam", email: "sam@example.com", reputation: 20_000 });
  site.addRoom({ id: PRIVATE, name: "Plain", owners: [owner] });
  const inside = owner.in(PRIVATE);
  inside.setsAccess(former, "read-write");
  former.in(PRIVATE).enters();
  former.in(PRIVATE).says("hello");
  const strangers = {
    nobody: await new Browser(site).visit(),
    somebody: await new Browser(site).logIn("sam@example.com"),
    "a former member": await new Browser(site).logIn(former.email),
  };
  await strangers["a former member"].post("/rooms/favorite", { roomId: PRIVATE });
  const socket = await strangers["a former member"].open(1, 99999999999);
  const cursor = site.newestEventId;
  inside.setsAccess(former, null);
  inside.updates({ access: "private", name: NAME, description: "for smuggling", tags: ["plotting"] });
  const { id: messageId } = inside.says(`@former ${TEXT}`);
  const owning = await new Browser(site).logIn(owner.email);
  const title = "the whereabouts";
  const range = { roomId: PRIVATE, firstMessageId: messageId, lastMessageId: messageId, title };
  expect((await owning.post("/conversation/new", range)).text).toContain('"ok":true');
  await owning.post(`/messages/${messageId}/owner-star`);
  const member = site.addUser({ name: MEMBER });
  inside.setsAccess(member, "read-write");
  const parent = member.in(PRIVATE).says("a question");
  const moved = inside.says("a harmless remark", { replyTo: parent });
  inside.moves([moved], 1);
  const publicMessage = owner.in(1).says("to be moved");
  site.addUser({ name: "Mod", isModerator: true }).in(1).moves([publicMessage], PRIVATE);
  const slug = "the-whereabouts";
  return { server, messageId, ownerId: owner.id, slug, cursor, strangers, owner: owning, socket };
}

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  return () => stage.server.close();
});

/** The address of an endpoint, about the private room and what is in it. */
function addressOf(path: string): string {
  const [year, month, date] = new Date().toISOString().slice(0, 10).split("-").map(Number);
  const subject = /^\/(users?|messages?|transcript\/message|flags)\b/.exec(path)?.[1] ?? "room";
  const id = subject.startsWith("user") ? stage.ownerId : subject === "room" ? PRIVATE : stage.messageId;
  return path
    .replace("{room}", String(PRIVATE))
    .replace("{id}", String(id))
    .replace("{slug}", stage.slug)
    .replace("{y}/{m}/{d}", `${year}/${month}/${date}`)
    .replace("{hours}", "0-24");
}

/** Every parameter that any endpoint takes, each about the private room. */
function parameters(): Record<string, string | number> {
  const { messageId, ownerId, cursor } = stage;
  const people = { userId: ownerId, aclUserId: ownerId, withUserId: ownerId, userAccess: "owner" };
  const rooms = { roomId: PRIVATE, room: PRIVATE, to: 1, [`r${PRIVATE}`]: cursor, r1: cursor };
  const messages = { m: messageId, firstMessageId: messageId, lastMessageId: messageId, before: messageId + 1 };
  const words = { text: "x", title: "x", info: "x", message: "x", newTitle: "x", q: "e", filter: "", limit: 100 };
  const modes = { nohide: "true", show: "all", json: "true", count: 0, duration: 5, quiet: "false", mode: "Events" };
  return { ...people, ...rooms, ...messages, ...words, ...modes, ids: `${messageId},${ownerId}` };
}

/** Parameters that select another part of an answer. */
const tabs = ["stars", "conversations", "access", "recent", "replies", "mine", "favorite", "invited"];
const viewsOf = (method: string): readonly string[] =>
  method === "POST"
    ? ["", "mode=Messages", "highlights=true"]
    : ["users=frequent", "rooms=frequent", "room=0", ...tabs.map((tab) => `tab=${tab}`)];

/** The answer of an endpoint, asked about the private room. */
async function ask(who: Browser, method: string, path: string, view: string): Promise<string> {
  const query = new URLSearchParams(view);
  for (const [key, value] of Object.entries(parameters())) if (!query.has(key)) query.set(key, String(value));
  const address = addressOf(path);
  const form = { ...Object.fromEntries(query), id: stage.messageId, name: "x" };
  const { text, headers } = method === "GET" ? await who.get(`${address}?${query}`) : await who.post(address, form);
  return `${text} ${headers.location ?? ""}`;
}

describe.each(["nobody", "somebody", "a former member"] as const)("%s", (name) => {
  // A logout would make every user a stranger.
  const asked = endpoints.filter(({ path }) => !path.startsWith("/users/log"));
  test.each(asked)("$method $path discloses nothing about a private room", async ({ method, path }) => {
    for (const view of viewsOf(method)) {
      const answer = await ask(stage.strangers[name], method, path, view);
      expect(answer, view).not.toMatch(secrets);
      if (!path.startsWith("/user")) expect(withoutMoved(answer), view).not.toMatch(/xenophon|quill/i);
      if (!path.startsWith("/user")) expect(answer, view).not.toMatch(/yolanda|quartz/i);
      expect(answer, view).not.toMatch(/"is_owner":true/);
    }
  });
});

test("the same requests of the owner return the name, the text and the users", async () => {
  const telling = [
    "GET /rooms",
    "GET /rooms/{id}",
    "GET /search",
    "GET /message/{id}",
    "POST /user/info",
    "GET /users/{id}",
  ];
  for (const line of telling) {
    const [method = "", path = ""] = line.split(" ");
    const answers = await Promise.all(viewsOf(method).map((view) => ask(stage.owner, method, path, view)));
    expect(answers.join(), line).toMatch(/zanzibar|treasure|"is_owner":true/i);
  }
});

/** The owner moved a message to the public room, where every user may see it. */
function withoutMoved(answer: string): string {
  return /a private room|harmless/.test(answer) ? "" : answer;
}

test("user/info about a private room is, for a stranger, the same as without a room", async () => {
  const { ownerId, strangers } = stage;
  for (const who of Object.values(strangers)) {
    const about = await who.post("/user/info", { ids: ownerId, roomId: PRIVATE });
    expect(about.text).toBe((await who.post("/user/info", { ids: ownerId })).text);
  }
});

test("a user who lost access gets no pings of the room by socket, backlog, poll or page", async () => {
  const { strangers, socket, cursor, server } = stage;
  const who = strangers["a former member"];
  server.site.user("Sam").in(1).says("the last word");
  let heard = "";
  while (!heard.includes("the last word")) heard += await socket.text();
  const backlog = await who.open(1, cursor);
  onTestFinished(() => backlog.close());
  const polled = (await who.post("/events", { r1: cursor })).text;
  const page = (await who.get("/rooms/1")).text;
  for (const text of [heard, await backlog.text(), polled, page]) expect(text).not.toMatch(secrets);
  expect(polled).toContain("the last word");
  expect(page).toMatch(/StartChat\([\s\S]*\{\}\s*\)/);
});

test("a notice of a move names a private room only to its own readers", () => {
  const contents = (id: number): (string | null)[] => stage.server.site.room(id).messages.map(({ content }) => content);
  expect(contents(1)).toContainEqual(
    `&larr; <i>1 message moved from <a href="https://chat.stackexchange.com/rooms/${PRIVATE}">a private room</a></i>`,
  );
  expect(contents(1).join()).toMatch(
    /moved to <a href="https:\/\/chat\.stackexchange\.com\/rooms\/7">a private room<\/a>/,
  );
  expect(contents(PRIVATE).join()).toMatch(
    /moved to <a href="https:\/\/chat\.stackexchange\.com\/rooms\/1\/sandbox">Sandbox<\/a>/,
  );
});

test("only owners of a private room invite people who cannot read it", async () => {
  const { server } = stage;
  const { site } = server;
  const member = site.addUser({ name: "Plain Member" });
  site.user(OWNER).in(PRIVATE).setsAccess(member, "read-write");
  const guest = site.addUser({ name: "Guest" });
  expect(() => member.in(PRIVATE).invites(guest)).toThrow("You cannot invite to this room");
  site.user(OWNER).in(PRIVATE).invites(guest);
});
