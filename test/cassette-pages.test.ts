/** Scrubbed pages and responses of the local server parse to the same values, except the texts, names and ids of users. */

import { describe, expect, onTestFinished, test } from "vitest";
import { KeyedPseudonyms } from "../src/cassette/pseudonyms.js";
import { Scrubber } from "../src/cassette/scrubber.js";
import { Client, isChatError } from "../src/index.js";
import * as live from "../src/protocol/actions/live.js";
import * as pages from "../src/protocol/actions/pages.js";
import * as people from "../src/protocol/actions/people.js";
import type { Call, WireAnswer } from "../src/protocol/call.js";
import { type Stage, stage } from "./support.js";

const key = new Uint8Array(32).fill(7);

/** The differences between two values that may differ in texts and in ids of users only. */
function differences(one: unknown, other: unknown, path = ""): string[] {
  if (typeof one === "string" && typeof other === "string")
    return shape(one) === shape(other) ? [] : [`${path}: ${one} | ${other}`];
  if (typeof one === "number" && typeof other === "number") {
    const isSame =
      one === other ||
      (/user|me|author|people|present|owners|\bid$|reputation/i.test(path) &&
        String(one).length === String(other).length);
    return isSame ? [] : [`${path}: ${one} | ${other}`];
  }
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return Object.is(one, other) ? [] : [`${path}: ${String(one)} | ${String(other)}`];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap((name) => differences(Reflect.get(one, name), Reflect.get(other, name), `${path}.${name}`));
}

/** Letters by case, digits, and everything else as it is. */
function shape(text: string): string {
  return text
    .replace(/[0-9a-f]{16,}/g, "hex")
    .replace(/\p{Lu}/gu, "A")
    .replace(/\p{L}/gu, "a")
    .replace(/\p{N}/gu, "0")
    .replace(/\p{M}/gu, "'");
}

async function compared<T>(client: Client, call: Call<T>): Promise<string[]> {
  const session = Client.sessionOf(client);
  let answer: WireAnswer | undefined;
  await session.call<void>({
    request: call.request,
    read(came) {
      answer = came;
    },
  });
  if (!answer) throw new Error("no answer");
  const scrubber = new Scrubber(new KeyedPseudonyms(key));
  const scrubbed = scrubber.answer({ method: call.request.method, url: answer.url }, answer);
  const body = scrubbed.body ?? "";
  const real = answer;
  return differences(
    outcome(() => call.read(real)),
    outcome(() => call.read({ ...real, body })),
  );
}

/** A value, or the code of a failure. */
function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return isChatError(error) ? error.code : error;
  }
}

async function populated(): Promise<Stage> {
  const built = await stage();
  const { alice, bot, server } = built;
  const room = server.site.room(1);
  const first = alice.in(1).says('hello **world** see [this](https://example.com/alice "a title")');
  alice.in(1).says("@Bot it's <me> & you https://example.org/foo/bar?q=zed");
  alice.in(1).says("line one\nline two");
  alice.in(1).says(`${"word ".repeat(200)}\nx`);
  const gone = alice.in(1).says("gone soon");
  alice.in(1).deletes(gone);
  bot.in(1).stars(first);
  const edited = alice.in(1).says("before");
  alice.in(1).edits(edited, "after");
  bot.in(room).says("a reply", { replyTo: first });
  return built;
}

describe("a recording", () => {
  test("has pages and responses that parse like the real ones, except texts, names and ids of users", async () => {
    const { server, bot, alice } = await populated();
    const chat = new Client(server.site, { email: bot.email, password: bot.password });
    onTestFinished(() => chat.logout());
    await chat.login();
    const events = await Client.sessionOf(chat).call(live.roomEvents(1, { count: 20 }));
    const ids = events.events.map((event) => Number(event.message_id));
    const calls: readonly Call<unknown>[] = [
      pages.roomsPage({}, 1),
      pages.roomPage(1),
      pages.roomInfoPage(1),
      pages.transcriptPage(1),
      pages.starredMessages(1, 0),
      pages.profilePage(alice.id),
      pages.searchPage({ text: "hello", roomId: 1 }, 1),
      ...ids.map((id) => pages.historyPage(id)),
      pages.roomPage(99),
      pages.roomAccessPage(1),
      pages.messagePage(ids[0] ?? 0),
      people.userThumbs(alice.id),
      people.roomThumbs(1),
      people.pingableUsers(1),
      people.userInfo([alice.id], 1),
      people.searchUsers("a", 5),
      live.roomEvents(1, { count: 20 }),
    ];
    const found = [];
    for (const call of calls) found.push(...(await compared(chat, call)).map((line) => `${call.request.path}${line}`));
    expect(found).toEqual([]);
  });
});
