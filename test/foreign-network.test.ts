/**
 * More of other people's clients, as test/foreign-sequences.test.ts has them: those that log in on a Q&A site of the network,
 * readers of pages, and userscripts that post `FormData`. Names of the clients: ../shared/protocol.md, "Source short names".
 */
import { describe, expect, test } from "vitest";
import { formData, header, type Step, takeSteps } from "./foreign-steps.js";
import { firstMessage as M, now, type WireStage, wireStage } from "./foreign-wire.js";

const golf = "codegolf.stackexchange.com";
const ok = '200 "ok"';
const account = "email=gus%40example.com&password=password";
const said = (index: number): string => `200 {"id":${M + index},"time":${now}}`;

/** Takes the login key from a page, as 64 hex digits in an input called `fkey`. */
const loginKey =
  (line: string): Step =>
  async ({ nobody }) => {
    const page = await nobody.send(`GET ${line}`);
    nobody.fkey = /name="fkey" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? "";
    expect(nobody.fkey, page).toHaveLength(64);
  };
const chatKey: Step = ({ nobody }) => nobody.visit("/chats/join/favorite");
/** The request that "logs in everywhere": no body, and so no content type. */
const everywhere: Step = ["nobody", `POST //${golf}/users/login/universal/request`, undefined, "200 "];

const sechat: readonly Step[] = [
  loginKey(`//${golf}/users/login`),
  [
    "nobody",
    `POST //${golf}/users/login-or-signup/validation/track`,
    `${account}&fkey=FKEY&isSignup=false&isLogin=true&isPassword=false&isAddLogin=false&hasCaptcha=false&ssrc=head&submitButton=Log+in&oauthversion=&oauthserver=`,
    "200 Login-OK",
  ],
  ["nobody", `POST //${golf}/users/login`, `${account}&fkey=FKEY&ssrc=head&oauth_version=&oauth_server=`, "302 "],
  header("nobody", "location", `https://${golf}/`),
  // It reads `html > head > title` to distinguish the front page from that of a CAPTCHA.
  [
    "nobody",
    `GET //${golf}/`,
    undefined,
    /^200 <!DOCTYPE html>\s*<html[^>]*>\s*<head>[\s\S]*<title>Code Golf<\/title>[\s\S]*<\/head>/,
  ],
  everywhere,
  chatKey,
  [
    "nobody",
    "GET /chats/join/favorite",
    undefined,
    /class="topbar-menu-links">\s*<a href="\/users\/200002\/gus-guest"/,
  ],
  ["nobody", "POST /chats/11/messages/new", "text=hello&fkey=FKEY", said(0)],
];

const vyxal: readonly Step[] = [
  // Its first key is from the host of the log-in before 2018.
  loginKey("//openid.stackexchange.com/account/login"),
  ["nobody", `POST //${golf}/users/login`, `${account}&fkey=FKEY`, "302 "],
  ["nobody", `GET //${golf}/`, undefined, new RegExp(`<a href="https://${golf}/users/logout"`)],
  everywhere,
  chatKey,
  ["nobody", "POST /chats/11/messages/new", "text=hello&fkey=FKEY", said(0)],
];

const scjs: readonly Step[] = [
  loginKey("//openid.stackexchange.com/account/login"),
  [
    "nobody",
    "POST //puzzling.stackexchange.com/users/login",
    `${account.replace("=password", "=wrong")}&fkey=FKEY`,
    /^200 (?![\s\S]*logout)/,
  ],
  ["nobody", "POST //puzzling.stackexchange.com/users/login", `${account}&fkey=FKEY`, "302 "],
  // It looks for the word anywhere on the front page.
  ["nobody", "GET //puzzling.stackexchange.com/", undefined, /\blogout\b/],
  chatKey,
  ["nobody", "POST /chats/11/messages/new", "text=hello&fkey=FKEY", said(0)],
];

/** The text of `#content`, tags left out and lines kept. */
const contentOf = (page: string): string => page.slice(page.indexOf('<div id="content"')).replace(/<[^>]*>/g, "");

const sloshy: readonly Step[] = [
  async ({ nobody }) => {
    const none = contentOf(await nobody.send("GET /search?q=needle&room=11&Room=&page=1&pagesize=50&sort=newest"));
    expect(none).toMatch(/^0 messages found$/m);
  },
  ["guest", "POST /chats/11/messages/new", "text=a+needle&fkey=FKEY", said(0)],
  async ({ nobody }) => {
    const page = await nobody.send("GET /search?q=needle&room=11&Room=&page=1&pagesize=50&sort=newest");
    expect(contentOf(page)).toMatch(/^1 messages found$/m);
    const [first = ""] = /<a [^>]*>/.exec(page.slice(page.indexOf('<div class="messages">'))) ?? [];
    expect(first).toContain(`href="/transcript/11?m=${M}#${M}"`);
  },
  // It detects a frozen room on the feeds tab.
  ["nobody", "GET /rooms/info/11/den?tab=feeds", undefined, /Currently no feeds are being posted into this room\./],
  ({ site }) => site.room(11).freeze(),
  [
    "nobody",
    "GET /rooms/info/11/den?tab=feeds",
    undefined,
    /Because this room is frozen, no feeds are being posted into/,
  ],
];

const inPage: readonly Step[] = [
  // A bot in the page learns the room's site from the link to its rooms.
  ["guest", "GET /rooms/11", undefined, /id="siterooms"[^>]* href="[^"]*[?&;]host=stackexchange\./],
  ["guest", "GET /rooms/240", undefined, /id="siterooms"[^>]* href="[^"]*[?&;]host=codegolf\./],
  ["guest", "GET /rooms/240", undefined, /id="allrooms"/],
];

const userscripts: readonly Step[] = [
  formData("guest", "POST /chats/11/messages/new", { text: "status" }, said(0)),
  formData("guest", "POST /chats/11/messages/new", { text: "status" }, '200 {"id":null,"time":null}'),
  formData("owner", "POST /chats/11/messages/new", { text: `:${M} on it` }, said(1)),
  formData("guest", `POST /messages/${M}`, { text: "*redacted*" }, ok),
  formData("guest", `POST /messages/${M + 1}`, { text: "not mine" }, '200 "You can only edit your own messages"'),
  formData("guest", `POST /messages/${M}/purge-history`, {}, /^200 "(?!ok).*"$/),
  formData("guest", `POST /messages/${M}/delete`, {}, ok),
  formData("guest", "POST /messages/5/delete", {}, "302 "),
  formData("nobody", "POST /chats/11/messages/new", { text: "who?" }, /^400 <!DOCTYPE html>/),
];

async function network(): Promise<WireStage> {
  const stage = await wireStage({ sites: ["stackexchange.com"] });
  stage.site.addRoom({ id: 240, name: "The Nineteenth Byte", parentSite: golf });
  return stage;
}

describe("the requests of", () => {
  test.each([
    ["sechat v1 and v2", sechat],
    ["Vyxal", vyxal],
    ["stackchat.js", scjs],
    ["Sloshy", sloshy],
    ["SO-ChatBot in the page", inPage],
    ["three userscripts that post FormData", userscripts],
  ] as const)("%s", async (_name, steps) => {
    const stage = await network();
    await using _ = stage.server;
    await takeSteps(stage, steps);
    expect(stage.server.requests.filter(({ status }) => status >= 500)).toEqual([]);
  });
});
