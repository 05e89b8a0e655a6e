/** Values that only pages have, in each historical markup, as a client reads them from the local server. */
import { describe, expect, test } from "vitest";
import { stage } from "./support.js";

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

describe("a reply", () => {
  test.each(["reply-info", "2025-07", "2025"] as const)(
    "is known from pages with the markup %s",
    async (replyMarkup) => {
      const { server, anonymous } = await stage({ replyMarkup });
      const alice = server.site.user("Alice Liddell").in(1);
      const parent = alice.says("ask").id;
      const reply = server.site.user("Bot").in(1).says("*answer*", { replyTo: parent }).id;
      const chat = anonymous();
      const message = chat.getMessage(reply);
      expect((await message.parent)?.id).toBe(parent);
      expect(await message.content).toBe("<i>answer</i>");
      expect(chat.getMessage(parent).peek.parent).toBeUndefined();
      expect(await chat.getMessage(parent).parent).toBeNull();
      const [found] = await collect(chat.searchMessages("answer"));
      expect([found?.id, found?.peek.content]).toEqual([reply, "<i>answer</i>"]);
    },
  );
});

describe("the people in a room", () => {
  test.each(["initPresent", "initPresent-2019", "js-present"] as const)(
    "include the viewer, with reputation, on a page with %s",
    async (presentMarkup) => {
      const { server, bot, alice, client } = await stage({ presentMarkup });
      server.site.user("Alice Liddell").in(1).enters();
      const chat = client();
      const room = chat.getRoom(1);
      await room.join();
      const users = await room.currentUsers();
      expect(users.map(({ id }) => id).sort()).toEqual([bot.id, alice.id].sort());
      expect(users.find(({ id }) => id === bot.id)?.peek).toMatchObject({ name: "Bot", reputation: 200 });
    },
  );
});
