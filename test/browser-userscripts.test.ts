/**
 * Userscripts on the page of a room, in a browser: the globals that docs/foreign-clients.md brings, forms as `FormData`, and
 * the elements that scripts look for (protocol.md §1, §2.4, §6.3).
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ChatServer } from "chatexchange-ts/server";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, ready } from "./browser-support.js";

const guide = readFileSync(resolve(import.meta.dirname, "../docs/foreign-clients.md"), "utf8");
/** The userscript of the guide. */
const globals = /^```js userscript\n(.*?)^```/ms.exec(guide)?.[1] ?? "";
const jquery = "/usr/share/javascript/jquery/jquery.min.js";

const start = (): Promise<ChatServer> =>
  ChatServer.start({ world: "demo", sites: ["stackexchange.com"], presentMarkup: "js-present" });

/** Runs an async userscript, and returns its result. */
const run = (page: Page, script: string): Promise<unknown> => page.evaluate(`(async () => { ${script} })()`);

/** As three userscripts of three authors do it: a form made by hand, sent by fetch. */
const post = `
  const post = async (path, fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append("fkey", fkey().fkey);
    const answer = await fetch(path, { method: "POST", body });
    return [answer.status, await answer.text()];
  };`;

describeInBrowser("userscripts on the local page", ({ openAs }) => {
  test("say, edit, delete and purge with FormData, in the room and as the person of the page", async () => {
    await using server = await start();
    const room = server.site.rooms.find(({ id }) => id === 1);
    const page = await openAs("Alice", server, "/rooms/1");
    await ready(page);
    await page.evaluate(globals);
    const alice = server.site.user("Alice").id;
    expect(await run(page, "return [CHAT.CURRENT_USER_ID, CHAT.CURRENT_ROOM_ID, Object.keys(fkey({ a: 1 }))]")).toEqual(
      [alice, 1, ["a", "fkey"]],
    );
    const said = await run(
      page,
      `${post} return post(\`/chats/\${CHAT.CURRENT_ROOM_ID}/messages/new\`, { text: "two lines,\\nü & 💥" });`,
    );
    expect(said).toEqual([200, expect.stringMatching(/^\{"id":\d+,"time":\d+\}$/)]);
    const id = room?.messages.at(-1)?.id ?? 0;
    expect(server.site.message(id)).toMatchObject({ source: "two lines,\nü & 💥", userId: alice });
    await page.locator(`#message-${id}`).waitFor();
    expect(await run(page, `${post} return post("/messages/${id}", { text: "edited" });`)).toEqual([200, '"ok"']);
    expect(server.site.message(id)?.source).toBe("edited");
    // Alice is no moderator, so she gets a refusal sentence.
    expect(await run(page, `${post} return post("/messages/${id}/purge-history", {});`)).toEqual([
      200,
      expect.stringMatching(/^"(?!ok).*"$/),
    ]);
    expect(await run(page, `${post} return post("/messages/${id}/delete", {});`)).toEqual([200, '"ok"']);
    expect(server.site.message(id)?.deleted).toBe(true);
  });

  test("find people, the site's rooms and the icon, and may add styles and keep values", async () => {
    await using server = await start();
    server.site.addRoom({ id: 240, name: "The Nineteenth Byte", parentSite: "codegolf.stackexchange.com" });
    const bob = server.site.user("Bob Baker");
    bob.in(240).enters();
    const page = await openAs("Alice", server, "/rooms/240");
    await ready(page);
    await page.evaluate(globals);
    const people = await run(
      page,
      "return [...document.querySelectorAll('#present-users .user-container')].map((one) => [one.id !== '', one.matches('.user-' + /\\d+$/.exec(one.id)[0]), one.querySelector('img[title]').title])",
    );
    expect(people).toEqual(
      expect.arrayContaining([
        [true, true, "Bob Baker"],
        [true, true, expect.stringContaining("Alice")],
      ]),
    );
    expect(await run(page, "return /host=(.+?)\\./.exec(document.getElementById('siterooms').href)[1]")).toBe(
      "codegolf",
    );
    expect(await run(page, "return new URL(document.getElementById('allrooms').href).pathname")).toBe("/");
    // Favicon scripts put another picture there. Playwright keeps pages from fetching icons, so the test does.
    const icon = await run(
      page,
      `const link = document.querySelector("link[rel='shortcut icon']");
       const { href } = link;
       link.href = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
       return href;`,
    );
    expect((await fetch(String(icon))).headers.get("content-type")).toBe("image/x-icon");
    const styled = await run(
      page,
      `GM_addStyle("#roomname { color: rgb(1, 2, 3) }");
       GM_setValue("list", [1, { a: 2 }]);
       const kept = [GM_getValue("list"), GM_getValue("none", "otherwise")];
       GM_deleteValue("list");
       return [getComputedStyle(document.getElementById("roomname")).color, ...kept, GM_getValue("list", 0)];`,
    );
    expect(styled).toEqual(["rgb(1, 2, 3)", [1, { a: 2 }], "otherwise", 0]);
  });

  test.skipIf(!existsSync(jquery))(
    "post with jQuery as the sites' own script does (skipped without jQuery)",
    async () => {
      await using server = await start();
      const page = await openAs("Alice", server, "/rooms/1");
      await ready(page);
      await page.evaluate(readFileSync(jquery, "utf8"));
      await page.evaluate(globals);
      const answer = await run(
        page,
        `return await new Promise((resolve) =>
         $.post("/chats/" + CHAT.CURRENT_ROOM_ID + "/messages/new", fkey({ text: "by jQuery" }), resolve));`,
      );
      expect(answer).toEqual({ id: expect.any(Number), time: expect.any(Number) });
      expect(server.site.room(1).messages.at(-1)?.source).toBe("by jQuery");
      expect(await run(page, "return $('#chat .message .content').length > 0 && $('#roomname').text()")).toBe(
        server.site.room(1).name,
      );
    },
  );
});
