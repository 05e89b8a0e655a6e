/** The local server under load: slow readers, many messages, little memory. */
import { connect, type Socket as NetSocket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { ChatServer, type ServerUser } from "../src/server/index.js";
import { ManualClock } from "../src/util/manual-clock.js";
import { Browser } from "./server-support.js";

interface Cast {
  readonly server: ChatServer;
  readonly browser: Browser;
  readonly ann: ServerUser;
  readonly ben: ServerUser;
}

/** A server where Ann, a moderator, is logged in. */
async function withAnn(options: Parameters<typeof ChatServer.start>[0] = {}): Promise<Cast> {
  const server = await ChatServer.start({ sites: ["stackexchange.com"], ...options });
  onTestFinished(() => server.close());
  const ann = server.site.addUser({ name: "Ann", email: "ann@example.com", isModerator: true });
  const ben = server.site.addUser({ name: "Ben" });
  return { server, ann, ben, browser: await new Browser(server.site).logIn(ann.email) };
}

/** A socket that stops reading once it is open. */
async function lazyReader(browser: Browser, origin: string): Promise<NetSocket> {
  const { url } = await browser.json<{ url: string }>("/ws-auth", { roomid: 1 });
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const key = Buffer.alloc(16).toString("base64");
  socket.write(
    `GET ${pathname}?l=99999999999 HTTP/1.1\r\nHost: ${hostname}:${port}\r\nOrigin: ${origin}\r\nUpgrade: websocket\r\n` +
      `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await new Promise((opened) => socket.once("data", opened));
  socket.pause();
  return socket;
}

const starred = async (browser: Browser, room = 1): Promise<string> => (await browser.get(`/chats/stars/${room}`)).text;

async function idsOf(browser: Browser, form: Record<string, string | number>): Promise<number[]> {
  const answer = await browser.json<{ events: { message_id: number }[] }>("/chats/1/events", {
    mode: "Messages",
    ...form,
  });
  return answer.events.map((event) => event.message_id);
}

test("a socket that does not read is disconnected at the limit, while the others get every event", async () => {
  const { server, browser, ben } = await withAnn({ maxSocketBuffer: 200_000 });
  const reader = await browser.open(1, server.site.newestEventId);
  await reader.text();
  await lazyReader(browser, server.site.chatOrigin);
  expect(server.site.openSockets).toBe(2);
  const long = "so it goes\n".repeat(200);
  let said = 0;
  // The system's own buffers take some megabytes; they end, too.
  while (server.site.openSockets > 1 && said < 20_000) {
    const { id } = ben.in(1).says(`${said++}\n${long}`);
    const { r1 } = await reader.frame();
    expect(r1?.e?.[0]?.message_id).toBe(id);
  }
  expect(server.site.openSockets).toBe(1);
  const { id } = ben.in(1).says("still here?");
  expect((await reader.frame()).r1?.e?.[0]?.message_id).toBe(id);
});

test("an idle socket gets the newest event id of the host, however many events are evicted", async () => {
  const clock = new ManualClock();
  const { server, browser, ben } = await withAnn({ clock, maxEvents: 10 });
  const other = server.site.addRoom({ name: "Elsewhere" });
  const socket = await browser.open(1, server.site.newestEventId);
  const { r1: first } = await socket.frame();
  for (let n = 0; n < 100; n++) ben.in(other).says(`message ${n}`);
  await clock.advance(20_000);
  const { r1 } = await socket.frame();
  expect(r1).toEqual({ t: server.site.newestEventId, d: server.site.newestEventId - (first?.t ?? 0) });
});

describe("the views of a room are updated", () => {
  test("in the list of stars after stars, pins and deletions", async () => {
    const { browser, ann, ben } = await withAnn();
    const [one, two, three] = ["one", "two", "three"].map((text) => ben.in(1).says(`number ${text}`));
    if (!one || !two || !three) throw new Error("they said something");
    expect(await starred(browser)).not.toContain("number");
    for (const { id } of [one, two, three]) ann.in(1).stars(id);
    ann.in(1).pins(one.id);
    const order = [...(await starred(browser)).matchAll(/number (\w+)/g)].map(([, word]) => word);
    expect(order).toEqual(["one", "three", "two"]);
    ann.in(1).stars(three.id);
    ben.in(1).deletes(two.id);
    const left = await starred(browser);
    expect(left).toContain("number one");
    expect(left).not.toContain("number two");
    expect(left).not.toContain("number three");
  });

  test("in the highlights after pings and stars, from either end", async () => {
    const { browser, ann, ben } = await withAnn();
    ann.in(1).enters();
    expect(await idsOf(browser, { highlights: "true" })).toEqual([]);
    const ping = ben.in(1).says("@Ann, look");
    const plain = ben.in(1).says("nothing of note");
    const star = ben.in(1).says("a gem");
    ann.in(1).stars(star.id);
    expect(await idsOf(browser, { highlights: "true" })).toEqual([ping.id, star.id]);
    expect(await idsOf(browser, { highlights: "true", msgCount: 1 })).toEqual([star.id]);
    expect(await idsOf(browser, { highlights: "true", after: ping.id, msgCount: 1 })).toEqual([ping.id]);
    expect(await idsOf(browser, { highlights: "true", before: star.id })).toEqual([ping.id]);
    ben.in(1).edits(plain.id, "@Ann, of note after all");
    expect(await idsOf(browser, { highlights: "true" })).toEqual([ping.id, plain.id, star.id]);
  });

  test("in lastMessage, which has one's own last message and the messages after it", async () => {
    const { browser, ann, ben } = await withAnn();
    const mine = ann.in(1).says("mine");
    const gone = ann.in(1).says("mine, too");
    ben.in(1).says("not mine");
    expect(await browser.json("/chats/1/lastMessage")).toEqual({ msgid: gone.id, gap: 1 });
    ann.in(1).deletes(gone.id);
    expect(await browser.json("/chats/1/lastMessage")).toEqual({ msgid: mine.id, gap: 2 });
    expect(await browser.json("/chats/1/lastMessage", { beforeId: mine.id })).toEqual({ msgid: null, gap: 0 });
  });

  test("in the transcript, the stars and the profile of both rooms after messages are moved", async () => {
    const { server, browser, ann, ben } = await withAnn();
    const other = server.site.addRoom({ name: "Elsewhere", owners: [ann] });
    const message = ben.in(1).says("a wandering star");
    ann.in(1).stars(message.id);
    expect((await browser.get("/transcript/1")).text).toContain("a wandering star");
    expect(await starred(browser)).toContain("a wandering star");
    expect((await browser.get(`/transcript/${other.id}`)).text).not.toContain("a wandering star");
    await browser.post("/admin/movePosts/1", { ids: message.id, to: other.id });
    expect((await browser.get("/transcript/1")).text).not.toContain("a wandering star");
    expect(await starred(browser)).not.toContain("a wandering star");
    expect((await browser.get(`/transcript/${other.id}`)).text).toContain("a wandering star");
    expect(await starred(browser, other.id)).toContain("a wandering star");
  });
});

test("a full room evicts its oldest messages from every view", async () => {
  const { server, browser, ann, ben } = await withAnn({ maxMessagesPerRoom: 100 });
  const first = ben.in(1).says("the first of all");
  ann.in(1).stars(first.id);
  expect(await starred(browser)).toContain("the first of all");
  for (let n = 0; n < 150; n++) ben.in(1).says(`message ${n}`);
  expect(server.site.room(1).messages.length).toBeLessThanOrEqual(110);
  expect(await starred(browser)).not.toContain("the first of all");
  expect((await browser.get("/transcript/1")).text).not.toContain("the first of all");
  expect((await browser.get(`/users/${ben.id}?tab=recent`)).text).not.toContain("the first of all");
  expect((await browser.get(`/message/${first.id}`)).status).toBe(404);
  const kept = server.site.room(1).messages[0]?.id ?? 0;
  expect((await idsOf(browser, { msgCount: 500 }))[0]).toBe(kept);
});

test("a search through many messages finds them all, newest first", async () => {
  const { browser, ben } = await withAnn();
  const found = [0, 20_000, 40_000, 45_000];
  for (let n = 0; n <= 45_000; n++) ben.in(1).says(found.includes(n) ? `needle ${n}` : `hay ${n}`);
  const { text } = await browser.get("/search?q=needle&room=1");
  expect([...text.matchAll(/needle (\d+)/g)].map(([, n]) => Number(n))).toEqual(found.toReversed());
});
