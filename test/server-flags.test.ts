/** Flags on the local server: permissions, notifications, and the view of moderators (protocol.md §5.5). */
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { Browser } from "./server-support.js";

interface World {
  readonly server: ChatServer;
  readonly bot: Browser;
  readonly mod: Browser;
  readonly spam: number;
}

async function withSpam(): Promise<World> {
  const server = await ChatServer.start({ sites: ["stackexchange.com"] });
  const { site } = server;
  site.addUser({ name: "Bot", email: "bot@example.com", id: 300 });
  site.addUser({ name: "Mod", email: "mod@example.com", id: 301, isModerator: true });
  const bot = await new Browser(site).logIn("bot@example.com");
  const mod = await new Browser(site).logIn("mod@example.com");
  return { server, bot, mod, spam: site.addUser({ name: "Eve", id: 302 }).in(1).says("**buy** this").id };
}

describe("a flag", () => {
  test("toggles, and notifies only moderators, owners and users with 10,000 reputation", async () => {
    const { server, bot, mod, spam } = await withSpam();
    await using _ = server;
    const { site } = server;
    site.addUser({ name: "Trusted", email: "trusted@example.com", reputation: 10_000 });
    const trusted = await new Browser(site).logIn("trusted@example.com");
    const cursor = site.newestEventId;
    const socket = await mod.open(1, cursor);
    await socket.text();
    expect((await bot.post(`/messages/${spam}/flag`)).text).toBe('"ok"');
    const event = (await socket.frame()).r1?.e?.[0] ?? {};
    expect(Object.keys(event)).toEqual([
      ...["event_type", "time_stamp", "content", "id"],
      ...["room_id", "room_name", "message_id", "message_flags"],
    ]);
    expect(event).toMatchObject({ event_type: 9, message_id: spam, message_flags: 1 });
    const seen = async (browser: Browser): Promise<(number | undefined)[]> => {
      const { r1 } = await browser.json<{ r1: { e?: { event_type: number }[] } }>("/events", { r1: cursor });
      return (r1.e ?? []).map(({ event_type }) => event_type).filter((type) => type === 9);
    };
    expect([await seen(mod), await seen(trusted), await seen(bot)]).toEqual([[9], [9], []]);
    type List = { events: Record<string, unknown>[] };
    expect((await bot.json<List>("/chats/1/events")).events[0]?.message_flagged).toBe(true);
    expect((await bot.json<List>("/chats/1/events")).events[0]).not.toHaveProperty("message_flags");
    expect((await mod.json<List>("/chats/1/events")).events[0]?.message_flags).toBe(1);
    await bot.post(`/messages/${spam}/flag`);
    expect((await socket.frame()).r1?.e?.[0]).not.toHaveProperty("message_flags");
  });

  test("is refused for one's own and for deleted messages", async () => {
    const { server, bot, spam } = await withSpam();
    await using _ = server;
    const { id } = await bot.json<{ id: number }>("/chats/1/messages/new", { text: "mine" });
    expect((await bot.post(`/messages/${id}/flag`)).text).toBe('"You cannot flag your own messages"');
    server.site.user("Eve").in(1).deletes(spam);
    expect((await bot.post(`/messages/${spam}/flag`)).text).toBe('"This message has been deleted"');
    expect((await bot.post("/messages/1/flag")).status).toBe(302);
  });

  test("is listed and counted for moderators until they decide", async () => {
    const { server, bot, mod, spam } = await withSpam();
    await using _ = server;
    await bot.post(`/messages/${spam}/flag`);
    const list = async (): Promise<unknown> => JSON.parse((await mod.get("/admin/flagged?json=true&show=new")).text);
    const counters = async (): Promise<string> => (await mod.get("/admin/counters?show=new")).text;
    const entry = {
      message_id: spam,
      flag_count: 1,
      content: "<b>buy</b> this",
      deleted: false,
      user_id: 302,
      username: "Eve",
    };
    expect(await list()).toEqual({ messages: [entry] });
    expect(await counters()).toBe('{"flags":1,"modflags":0}');
    expect((await mod.post(`/messages/${spam}/meh-flag`)).text).toBe('"ok"');
    expect(await list()).toEqual({ messages: [] });
    expect(JSON.parse((await mod.get("/admin/flagged?json=true")).text)).toEqual({ messages: [entry] });
    expect((await mod.post(`/messages/${spam}/counter-flag`)).text).toBe('"ok"');
    expect((await mod.get("/admin/counters")).text).toBe('{"flags":0,"modflags":0}');
    await bot.post(`/messages/${spam}/flag`);
    expect((await mod.post(`/messages/${spam}/unflag`)).text).toBe('"ok"');
    expect(await counters()).toBe('{"flags":0,"modflags":0}');
    expect((await bot.post(`/messages/${spam}/unflag`)).text).toBe('"Only a moderator can do that"');
    expect(JSON.parse((await bot.get("/admin/flagged?json=true")).text)).toEqual({ messages: [] });
    expect((await (await new Browser(server.site).visit()).get("/admin/flagged?json=true")).status).toBe(404);
  });
});

describe("a flag for moderators", () => {
  test("has up to 400 characters, notifies moderators, and can be cleared", async () => {
    const { server, bot, mod, spam } = await withSpam();
    await using _ = server;
    const socket = await mod.open(1, server.site.newestEventId);
    await socket.text();
    expect((await bot.post(`/messages/${spam}/mod`, { info: "x".repeat(401) })).text).toBe(
      '"A flag can have at most 400 characters"',
    );
    expect((await bot.post(`/messages/${spam}/mod`, { info: "  " })).text).toContain("Please tell");
    expect((await bot.post(`/messages/${spam}/mod`, { info: "look at <this>" })).text).toBe('"ok"');
    expect((await socket.frame()).r1?.e?.[0]).toMatchObject({ event_type: 12, user_id: 300, message_id: spam });
    const { messages } = JSON.parse((await mod.get("/admin/flagged-moderator?json=true")).text) as {
      messages: { flag_count: number; modflags: { flag_id: number }[] }[];
    };
    const flagId = messages[0]?.modflags[0]?.flag_id;
    expect(messages).toMatchObject([
      {
        flag_count: 0,
        modflags: [{ flag_id: flagId, text: "look at <this>", user_id: 300, username: "Bot" }],
      },
    ]);
    expect((await mod.get("/admin/counters?show=new")).text).toBe('{"flags":0,"modflags":1}');
    expect((await bot.get("/admin/flagged-moderator?json=true")).status).toBe(404);
    expect((await bot.post(`/flags/${flagId}/clear`)).text).toBe('"Only a moderator can do that"');
    expect((await mod.post(`/flags/${flagId}/clear`)).text).toBe('"ok"');
    expect((await mod.post(`/messages/${spam}/flags/${flagId}/clear`)).text).toBe('"There is no such flag"');
    expect((await mod.get("/admin/counters")).text).toBe('{"flags":0,"modflags":0}');
  });
});
