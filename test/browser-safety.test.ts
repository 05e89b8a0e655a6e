/** Attacks on the pages: script in everything that a user can write, and posts from another origin. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ChatServer } from "chatexchange-ts/server";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { describeInBrowser, expectedTroubles, ready } from "./browser-support.js";
import { sizeOf } from "./sizes.js";

/** Each sets `window.__xss` if it ever runs; short enough for a line. */
const corpus: readonly string[] = [
  "<script>window.__xss=1</script>",
  "</script><script>window.__xss=1</script>",
  "<img src=x onerror=window.__xss=1>",
  '"><svg/onload=window.__xss=1>',
  "' onmouseover='window.__xss=1' autofocus onfocus='window.__xss=1",
  '" autofocus onfocus="window.__xss=1',
  "<iframe srcdoc='<script>parent.__xss=1</script>'>",
  "javascript:window.__xss=1",
  "[click](javascript:window.__xss=1)",
  "[click](data:text/html,<script>window.__xss=1</script>)",
  '[a](http://127.0.0.1/" onclick="window.__xss=1)',
  '[a](http://127.0.0.1/a "title" onclick="window.__xss=1")',
  "`<script>window.__xss=1</script>`",
  "**<b onclick=window.__xss=1>**",
  "[tag:<script>window.__xss=1</script>]",
  "<style>*{background:url(javascript:window.__xss=1)}</style>",
  "<base href=//evil.invalid/><meta http-equiv=refresh content=0;url=javascript:window.__xss=1>",
  "<!--\u2028--><math><mtext></form><form><mglyph><style></math><img src onerror=window.__xss=1>",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what is tried
  "${window.__xss=1}{{window.__xss=1}}<template><script>window.__xss=1</script></template>",
  "\u202e<script>window.__xss=1</script>\u0000",
  "&lt;script&gt;window.__xss=1&lt;/script&gt;",
  "http://127.0.0.1/x'onmouseover='window.__xss=1'.txt",
];

async function staysClean(page: Page, where: string): Promise<void> {
  expect(await page.evaluate("window.__xss"), where).toBeUndefined();
  const planted = "[onerror], [onclick], [onload], [onfocus], [onmouseover], iframe, base, [href^='javascript:'], math";
  expect(await page.locator(planted).count(), `${where}: planted elements`).toBe(0);
}

describeInBrowser("hostile input", ({ open, openAs }) => {
  test("never runs as a script, in any field and on any page", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const { site } = server;
    const alice = site.user("Alice");
    const hostileNames = corpus.slice(0, 7);
    for (const text of corpus) alice.in(1).says(text);
    for (const text of corpus.slice(0, 6)) alice.in(1).says(`${text}\n> ${text}\n${text}`);
    alice.in(1).says(`    ${corpus[1]}`);
    const starred = alice.in(1).says(`@Bob ${corpus[2]}`);
    site.user("Bob Baker").in(1).stars(starred.id);
    for (const name of hostileNames) {
      const person = site.addUser({
        name,
        about: corpus.join(" "),
        email: `${hostileNames.indexOf(name)}@example.com`,
      });
      person.in(1).says(`I am ${name}`, { replyTo: starred.id });
      person.in(1).enters();
    }
    const room = site.addRoom({
      name: corpus[3] ?? "",
      description: `${corpus[0]} ${corpus[4]} ${corpus[8]}`,
      tags: corpus.slice(0, 5).map((text) => text.replace(/\s/g, "")),
      owners: [alice],
    });
    alice.in(room.id).enters();
    const said = alice.in(room.id).says(corpus[0] ?? "");
    alice.in(room.id).edits(said.id, corpus[2] ?? "");

    const page = await openAs("Alice", server, `/rooms/${room.id}`);
    await ready(page);
    await staysClean(page, "the hostile room");
    // A bookmark, an "about", a picture and a live message, through the forms of the pages.
    const posted = await page.evaluate<readonly number[]>(`(async () => {
      const fkey = document.getElementById("fkey").value;
      const send = async (path, form) => (await fetch(path, { method: "POST", body: new URLSearchParams({ ...form, fkey }) })).status;
      const picture = new FormData();
      picture.set("filename", new File(["<svg onload=window.__xss=1>"], "\\"><img src=x onerror=window.__xss=1>.svg", { type: "image/svg+xml" }));
      return [
        await send("/conversation/new", { roomId: ${room.id}, firstMessageId: ${said.id}, lastMessageId: ${said.id}, title: ${JSON.stringify(corpus[3])} }),
        await send("/users/usermessage/${alice.id}", { message: ${JSON.stringify(corpus[1])} }),
        (await fetch("/upload/image", { method: "POST", body: picture })).status,
      ];
    })()`);
    expect(posted).toEqual([200, 200, 200]);
    await page.locator("#input").fill(corpus[2] ?? "");
    await page.keyboard.press("Enter");
    await page.locator("#input").fill(`@${corpus[0]}`);

    const query = encodeURIComponent(corpus[3] ?? "");
    // One page of each template, or all with every tab and filter.
    const near = [
      `/rooms?filter=${query}&tab=${query}&sort=${query}`,
      "/rooms/1",
      `/transcript/${room.id}`,
      `/messages/${said.id}/history`,
      `/rooms/info/${room.id}?tab=conversations`,
      `/users/${alice.id}`,
      `/users?filter=${query}`,
      "/search?q=xss&room=1",
      `/error?aspxerrorpath=${query}`,
    ];
    const others = [
      "/",
      "/transcript/1",
      `/transcript/message/${said.id}`,
      `/rooms/info/${room.id}`,
      `/rooms/info/${room.id}?tab=stars`,
      "/rooms/info/1?tab=stars",
      `/users/${alice.id}?tab=recent`,
      `/search?q=${query}`,
      `/message/${said.id}`,
      `/messages/1/${starred.id}`,
      `/chats/stars/1`,
      `/${query}`,
      `/users/logout?returnurl=${query}`,
    ];
    for (const path of sizeOf({ near, release: [...near, ...others] })) {
      await page.goto(server.url + path);
      if (path === "/rooms/1") await ready(page);
      await staysClean(page, path);
    }
    const login = await open(server, `/users/login?returnurl=${query}`);
    await staysClean(login, "the login page");
    await login.locator("#sign-up-name").fill('"><svg/onload=window.__xss=1>');
    await login.locator("#sign-up-button").click();
    await login.getByText('The name "><svg/onload=window.__xss=1> is already taken.').waitFor();
    await staysClean(login, "the refused sign-up");
  });

  test("a page of another origin cannot change, read or frame the chat", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const other = createServer((_request, response) => {
      response.setHeader("Content-Type", "text/html");
      response.end("<!DOCTYPE html><title>elsewhere</title><p>hello");
    });
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    onTestFinished(() => {
      other.closeAllConnections();
      other.close();
    });
    const { port } = other.address() as AddressInfo;
    const page = await openAs("Alice", server, "/rooms/1");
    await ready(page);
    const fkey = await page.locator("input#fkey").first().inputValue();
    const before = server.site.room(1).messages.length;
    const people = server.site.room(1).present.length;

    for (const host of ["127.0.0.1", "localhost"]) {
      await page.goto(`http://${host}:${port}/`);
      // Even with the right fkey, a foreign page cannot post, star, leave, log out or upload.
      const outcome = await page.evaluate<readonly string[]>(`(async () => {
        const tries = [
          ["/chats/1/messages/new", { text: "from elsewhere", fkey: "${fkey}" }],
          ["/chats/leave/all", { quiet: "true", fkey: "${fkey}" }],
          ["/users/logout", { fkey: "${fkey}" }],
          ["/local/sign-up", { name: "From Elsewhere", fkey: "${fkey}" }],
          ["/upload/image", { "upload-url": "http://127.0.0.1/x.png" }],
          ["/chats/1/events", { fkey: "${fkey}" }],
        ];
        const seen = [];
        for (const [path, form] of tries) {
          const url = "${server.url}" + path;
          const body = new URLSearchParams(form);
          await fetch(url, { method: "POST", credentials: "include", mode: "no-cors", body }).catch(() => {});
          seen.push(await fetch(url, { method: "POST", credentials: "include", body }).then((r) => r.text(), () => "unreadable"));
        }
        const form = document.createElement("form");
        form.method = "POST";
        form.target = "sink";
        form.action = "${server.url}/chats/1/messages/new";
        form.innerHTML = '<input name="text" value="from a form"><input name="fkey" value="${fkey}">';
        const frame = document.createElement("iframe");
        frame.name = "sink";
        document.body.append(frame, form);
        const loaded = new Promise((done) => { frame.onload = done; });
        form.submit();
        await Promise.race([loaded, new Promise((done) => setTimeout(done, 2000))]);
        return seen;
      })()`);
      expect(new Set(outcome)).toEqual(new Set(["unreadable"]));
    }
    const posts = server.requests.filter(({ method, path }) => method === "POST" && path === "/chats/1/messages/new");
    expect(posts.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    expect(server.site.room(1).messages.length).toBe(before);
    expect(server.site.room(1).present.length).toBe(people);
    expectedTroubles();

    await page.goto(server.url);
    expect(await page.locator(".topbar-menu-links a").first().textContent()).toBe("Alice");
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.evaluate(`new Promise((done) => {
      const frame = document.createElement("iframe");
      frame.onload = done;
      frame.src = "${server.url}/rooms/1";
      document.body.append(frame);
    })`);
    expect(expectedTroubles().join()).toMatch(/frame-ancestors|X-Frame-Options|frame/i);
  });

  test("the headers of every page forbid inline scripts and frames", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const page = await openAs("Alice", server, "/");
    for (const path of [
      "/",
      "/rooms/1",
      "/transcript/1",
      "/users",
      "/users/1001",
      "/rooms/info/1",
      "/search?q=a",
      "/faq",
      "/none",
    ]) {
      const answer = await page.goto(server.url + path);
      const headers = answer?.headers() ?? {};
      const text = (await answer?.text()) ?? "";
      const policy = String(headers["content-security-policy"]);
      expect(policy, path).toMatch(/default-src 'none'.*script-src 'self';.*frame-ancestors 'none'/);
      expect(policy, path).not.toMatch(/'unsafe-inline'|'unsafe-eval'/);
      expect(headers["x-frame-options"], path).toBe("DENY");
      expect(text.match(/(?:src|href)="(?:https?:)?\/\/[^"]*\.(?:js|css)"/g), path).toBeNull();
    }
  });
});
