/** What goes wrong on purpose, and what the log of requests says of it. */
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { Browser } from "./server-support.js";
import { failureOf, stage } from "./support.js";

describe("a request that gets no answer", () => {
  test.each(["hang", "hangUp", "cut"] as const)("is logged with status 0: %s", async (kind) => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    const { faults } = server.site;
    const browser = new Browser(server.site);
    faults[kind]("/faq");
    const answer = failureOf(browser.get("/faq"));
    if (kind === "hang") {
      await expect.poll(() => faults.hanging).toBe(1);
      expect(server.requests.map(({ path, status }) => [path, status])).toEqual([["/faq", 0]]);
      await server.close();
    }
    await answer;
    expect(server.requests.map(({ path, status }) => [path, status])).toEqual([["/faq", 0]]);
  });

  test("is logged with what it asked for, without secrets", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    const bot = server.site.user("Bot");
    const browser = await new Browser(server.site).logIn(bot.email);
    for (const kind of ["cut", "hangUp"] as const) {
      server.clearRequests();
      server.site.faults[kind]("/chats/1/messages/new");
      await failureOf(browser.post("/chats/1/messages/new", { text: kind }));
      expect(server.requests).toMatchObject([{ method: "POST", status: 0, form: { text: kind } }]);
      expect(JSON.stringify(server.requests)).not.toContain(browser.fkey);
    }
    expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["cut"]);
  });

  test("an answer of somebody's own making is logged with its status and form", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    server.site.faults.fail("/chats/1/messages/new", { status: 409 });
    await new Browser(server.site).post("/chats/1/messages/new", { text: "x" });
    expect(server.requests).toMatchObject([{ status: 409, form: { text: "x" } }]);
  });
});

test("the log keeps a bounded part of each request", async () => {
  await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
  const browser = new Browser(server.site);
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`p${n}`, n]));
  await browser.post("/chats/1/messages/new", { text: "x".repeat(500_000), ...many });
  const [request] = server.requests;
  expect(request?.form.text).toBe(`${"x".repeat(16_384)}…`);
  expect(Object.keys(request?.form ?? {})).toHaveLength(100);
});

test("the tests of this package see requests that came after the log was full", async () => {
  const set = await stage({ maxRequests: 3 });
  const browser = new Browser(set.server.site);
  for (let n = 0; n < 4; n++) await browser.get("/faq");
  expect(set.requests()).toEqual(["GET /faq", "GET /faq", "GET /faq"]);
  await browser.get("/users");
  expect(set.requests()).toEqual(["GET /users"]);
  expect(set.requests()).toEqual([]);
});
