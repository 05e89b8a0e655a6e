/** The invisible characters that the server inserts into long words are removed from texts, commands, lookups and searches. */
import { htmlToMarkdown, MessagePosted, mentions } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { expect, test } from "vitest";
import { next, stage, turning } from "./support.js";

const pair = "\u200c\u200b";
const word = "w".repeat(120);

test("a long word is read as typed in texts and markdown, with invisible characters that the author typed", async () => {
  const { client, alice, server } = await stage();
  const room = client().getRoom(1);
  const events = room.newEvents(MessagePosted);
  await events.ready;
  const typed = `@Bot !run **${word}** نمی\u200cخواهم a\u200bb`;
  const said = alice.in(1).says(typed);
  expect(server.site.message(said.id)?.content).toContain(`<b>${"w".repeat(80)}${pair}${"w".repeat(40)}</b>`);
  const { textContent, content, message } = await next(events);
  expect(textContent).toBe(typed.replaceAll("**", ""));
  expect(mentions(textContent, "Bot")).toBe(true);
  expect(htmlToMarkdown(content ?? "")).toBe(typed);
  expect(await message.textContent).toBe(textContent);
  expect(await message.contentSource).toBe(typed);
});

test("a search, the history and the transcript yield a long word without invisible characters", async () => {
  const { client, alice } = await stage();
  const chat = client();
  const { id } = alice.in(1).says(word);
  const texts: string[] = [];
  for await (const message of chat.searchMessages(word)) texts.push(await message.textContent);
  for await (const message of chat.getRoom(1).history({ limit: 1 })) texts.push(await message.textContent);
  const page = client().getMessage(id);
  texts.push(await page.textContent);
  expect(texts).toEqual([word, word, word]);
});

test("a message of one long word is found again after a lost response, even if the source has the characters", async () => {
  const clock = new ManualClock();
  const { client, server } = await stage({ clock });
  const chat = client({ clock });
  await chat.login();
  const { faults } = server.site;
  faults.cut("/chats/1/messages/new");
  faults.fail(/^\/message\/\d+/, { status: 200, body: `${"w".repeat(80)}${pair}${"w".repeat(40)}` });
  const message = await turning(clock, chat.getRoom(1).sendMessage(word));
  expect(server.site.room(1).messages.map(({ id, source }) => [id, source])).toEqual([[message.id, word]]);
});

test("an edit to one long word is detected as done after a lost response", async () => {
  const clock = new ManualClock();
  const { client, server } = await stage({ clock });
  const message = await turning(clock, client({ clock }).getRoom(1).sendMessage("short"));
  const { faults } = server.site;
  faults.cut(`/messages/${message.id}`);
  faults.fail(/^\/message\/\d+/, { status: 200, body: `${"w".repeat(80)}${pair}${"w".repeat(40)}` });
  await turning(clock, message.edit(word));
  expect(server.site.message(message.id)).toMatchObject({ source: word, edits: 1 });
});
