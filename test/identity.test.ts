/** A redesigned header does not end a session: other parts of a page identify the user, and "unknown" is not "logged out". */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, type Stage, stage, turning } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const fkey = '<input id="fkey" name="fkey" value="0123456789abcdef0123456789abcdef">';
const loginLink = '<header class="s-topbar"><a href="/users/login">Log in</a></header>';

/** A session file with a login, for the clients of the test. */
async function stored({ client }: Stage): Promise<{ readonly sessionFile: string }> {
  const sessionFile = join(temporaryFolder(), "session.json");
  await client({ sessionFile }).login();
  return { sessionFile };
}

/** Light pages, and those of rooms on demand, whose header is of no known kind. */
function redesign({ server }: Stage, header: string, { rooms = false, times = 50 } = {}): void {
  const body = `<!DOCTYPE html><body>${header}${fkey}<div id="roomlist"></div></body>`;
  const answer = { status: 200, body, times };
  server.site.faults.fail(/^\/chats\/join\/favorite|^\/$/, answer);
  if (rooms) server.site.faults.fail(/^\/(?:transcript|rooms)\/\d/, answer);
}

const logins = (client: Client): number => client.counts["session:login"];

describe("a client", () => {
  test("finds its user in the header of the Q&A sites, also after the session has expired", async () => {
    const { server, bot, client } = await stage({ headerMarkup: "s-topbar" });
    const chat = client();
    const me = await chat.login();
    expect([me.id, me.peek.name]).toEqual([bot.id, "Bot"]);
    server.site.faults.expireSessions();
    await chat.getRoom(1).sendMessage("still here");
    expect(logins(chat)).toBe(2);
  });

  test("finds its user in a transcript when the header has none, without entering a room", async () => {
    const scene = await stage();
    const { bot, server, client } = scene;
    const { sessionFile } = await stored(scene);
    redesign(scene, "<header></header>");
    const chat = client({ sessionFile });
    expect((await chat.login()).id).toBe(bot.id);
    expect(logins(chat)).toBe(0);
    expect(server.site.room(1).present).not.toContain(bot.id);
  });

  test("keeps its session and fails with NOT_UNDERSTOOD when no page names its user", async () => {
    const scene = await stage();
    const { sessionFile } = await stored(scene);
    const before = await readFile(sessionFile, "utf8");
    redesign(scene, "<header></header>", { rooms: true });
    const chat = scene.client({ sessionFile });
    scene.requests();
    expect(await failureOf(chat.login())).toMatchObject({ code: "NOT_UNDERSTOOD" });
    expect(scene.requests().filter((request) => request.includes("/users/login"))).toEqual([]);
    expect(logins(chat)).toBe(0);
    expect(await readFile(sessionFile, "utf8")).toBe(before);
  });

  test("does not renew its session while pages do not name its user, and continues once they do", async () => {
    const clock = new ManualClock();
    const scene = await stage({ clock });
    const chat = scene.client({ clock });
    await chat.login();
    redesign(scene, "<header></header>", { rooms: true, times: 2 });
    scene.server.site.faults.rotateFkeys();
    scene.requests();
    await turning(clock, chat.getRoom(1).sendMessage("still here"), 60_000);
    expect(scene.requests().filter((request) => request.includes("/users/login"))).toEqual([]);
    expect(logins(chat)).toBe(1);
  });

  test("counts as logged out when a page of a new design has a login link", async () => {
    const scene = await stage();
    const { sessionFile } = await stored(scene);
    redesign(scene, loginLink);
    const chat = scene.anonymous({ sessionFile });
    expect(await failureOf(chat.login())).toMatchObject({ code: "NOT_LOGGED_IN" });
    expect((await stat(sessionFile)).isFile()).toBe(true);
  });
});
