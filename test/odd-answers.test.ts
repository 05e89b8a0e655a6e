/** Responses that the protocol leaves open, so that other servers may differ from ours (protocol.md §2.5, §5). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MessageEdited, MessageStarred } from "chatexchange-ts";
import { expect, test } from "vitest";
import { failureOf, next, stage } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const toError = { status: 302, headers: { Location: "/error?aspxerrorpath=/somewhere" } };
const errorPage = { status: 500, headers: { "Content-Type": "text/html" }, body: "<h1>Oops</h1>" };

test("a stale fkey that leads to the error page is fetched again, and the message goes out once", async () => {
  const { server, client, requests } = await stage();
  const chat = client();
  await chat.login();
  await chat.getRoom(1).sendMessage("first");
  server.site.faults.rotateFkeys();
  server.site.faults.fail("/chats/1/messages/new", toError);
  server.site.faults.fail("/error", errorPage);
  requests();

  await chat.getRoom(1).sendMessage("second");

  expect(requests().filter((line) => line === "POST /chats/1/messages/new")).toHaveLength(2);
  expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["first", "second"]);
});

test("an expired login that leads to the error page is renewed, and the message goes out", async () => {
  const { server, client } = await stage();
  const chat = client();
  await chat.login();
  server.site.faults.expireSessions();
  server.site.faults.fail("/chats/1/messages/new", toError);
  server.site.faults.fail("/error", errorPage);

  await chat.getRoom(1).sendMessage("still here");

  expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["still here"]);
});

test("the error page of a message that never existed is NOT_FOUND, and nothing is posted twice", async () => {
  const { server, client, requests } = await stage();
  const chat = client();
  await chat.login();
  server.site.faults.fail("/error", errorPage);
  requests();

  expect(await failureOf(chat.getMessage(999_999).edit("x"))).toMatchObject({ code: "NOT_FOUND" });

  expect(requests().filter((line) => line.startsWith("POST /messages/"))).toHaveLength(1);
});

test("an unknown refusal keeps its words, also with status 404", async () => {
  const { server, client } = await stage();
  const refusal = { status: 404, headers: { chat: "error" }, body: "You were thrown out; come back in an hour" };
  server.site.faults.fail("/chats/1/messages/new", refusal);

  expect(await failureOf(client().getRoom(1).sendMessage("x"))).toMatchObject({
    code: "REFUSED",
    context: { body: refusal.body },
  });
});

test("a login continues with the front page when the first page has an fkey and no name", async () => {
  const { server, bot, client } = await stage();
  const nameless = '<form method="post"><input id="fkey" name="fkey" type="hidden" value="0123" /></form>';
  server.site.faults.fail("/chats/join/favorite", { status: 200, body: nameless, times: 9 });

  expect((await client().getMe()).id).toBe(bot.id);
});

const loginPage = {
  status: 200,
  body: '<form id="login-form"><input type="hidden" name="fkey" value="0123456789abcdef0123456789abcdef"></form>',
};

test("a login succeeds when its response is a page instead of a redirect", async () => {
  const { server, bot, client } = await stage();
  const path = join(temporaryFolder(), "session.json");
  await client({ sessionFile: path }).login();
  const acct: string = JSON.parse(await readFile(path, "utf8")).cookies.find(
    (one: { key: string }) => one.key === "acct",
  ).value;
  server.site.faults.fail("/users/login", loginPage);
  server.site.faults.fail("/users/login", {
    status: 200,
    body: "<p>Welcome</p>",
    headers: { "Set-Cookie": `acct=${acct}; Domain=.stackexchange.com; Path=/; Secure; HttpOnly` },
  });

  expect((await client().login()).id).toBe(bot.id);
});

test.each([
  ["/", "WRONG_PASSWORD"],
  ["/users/login?returnurl=%2f", "WRONG_PASSWORD"],
  ["/users/account-challenge?s=1", "CAPTCHA_REQUIRED"],
])("a way to %s that brings no login is %s", async (location, code) => {
  const { server, client } = await stage();
  server.site.faults.fail("/users/login", loginPage);
  server.site.faults.fail("/users/login", { status: 302, headers: { Location: location } });

  expect(await failureOf(client().login())).toMatchObject({ code });
});

test("a profile page without a picture does not hide the avatar and the reputation of the JSON", async () => {
  const { server, alice, client } = await stage();
  const page = `<div id="content"><h1>Alice</h1><div class="usercard-xxl"></div><div class="user-message-count-xxl">5</div><div class="user-room-count-xxl">2</div></div>`;
  server.site.faults.fail(`/users/${alice.id}`, { status: 200, body: page });
  const user = client().getUser(alice.id);

  expect(await user.messageCount).toBe(5);
  expect(await user.reputation).toBe(3141);
  expect(await user.avatarUrl).toMatch(/^https:/);
});

test("the user who pinned a message is fetched again after it was pinned", async () => {
  const { server, bot, alice, client } = await stage();
  const { id } = server.site.addRoom({ name: "Own", owners: [bot] });
  const message = client().getMessage(alice.in(id).says("keep this").id);

  expect(await message.pinners).toEqual([]);
  await message.pin();
  expect((await message.pinners).map((user) => user.id)).toEqual([bot.id]);
  await message.pin(false);
  expect(await message.pinners).toEqual([]);
});

test("the users who pinned and edited a message are fetched again after an event of either", async () => {
  const { server, alice, client } = await stage();
  const { id } = server.site.addRoom({ name: "Hers", owners: [alice] });
  const chat = client();
  const events = chat.getRoom(id).newEvents(MessageStarred, MessageEdited);
  await events.ready;
  const message = chat.getMessage(alice.in(id).says("keep that").id);
  expect(await message.pinners).toEqual([]);
  expect(await message.editor).toBeNull();

  alice.in(id).pins(message.id);
  await next(events);
  expect((await message.pinners).map((user) => user.id)).toEqual([alice.id]);

  alice.in(id).edits(message.id, "keep those");
  await next(events);
  expect((await message.editor)?.id).toBe(alice.id);
});
