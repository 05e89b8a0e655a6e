/** Responses that arrive after newer events about the same object: the newer value stays. */
import type { Client, Message } from "chatexchange-ts";
import { expect, test } from "vitest";
import { meanwhile, type Stage, stage } from "./support.js";

/** A client that listens to room 1, and an old message that it knows by its id. */
async function listening(set: Stage, text = "old text"): Promise<{ chat: Client; message: Message; id: number }> {
  const { id } = set.alice.in(1).says(text);
  const chat = set.client();
  await chat.getRoom(1).watch(() => {}).ready;
  return { chat, message: chat.getMessage(id), id };
}

test("a late response does not overwrite the text of a newer edit event", async () => {
  const set = await stage();
  const { message, id } = await listening(set);
  set.server.site.faults.slow(/^\/message\//, 150);
  const asked = message.content;
  await meanwhile(() => set.server.requests.some(({ path }) => path === `/message/${id}`));
  set.alice.in(1).edits(id, "new text");
  await meanwhile(() => message.peek.content === "new text");
  expect(await asked).toBe("new text");
  expect(await message.content).toBe("new text");
  expect(await message.edits).toBe(1);
});

test("a late list does not bring back a message that was deleted in the meantime", async () => {
  const set = await stage();
  const { chat, message, id } = await listening(set);
  set.server.site.faults.slow("/chats/1/events", 150);
  const page = chat.getRoom(1).history({ limit: 10 }).next();
  const before = set.server.requests.length;
  await meanwhile(() => set.server.requests.slice(before - 1).some(({ path }) => path === "/chats/1/events"));
  set.alice.in(1).deletes(id);
  await meanwhile(() => message.peek.deleted === true);
  await page;
  expect(await message.deleted).toBe(true);
  expect(await message.content).toBeNull();
});

test("a late page does not take back the star of a newer event", async () => {
  const set = await stage();
  const { message, id } = await listening(set);
  set.server.site.faults.slow(/^\/transcript\/message\//, 150);
  const asked = message.stars;
  await meanwhile(() => set.server.requests.some(({ path }) => path === `/transcript/message/${id}`));
  const other = set.server.site.addUser({ name: "Bob", reputation: 200 });
  other.in(1).stars(id);
  await meanwhile(() => message.peek.stars === 1);
  expect(await asked).toBe(1);
});

test("a late page does not bring back the previous name of a room", async () => {
  const set = await stage();
  const { site } = set.server;
  const { id } = site.addRoom({ name: "Old name", owners: [set.alice] });
  const room = set.client().getRoom(id);
  const names: unknown[] = [];
  await room.watch((event) => void names.push(event.constructor.name)).ready;
  site.faults.slow(`/rooms/info/${id}`, 150);
  const asked = room.owners;
  await meanwhile(() => set.server.requests.some(({ path }) => path === `/rooms/info/${id}`));
  set.alice.in(id).updates({ name: "New name" });
  await meanwhile(() => names.includes("RoomNameChanged"));
  await asked;
  expect(await room.name).toBe("New name");
  expect(room.peek.name).toBe("New name");
});

test("the late response to our star does not hide that an owner canceled it", async () => {
  const set = await stage();
  const { site } = set.server;
  const { id: roomId } = site.addRoom({ name: "Ours", owners: [set.alice] });
  const said = set.alice.in(roomId).says("to be starred");
  const stars: number[] = [];
  const chat = set.client();
  await chat.getRoom(roomId).watch((event) => void (event.type === 6 && stars.push(event.type))).ready;
  const message = chat.getMessage(said.id);
  site.faults.slow(/\/star$/, 200);
  const starred = message.star();
  await meanwhile(() => stars.length === 1);
  set.alice.in(roomId).cancelsStars(said.id);
  await meanwhile(() => stars.length === 2);
  await starred;
  expect(message.peek).toMatchObject({ stars: 0, starredByYou: false });
});

test("the late response to a post does not overwrite newer events about the message", async () => {
  const set = await stage();
  const { site } = set.server;
  const chat = set.client();
  const room = chat.getRoom(1);
  const heard: number[] = [];
  await room.watch((event) => void heard.push(event.type)).ready;
  site.faults.slow("/chats/1/messages/new", 200);
  const sent = room.sendMessage("hello");
  await meanwhile(() => heard.includes(1));
  set.alice.in(1).stars(site.room(1).messages.at(-1)?.id ?? 0);
  await meanwhile(() => heard.includes(6));
  expect((await sent).peek.stars).toBe(1);
});
