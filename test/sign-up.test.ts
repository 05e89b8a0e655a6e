/** Signing up on the login page of a local server. */
import { expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { Browser } from "./server-support.js";

async function signUp(browser: Browser, form: Record<string, string>, host?: string) {
  const page = await browser.get("/users/login", host);
  const fkey = /name="fkey" value="([0-9a-f]{64})"/.exec(page.text)?.[1] ?? "";
  return browser.post("/local/sign-up", { fkey, ...form }, host);
}

test("a name is enough for an account and a login, and redirects to the previous page", async () => {
  await using server = await ChatServer.start({ world: "demo" });
  const browser = new Browser(server.site);
  const answer = await signUp(browser, { name: "  Ada   Lovelace ", returnurl: "/rooms/1" });
  expect([answer.status, answer.headers.location]).toEqual([302, `${server.url}/rooms/1`]);
  expect((await browser.get("/")).text).toContain('title="Ada Lovelace"');
  const bot = await new Browser(server.site).logIn("ada.lovelace@example.com");
  expect(bot.fkey).toMatch(/^[0-9a-f]{32}$/);
  // The same account has a user on the other sites too.
  const other = await new Browser(server.sites["stackoverflow.com"]).logIn("ada.lovelace@example.com");
  expect((await other.get("/")).text).toContain('title="Ada Lovelace"');
});

test("a given email address is used for the login", async () => {
  await using server = await ChatServer.start({ world: "demo" });
  await signUp(new Browser(server.site), { name: "Grace", email: "Grace@Example.org" });
  expect((await new Browser(server.site).logIn("grace@example.org")).fkey).not.toBe("");
});

test.each([
  [{ name: "Al" }, "A name must have at least 3 characters."],
  [{ name: "x".repeat(31) }, "A name can have at most 30 characters; this one has 31."],
  [{ name: "álice" }, "The name álice is already taken."],
  [{ name: "Bob\u200bBaker" }, "A name cannot contain invisible characters"],
  [{ name: "Mod \u2666 Fake" }, "a moderator&#39;s diamond"],
  [{ name: "!!!!" }, "A name must contain a letter or a digit."],
  [{ name: "Good Name", email: "no email" }, "That does not look like an email address."],
  [{ name: "Good Name", email: "alice@example.com" }, "An account with the email alice@example.com already exists."],
])("%j is refused with a sentence, and the form keeps its input", async (form, sentence) => {
  await using server = await ChatServer.start({ world: "demo" });
  const browser = new Browser(server.site);
  const answer = await signUp(browser, form);
  expect(answer.status).toBe(200);
  expect(answer.text).toContain(sentence);
  expect(answer.text).toContain(`name="name" id="sign-up-name" value="${form.name}"`);
  expect(browser.cookies.has("acct")).toBe(false);
});

test("a sign-up fails with a stale fkey, on a server without sign-ups, or under a live host", async () => {
  await using demo = await ChatServer.start({ world: "demo" });
  expect((await signUp(new Browser(demo.site), { name: "Ada", fkey: "0".repeat(64) })).status).toBe(400);
  const live = await signUp(new Browser(demo.site), { name: "Ada" }, "meta.stackexchange.com");
  expect(live.status).toBe(404);
  await using plain = await ChatServer.start();
  const browser = new Browser(plain.site);
  expect((await browser.get("/users/login")).text).not.toContain("sign-up");
  expect((await signUp(browser, { name: "Ada" })).status).toBe(404);
});

test("a message that is only the URL of a message shows a preview if the target is readable", async () => {
  await using server = await ChatServer.start({ world: "demo" });
  const { site } = server;
  const alice = site.user("Alice");
  const told = alice.in(1).says("**Bold** & <plain>");
  const secret = alice.in(7).says("only for owners");
  const reader = await new Browser(site).logIn("alice@example.com");
  const contentOf = async (text: string): Promise<string> =>
    (await reader.get(`/message/${site.user("Bob Baker").in(5).says(text).id}`)).text;
  expect(await contentOf(`https://chat.stackexchange.com/transcript/message/${told.id}#${told.id}`)).toBe(
    `<div class="onebox ob-message"><a rel="noopener noreferrer" class="roomname" href="/transcript/message/${told.id}#${told.id}"><span title="${isoOf(site.room(1).messages.at(-1)?.timeStamp)}">just now</span></a>, by <span class="user-name">Alice</span> <br/><div class="quote"><b>Bold</b> &amp; &lt;plain&gt;</div></div>`,
  );
  expect(await contentOf(`${server.url}/transcript/1?m=${told.id}#${told.id}`)).toContain("ob-message");
  expect(await contentOf(`${server.url}/transcript/message/${secret.id}`)).not.toContain("onebox");
  expect(await contentOf(`https://elsewhere.example/transcript/message/${told.id}`)).not.toContain("onebox");
  expect(await contentOf(`https://chat.stackoverflow.com/transcript/message/${told.id}`)).not.toContain("onebox");
  expect(await contentOf(`see ${server.url}/transcript/message/${told.id}`)).not.toContain("onebox");
});

function isoOf(time: number | undefined): string {
  return `${new Date((time ?? 0) * 1000).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

test.each(["\u3164\u3164\u3164a", "Al\u115fice", "Alice\u2800", "Al\u{e0100}ice"])(
  "the invisible in %j is refused",
  async (name) => {
    await using server = await ChatServer.start({ world: "demo" });
    const answer = await signUp(new Browser(server.site), { name });
    expect([answer.status, answer.text.includes("A name cannot contain invisible characters")]).toEqual([200, true]);
  },
);

test("a sign-up cannot take the name of a user of another site", async () => {
  await using server = await ChatServer.start({ world: "demo" });
  server.sites["stackoverflow.com"].addUser({ name: "Jon Skeet", email: "jon@example.com" });
  const answer = await signUp(new Browser(server.site), { name: "jon skeet" });
  expect(answer.text).toContain("The name jon skeet is already taken");
});

test("one of two simultaneous sign-ups with the same name succeeds", async () => {
  await using server = await ChatServer.start({ world: "demo" });
  const both = await Promise.all([1, 2].map(() => signUp(new Browser(server.site), { name: "Ada" })));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 302]);
});
