import { describe, expect, it } from "vitest";
import {
  clockSeconds,
  dayStart,
  parseChatPage,
  parseFkey,
  parseLoginPage,
  recognizeErrorAnswer,
  recognizeErrorPage,
  secondsAgo,
  timeOfLabel,
} from "./index.js";

describe("any chat page", () => {
  const topbar = (link: string): string => `<body class="outside"><span class="topbar-menu-links">${link}</span>`;

  it("names the viewer of the outside layout", () => {
    const html = `${topbar('<a href="/users/5/ann-b" title="Ann B">Ann…</a>')}<input name="fkey" value="abc">`;
    expect(parseChatPage(html)).toEqual({
      fkey: "abc",
      me: { id: 5, name: "Ann B" },
      isAnonymous: false,
      serverTime: null,
    });
  });

  const anonymous = { me: null, isAnonymous: true };
  const unknown = { me: null, isAnonymous: false };
  const ann = { me: { id: 5, name: "Ann B" }, isAnonymous: false };
  const avatar = '<div class="gravatar-wrapper-24" title="Ann B"><img alt="Ann B&#39;s user avatar"></div>';
  const reputation = '<ul class="s-user-card--awards"><li>1,234</li></ul>';

  it.each([
    [
      "the network's link of an anonymous menu",
      topbar('<a href="https://stackexchange.com/users/5/x">log in</a>'),
      anonymous,
    ],
    ["a bare network link", topbar('<a href="https://stackexchange.com" title="Stack Exchange">x</a>'), anonymous],
    ["a link named log in", topbar('<a href="/login">log in</a>'), anonymous],
    [
      "the Q&A sites' header",
      `<header class="s-topbar"><a class="s-topbar--item my-profile" href="/users/5/ann-b">${avatar}${reputation}</a></header>`,
      ann,
    ],
    [
      "a list item around the profile link",
      `<header class="s-topbar"><li class="my-profile"><a href="/users/5/ann-b"><img alt="Ann B's user avatar"></a></li></header>`,
      ann,
    ],
    [
      "any user link of a bar",
      '<div class="topbar"><a href="/users">users</a><a href="//chat.stackexchange.com/users/5/ann-b">Ann B</a></div>',
      ann,
    ],
    [
      "an unknown header",
      '<header role="banner"><nav><a href="/users/5/ann-b">1,234</a><a href="/users/5/x">Ann B</a></nav></header>',
      ann,
    ],
    [
      "a log-in button of a new header",
      '<header class="s-topbar"><a class="s-btn" href="https://meta.stackexchange.com/users/login?returnurl=x">Enter</a></header>',
      anonymous,
    ],
    ["two users in a bar", '<div class="topbar"><a href="/users/5/a">A</a><a href="/users/6/b">B</a></div>', unknown],
    [
      "a profile on another site",
      '<header><a class="my-profile" href="https://stackoverflow.com/users/7/x">Ann B</a></header>',
      unknown,
    ],
    ["a header that tells nothing", '<header><a href="/">chat</a></header>', unknown],
    [
      "people's links in the content",
      '<div id="content"><header><a href="/users/6/b">B</a><a href="/users/login">log in</a></header></div>',
      unknown,
    ],
    ["user 0 of a room page", "<script>StartChat({}, 0, {id: 1})</script>", anonymous],
    [
      "a room page that asks for a login",
      '<div id="bubble">You must be <a href="https://x.example/">logged in</a> to talk</div>',
      anonymous,
    ],
    [
      "the avatar of a room page",
      '<header></header><div id="active-user" class="user-container user-5"><img title="Ann B"></div>',
      ann,
    ],
    [
      "the script of a room page",
      "<header></header><script>StartChat({ws:true}, 5, {id: 1})</script>",
      { ...ann, me: { id: 5, name: null } },
    ],
  ])("recognizes the viewer by %s", (_, html, viewing) => {
    const { me, isAnonymous } = parseChatPage(html);
    expect({ me, isAnonymous }).toEqual(viewing);
  });

  it("reads the viewer and the viewer's name from a transcript", () => {
    const own =
      '<div class="monologue user-5 mine"><div class="username"><a href="/users/5/ann" title="Ann">Ann</a></div>';
    expect(parseChatPage(`<script>initTranscript(true, 5, false, true, 1, true);</script>${own}`).me).toEqual({
      id: 5,
      name: "Ann",
    });
    expect(parseChatPage("<script>initTranscript(true, 5, false)</script>").me).toEqual({ id: 5, name: null });
  });

  it.each([
    ['StackExchange.topbar.init({"serverTime":1692659647,"enableLogging":false});', 1692659647],
    ["StackExchange.topbar.init({serverTime:1692659647,enableLogging:false});", 1692659647],
    ["StackExchange.topbar.init({ enableLogging : false , serverTime : 1692659647 });", 1692659647],
    ["SERVER_TIME_OFFSET = 77 - (new Date()).getTime() / 1000;", 77],
    ['greet("serverTime:5, {serverTime:6}");', null],
  ])("reads the server's clock in %s", (script, time) => {
    expect(parseChatPage(`<script>${script}</script>`).serverTime).toBe(time);
  });

  it("skips an empty fkey", () => {
    expect(parseFkey("<input name=fkey value=''><input name=fkey value=real>", "logout page")).toBe("real");
    expect(() => parseFkey("<p>", "logout page")).toThrow("the logout page was not understood: input[name=fkey]");
  });
});

describe("pages around a login", () => {
  it("reads the fkey of the login form, not of another form", () => {
    const html = '<form><input name=fkey value=other></form><form id="login-form"><input name=fkey value=mine></form>';
    expect(parseLoginPage(html).fkey).toBe("mine");
  });

  it("recognizes a CAPTCHA, a Cloudflare challenge and a read-only notice", () => {
    expect(recognizeErrorPage("<title>Human verification - Stack Overflow</title>")).toBe("captcha");
    expect(recognizeErrorPage('<form action="/nocaptcha?s=1">')).toBe("captcha");
    expect(recognizeErrorAnswer({ headers: { "cf-mitigated": "challenge" }, body: "" })).toBe("cloudflare");
    expect(recognizeErrorAnswer({ headers: {}, body: "<title>Just a moment...</title>" })).toBe("cloudflare");
    expect(recognizeErrorPage('<div class="system-notice">This site is in read-only mode.</div>')).toBe("read-only");
  });

  it.each([
    ["private-room", "<title>Access Denied | chat.example</title><h2>Private Room</h2>"],
    ["not-found", "<div class=subheader><h1>Page not found</h1></div>"],
    ["login", '<form id="login-form"><input name=fkey value=x></form>'],
    ["captcha", "<h1>Human verification</h1>"],
    ["cloudflare", "<title>Just a moment...</title>"],
    ["read-only", "<h1>Stack Overflow is in read-only mode</h1>"],
    [null, "<title>User Private Room | x</title><div class=subheader><h1>Private Room</h1></div>"],
    [null, "<title>Overview | x</title><div class=subheader><h1>Read-only mode</h1></div><h1>Human verification</h1>"],
    [null, "<h1>Rooms</h1>"],
    [null, '<body id="transcript-body"><title>Page Not Found | chat</title><h1>Page not found</h1>'],
  ])("recognizes %s", (kind, html) => {
    expect(recognizeErrorPage(html)).toBe(kind);
  });
});

describe("relative times", () => {
  const now = Date.UTC(2023, 9, 3, 12) / 1000;
  it.each([
    ["just now", 0],
    ["n/a", null],
    ["14s ago", 14],
    ["49m ago", 2940],
    ["6h", 21600],
    ["37d", 37 * 86400],
    ["1y", 31536000],
    ["2 minutes ago", 120],
    ["an hour ago", 3600],
    ["yesterday", 86400],
    ["yesterday at 12:00", 86400],
    ["oct 2 at 1:37", 86400 + 10 * 3600 + 23 * 60],
    ["Oct 4 at 12:00", 364 * 86400],
    ["Oct 3, 2022 at 12:00", 365 * 86400],
    ["12:00 PM", 0],
    ["4:49 AM", 7 * 3600 + 11 * 60],
    ["today at 4:49", 7 * 3600 + 11 * 60],
    ["yst 7:51 PM", 16 * 3600 + 9 * 60],
    ["Yst 7:51 PM", 16 * 3600 + 9 * 60],
    ["Mon 12:00 PM", 86400],
    ["Sat 8:29 PM", 2 * 86400 + 15 * 3600 + 31 * 60],
    ["Tue 12:00 PM", 7 * 86400],
    ["Wed 12:00 PM", 6 * 86400],
    ["Apr 19 12:00 PM", (30 - 19 + 31 + 30 + 31 + 31 + 30 + 3) * 86400],
    ["Dec 3 12:00 PM", (31 - 3 + 31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 3) * 86400],
    ["Oct 3, 17 12:00 PM", (6 * 365 + 1) * 86400],
    ["Xyz 12:00 PM", null],
    ["Oct 99 12:00 PM", null],
    ["Mon", null],
    ["constructor ago", null],
    ["3 constructor ago", null],
    ["soon", null],
    ["", null],
  ])("reads %j as %s", (words, seconds) => {
    expect(secondsAgo(words, now)).toBe(seconds);
  });

  it("does not guess dates without the server's clock", () => {
    const labels = ["oct 2 at 1:37", "4:49 PM", "yst 7:51 PM", "Mon 8:29 PM", "Oct 2, 17 1:40 PM"];
    expect(labels.map((label) => secondsAgo(label))).toEqual(labels.map(() => null));
    expect([timeOfLabel("4:49 AM", now), timeOfLabel("4:49 AM", null), timeOfLabel("n/a", now)]).toEqual([
      Date.UTC(2023, 9, 3, 4, 49) / 1000,
      null,
      null,
    ]);
  });

  it("reads clock labels", () => {
    expect(["12:05 AM", "12:05 PM", "Oct 2 1:07 PM", "23:59", "25:00", "x"].map(clockSeconds)).toEqual([
      300,
      43500,
      47220,
      86340,
      null,
      null,
    ]);
    expect(["1970-01-02", "2018-13-01", "2024-02-31", "x"].map(dayStart)).toEqual([86400, null, null, null]);
    expect(dayStart("2024-02-29")).toBe(1_709_164_800);
  });
});
