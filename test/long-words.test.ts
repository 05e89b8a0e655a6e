/** The invisible characters that the server puts into long words never reach a bot: in texts, commands, lookups, searches. */
import { htmlToMarkdown, MessagePosted, mentions } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { expect, test } from "vitest";
import { next, stage, turning } from "./support.js";

const pair = "\u200c\u200b";
const word = "w".repeat(120);

test("a long word comes as it was typed, in texts and markdown, with what somebody typed invisibly", async () => {
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

test("a search finds a long word whole, and so do the history and the transcript", async () => {
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

test("a message of one long word is found again when its answer is lost, even if the source shows the characters", async () => {
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

test("an edit to one long word is found to be done when its answer is lost", async () => {
  const clock = new ManualClock();
  const { client, server } = await stage({ clock });
  const message = await turning(clock, client({ clock }).getRoom(1).sendMessage("short"));
  const { faults } = server.site;
  faults.cut(`/messages/${message.id}`);
  faults.fail(/^\/message\/\d+/, { status: 200, body: `${"w".repeat(80)}${pair}${"w".repeat(40)}` });
  await turning(clock, message.edit(word));
  expect(server.site.message(message.id)).toMatchObject({ source: word, edits: 1 });
});
