/** Random requests with a fixed seed: the server refuses them with a sentence and stays up. */
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { expectRefusal, leak, raw, request } from "./raw-http.js";
import { Browser } from "./server-support.js";

let server: ChatServer;
let port: number;
beforeAll(async () => {
  server = await ChatServer.start({ sites: ["stackoverflow.com"], requestTimeoutMs: 1_000 });
  server.site.addUser({ name: "Bot", email: "bot@example.com", reputation: 500 });
  port = Number(new URL(server.url).port);
});
afterAll(() => server.close());
afterEach(async () => expect(await raw(request("GET /rooms/thumbs/1"), port)).toContain('"name":"Sandbox"'));

const token = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "/",
    "//",
    "..",
    "%2e",
    "%00",
    "\\",
    "\r\n",
    ":",
    "?",
    "&",
    "=",
    "#",
    "fkey",
    "rooms",
    "chats",
    "events",
    "1",
    "-1",
  ),
);
const text = fc.array(token, { maxLength: 12 }).map((parts) => parts.join(""));
const method = fc.constantFrom("GET", "POST", "HEAD", "PUT", "X", "");
const path = text.map((rest) => `/${rest}`);
const header = fc.tuple(
  fc.constantFrom("Cookie", "Origin", "Content-Type", "Content-Length", "Upgrade", "Connection", "X"),
  text,
);
const made = fc.tuple(method, path, fc.array(header, { maxLength: 5 }), text).map(([verb, where, headers, body]) =>
  request(
    `${verb} ${where}`,
    headers.map(([name, value]) => `${name}: ${value}`),
    body,
  ),
);

test("the server survives 300 requests, half of them no HTTP", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(made, text), async (bytes) =>
      expectRefusal(await raw(bytes, port, { ends: true }), bytes),
    ),
    { numRuns: 300 },
  );
});

test("the server refuses 300 random forms to all of its POST endpoints with a sentence", async () => {
  const paths = [
    "/chats/1/messages/new",
    "/chats/1/events",
    "/ws-auth",
    "/events",
    "/messages/1",
    "/messages/1/delete",
    "/user/info",
    "/rooms/save",
    "/rooms/setuseraccess/1",
    "/admin/movePosts/1",
    "/conversation/new",
    "/users/invite",
    "/users/login",
    "/messages/ack",
    "/rooms/timeout/1",
    "/chats/1/lastMessage",
  ];
  const names = [
    "fkey",
    "text",
    "ids",
    "to",
    "roomId",
    "userAccess",
    "since",
    "before",
    "msgCount",
    "r1",
    "duration",
    "title",
  ];
  const bot = await new Browser(server.site).logIn("bot@example.com");
  const form = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(text, fc.constantFrom("1", "-1", "9e99", "constructor", "__proto__")),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), form, async (where, fields) => {
      const { status, text: body } = await bot.post(where, fields);
      expect(status).toBeLessThan(500);
      expect(body).not.toMatch(leak);
    }),
    { numRuns: 300 },
  );
});
