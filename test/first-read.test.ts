/** Reads of a client with credentials before its login: public values are read at once, all others after a login. */
import { expect, test } from "vitest";
import { failureOf, stage } from "./support.js";

async function withPrivateRoom() {
  const set = await stage();
  const { server, bot, alice } = set;
  const room = server.site.addRoom({ id: 30, name: "Back Office", access: "private", owners: [alice, bot] });
  const said = alice.in(30).says("a secret plan");
  return { ...set, room, said };
}

test("a private room is read as the account, after an automatic login", async () => {
  const { client, said } = await withPrivateRoom();
  expect(await client().getRoom(30).name).toBe("Back Office");
  expect(await client().getMessage(said.id).content).toBe("a secret plan");
  expect(await client().getMessage(said.id).contentSource).toBe("a secret plan");
  const names: string[] = [];
  for await (const room of client().rooms()) names.push(await room.name);
  expect(names).toContain("Back Office");
  const found: number[] = [];
  for await (const message of client().searchMessages("secret")) found.push(message.id);
  expect(found).toEqual([said.id]);
});

test("favorites, own stars and pingable users are read as the account", async () => {
  const { server, client, alice, bot } = await stage();
  const said = alice.in(1).says("star me");
  bot.in(1).stars(said.id);
  const first = client();
  await first.getRoom(1).favorite();
  await first.logout();
  server.clearRequests();
  const room = client().getRoom(1);
  await room.name;
  expect(room.peek.isFavorite).toBeUndefined();
  expect(await room.isFavorite).toBe(true);
  expect(await client().getMessage(said.id).starredByYou).toBe(true);
  expect((await client().getRoom(1).pingableUsers()).map(({ id }) => id)).toContain(alice.id);
});

test("public values are read without a login", async () => {
  const { client, alice, requests } = await stage();
  const said = alice.in(1).says("hello");
  requests();
  const chat = client();
  expect(await chat.getRoom(1).name).toBe("Sandbox");
  expect(await chat.getUser(alice.id).name).toBe("Alice Liddell");
  expect(await chat.getMessage(said.id).contentSource).toBe("hello");
  expect(requests()).toEqual(["GET /rooms/thumbs/1", "POST /user/info", `GET /message/${said.id}`]);
});

test("a missing room is NOT_FOUND, and a room that the account may not read is reported as such", async () => {
  const { server, client, alice } = await stage();
  server.site.addRoom({ id: 31, name: "Only Alice", access: "private", owners: [alice] });
  expect(await failureOf(client().getRoom(99_999).name)).toMatchObject({ code: "NOT_FOUND" });
  expect(await failureOf(client().getRoom(31).name)).toMatchObject({ code: "FORBIDDEN" });
});
