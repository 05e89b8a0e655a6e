/** A sent message has its text without a request, and the text equals the server's. */
import { MessageEdited, MessagePosted } from "chatexchange-ts";
import { expect, test } from "vitest";
import { next, stage } from "./support.js";

const texts = [
  "hello, world",
  'it\'s "5 < 6" & <b>so</b> — 😀',
  "> a quote",
  "two\nlines, 5 < 6",
  "  with white space around  ",
  "    fixed\n    width & more",
  "@Alice hi",
  "\\*not bold\\*",
  "---",
];

test.each(texts)("the source and the text of %j are cached when it is sent", async (text) => {
  const { client, requests } = await stage();
  const message = await client().getRoom(1).sendMessage(text);
  requests();
  const known = { ...message.peek };
  expect([await message.contentSource, await message.content, await message.textContent]).toEqual([
    known.contentSource,
    known.content,
    expect.any(String),
  ]);
  expect(requests()).toEqual([]);
  await message.refresh();
  expect({ contentSource: await message.contentSource, content: await message.content }).toEqual({
    contentSource: known.contentSource,
    content: known.content,
  });
});

test.each([
  ["**bold**", "bold"],
  ["https://example.com/a.png", "https://example.com/a.png"],
  ["see https://example.com/", "see example.com"],
  ["w".repeat(90), "w".repeat(90)],
  [`${"long line ".repeat(80)}\nx`, expect.stringContaining("long line")],
])("the source of %j is cached when it is sent, and its content is fetched from the server", async (text, shown) => {
  const { client, requests } = await stage();
  const message = await client().getRoom(1).sendMessage(text);
  requests();
  expect(await message.contentSource).toBe(text);
  expect(message.peek.content).toBeUndefined();
  expect(requests()).toEqual([]);
  expect(await message.textContent).toEqual(shown);
});

test.each(["prefix", "parentId"] as const)("of a reply by %s the source is known", async (replyForm) => {
  const { client, alice, requests } = await stage();
  const said = alice.in(1).says("question");
  const reply = await client({ replyForm }).getMessage(said.id).reply("answer");
  requests();
  const { contentSource } = reply.peek;
  expect(await reply.contentSource).toBe(contentSource);
  expect(requests()).toEqual([]);
  await reply.refresh();
  expect(await reply.contentSource).toBe(contentSource);
});

test("the event of the message keeps the cached values, and an edit replaces them", async () => {
  const { client, bot, requests } = await stage();
  const room = client().getRoom(1);
  const events = room.newEvents(MessagePosted, MessageEdited);
  await events.ready;
  const message = await room.sendMessage("**first**");
  const posted = await next(events);
  expect(posted.message).toBe(message);
  requests();
  expect([await message.contentSource, await message.textContent]).toEqual(["**first**", "first"]);
  expect(requests()).toEqual([]);
  bot.in(1).edits(message.id, "*second*");
  await next(events);
  expect([await message.contentSource, await message.textContent]).toEqual(["*second*", "second"]);
});
