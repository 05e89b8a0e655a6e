import { describe, expect, it } from "vitest";
import {
  clockSeconds,
  dayStart,
  isCaptchaPage,
  isCloudflareChallenge,
  isReadOnlyPage,
  parseChatPage,
  parseFkey,
  parseLoginPage,
  recogniseErrorPage,
  secondsAgo,
} from "./index.js";

describe("any chat page", () => {
  const topbar = (link: string): string => `<body class="outside"><span class="topbar-menu-links">${link}</span>`;

  it("names the viewer of the outside layout", () => {
    const html = `${topbar('<a href="/users/5/ann-b" title="Ann B">Ann…</a>')}<input name="fkey" value="abc">`;
    expect(parseChatPage(html)).toEqual({ fkey: "abc", me: { id: 5, name: "Ann B" }, serverTime: null });
  });

  it.each(['<a href="https://stackexchange.com/users/5/x">log in</a>', '<a href="/login">log in</a>'])(
    "takes the login link for nobody: %s",
    (link) => {
      expect(parseChatPage(topbar(link)).me).toBeNull();
    },
  );

  it("takes user 0 of a room page for nobody", () => {
    expect(parseChatPage("<script>StartChat({}, 0, {id: 1})</script>").me).toBeNull();
  });

  it("finds the viewer and the name of a transcript", () => {
    const own =
      '<div class="monologue user-5 mine"><div class="username"><a href="/users/5/ann" title="Ann">Ann</a></div>';
    expect(parseChatPage(`<script>initTranscript(true, 5, false, true, 1, true);</script>${own}`).me).toEqual({
      id: 5,
      name: "Ann",
    });
    expect(parseChatPage("<script>initTranscript(true, 5, false)</script>").me).toEqual({ id: 5, name: null });
  });

  it("passes over an empty fkey", () => {
    expect(parseFkey("<input name=fkey value=''><input name=fkey value=real>", "logout page")).toBe("real");
    expect(() => parseFkey("<p>", "logout page")).toThrow("the logout page was not understood: input[name=fkey]");
  });
});

describe("pages around a login", () => {
  it("takes the fkey of the form, not of another one", () => {
    const html = '<form><input name=fkey value=other></form><form id="login-form"><input name=fkey value=mine></form>';
    expect(parseLoginPage(html).fkey).toBe("mine");
  });

  it("knows a CAPTCHA, a Cloudflare challenge and a read-only notice", () => {
    expect(isCaptchaPage("<title>Human verification - Stack Overflow</title>")).toBe(true);
    expect(isCaptchaPage('<form action="/nocaptcha?s=1">')).toBe(true);
    expect(isCloudflareChallenge(200, { "CF-Mitigated": "challenge" }, "")).toBe(true);
    expect(isCloudflareChallenge(503, {}, "<title>Just a moment...</title>")).toBe(true);
    expect(isCloudflareChallenge(200, {}, "<title>Just a moment...</title>")).toBe(false);
    expect(isReadOnlyPage('<div class="system-notice">This site is in read-only mode.</div>')).toBe(true);
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
  ])("recognises %s", (kind, html) => {
    expect(recogniseErrorPage(html)).toBe(kind);
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
    ["constructor ago", null],
    ["3 constructor ago", null],
    ["soon", null],
    ["", null],
  ])("reads %j as %s", (words, seconds) => {
    expect(secondsAgo(words, now)).toBe(seconds);
  });

  it("does not guess dates without a clock", () => {
    expect(secondsAgo("oct 2 at 1:37")).toBeNull();
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
