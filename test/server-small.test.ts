/** Small pages and endpoints that no other file tests. */
import { expect, onTestFinished, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { Browser } from "./server-support.js";

test("the server has a list of users, an FAQ, the browser's login probe, users/current, and joining one's favorites", async () => {
  const server = await ChatServer.start();
  onTestFinished(() => server.close());
  const { site } = server;
  const alice = site.addUser({ name: "Alice", email: "alice@example.com", password: "pw" });
  const room = site.addRoom({ id: 5, name: "Fine" });
  const browser = new Browser(site);
  const fkey = /name="fkey" value="([0-9a-f]{64})"/.exec((await browser.get("/users/login")).text)?.[1] ?? "";
  const track = { email: alice.email, password: "pw", isLogin: "true", fkey };
  expect((await browser.post("/users/login-or-signup/validation/track", track)).text).toContain("Login-OK");
  expect(
    (await browser.post("/users/login-or-signup/validation/track", { ...track, password: "no" })).text,
  ).not.toContain("Login-OK");
  await browser.logIn(alice.email, "pw");
  expect((await browser.get("/users/current")).headers.location).toContain(`/users/${alice.id}/`);
  expect((await browser.get("/users?filter=ali")).text).toContain("Alice");
  expect((await browser.get("/faq")).status).toBe(200);
  await browser.post("/rooms/favorite", { roomId: 5 });
  await browser.post("/chats/join/favorite", { quiet: "true", immediate: "true" });
  expect(room.present).toEqual([alice.id]);
  const long = Array.from({ length: 90 }, (_, n) => `line ${n} of many`).join("\n");
  const said = alice.in(5).says(long);
  expect(said.content).toMatch(/^<div class='partial'>/);
  expect((await browser.get(`/messages/5/${said.id}`)).text).toBe(long);
  expect((await browser.get(`/messages/1/${said.id}`)).status).toBe(404);
});
