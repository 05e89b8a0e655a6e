/** Recording a session of a bot on the local server, and replaying it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, type ClientOptions, isChatError } from "chatexchange-ts";
import { ManualClock, replay } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { isAnswered, isAsked, isSocket, readCassette } from "../src/cassette/format.js";
import { scrubHtml } from "../src/cassette/html.js";
import { scrubText } from "../src/cassette/plain.js";
import { identityPseudonyms, KeyedPseudonyms, type Pseudonyms } from "../src/cassette/pseudonyms.js";
import { Scrubber } from "../src/cassette/scrubber.js";
import { scrubUrl } from "../src/cassette/url.js";
import { failureOf, next, type Stage, stage, turning } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const newFile = (): string => join(temporaryFolder(), "a.cassette");

/** The parts of a session, live or played. */
interface Surroundings {
  readonly chat: Client;
  /** Waits for a promise while the clock advances. */
  wait<T>(promise: Promise<T>): Promise<T>;
  /** Runs an action of the users in a live session; does nothing in a replay. */
  let(act: () => void): void;
  /** A text as the bot says it. */
  say(text: string): string;
}

/** Something seen in a session, without what differs from run to run. */
type Seen = readonly (string | number | boolean | null)[];

/** A whole session of a bot: joins rooms, answers commands, edits, deletes, stars, uploads, reads, is throttled, reconnects. */
async function botSession({ chat, wait, let: letPeople, say }: Surroundings, people: Stage): Promise<Seen[]> {
  const { alice, server } = people;
  const seen: Seen[] = [];
  const me = await wait(chat.getMe());
  const rooms = [chat.getRoom(1), chat.getRoom(2)];
  const streams = rooms.map((room) => room.newMessages());
  for (const { ready } of streams) await wait(ready);
  const hear = async (which: number): Promise<void> => {
    const stream = streams[which];
    if (!stream) throw new Error("there is no such room");
    for (;;) {
      const message = await wait(next(stream));
      const owner = await wait(message.owner);
      if (!owner) throw new Error("nobody said it");
      // Those of the bot are edited and deleted, and it depends on the network whether that was heard already.
      const content = owner.id === me.id ? null : await wait(message.content);
      seen.push(["message", message.id, owner.id, await wait(owner.name), content]);
      if (owner.id === me.id) continue;
      // A command is known by its sign: its word is another one in a recording.
      if (content?.startsWith("!")) await wait(message.reply(say("at your service")));
      return;
    }
  };
  letPeople(() => alice.in(1).says("!help me **now**"));
  await hear(0);
  letPeople(() => alice.in(2).says("in another room, see https://example.com/alice"));
  await hear(1);
  const said = await wait(chat.getRoom(1).sendMessage(say("first things first")));
  await wait(said.edit(say("first things last")));
  const doomed = await wait(said.reply(say("not for long")));
  await wait(doomed.delete());
  letPeople(() => alice.in(1).says("a star is born"));
  await hear(0);
  for await (const message of chat.getRoom(1).history({ limit: 3 })) {
    if ((await wait(message.owner))?.id !== me.id && !(await wait(message.deleted))) await wait(message.star());
    seen.push(["history", message.id, await wait(message.content), await wait(message.edited)]);
  }
  seen.push(["picture", await wait(chat.uploadImage(PICTURE))]);
  letPeople(() =>
    server.site.faults.fail("/chats/1/messages/new", {
      status: 409,
      body: "You can perform this action again in 3 seconds",
    }),
  );
  await wait(chat.getRoom(1).sendMessage(say("after a while")));
  letPeople(() => server.site.faults.dropSockets());
  letPeople(() => alice.in(1).says("are you back?"));
  await hear(0);
  seen.push(["failure", codeOf(await wait(failureOf(chat.getMessage(99).delete())))]);
  seen.push(["room", await wait(chat.getRoom(2).name), await wait(chat.getRoom(2).description)]);
  await wait(chat.logout());
  return seen;
}

const PICTURE = new Uint8Array(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
);

function codeOf(error: unknown): string {
  return isChatError(error) ? error.code : String(error);
}

/** A value of the live session as the recording has it. */
function scrubbed(seen: readonly Seen[], pseudonyms: Pseudonyms): Seen[] {
  const markup = (text: unknown): string | null =>
    typeof text === "string" ? scrubHtml(text, pseudonyms, { mode: "text" }) : null;
  return seen.map(([kind, ...values]) => {
    const [first, second, third, fourth] = values;
    if (kind === "message")
      return [
        kind,
        first ?? null,
        Number(pseudonyms.userId(String(second))),
        scrubText(String(third), pseudonyms),
        markup(fourth),
      ];
    if (kind === "history") return [kind, first ?? null, markup(second), third ?? null];
    if (kind === "room") return [kind, scrubText(String(first), pseudonyms), scrubText(String(second), pseudonyms)];
    if (kind === "picture") return [kind, scrubUrl(String(first), pseudonyms)];
    return [kind ?? null, ...values];
  });
}

/** The lines of a cassette without times and numbers, sorted: at one moment, connections have no order among them. */
function timeless(text: string): string[] {
  const lines = readCassette(text).entries.map((entry) => {
    if (isAsked(entry)) return { ...entry, at: 0, line: 0, ask: 0, form: entry.form?.map(String).sort() };
    if (isAnswered(entry)) return { ...entry, at: 0, line: 0, answer: 0 };
    return isSocket(entry) ? { ...entry, at: 0, line: 0, socket: 0 } : { ...entry, at: 0, line: 0, replaced: {} };
  });
  return lines.map((line) => JSON.stringify(line)).sort();
}

/** The answers and frames of a cassette, replaced once more. */
function rescrubbed(text: string): string {
  const scrubber = new Scrubber(new KeyedPseudonyms(new Uint8Array(32).fill(9)));
  const { header, entries } = readCassette(text);
  const urls = new Map(entries.filter(isAsked).map(({ ask, url, method }) => [ask, { url, method }]));
  const again = entries.map((entry) => {
    if (isSocket(entry) && entry.frame !== undefined) return { ...entry, frame: scrubber.frame(entry.frame) };
    const request = isAnswered(entry) ? urls.get(entry.answer) : undefined;
    if (!request || !isAnswered(entry)) return entry;
    const { status = 0, headers = {}, body = "" } = entry;
    return { ...entry, ...scrubber.answer(request, { status, headers, body }) };
  });
  return [header, ...again].map((line) => JSON.stringify(line)).join("\n");
}

/** Of each answer and frame what a replacement keeps. */
function shapes(text: string): string[] {
  return readCassette(text).entries.flatMap((entry) => {
    const said = isAnswered(entry) ? entry.body : isSocket(entry) ? entry.frame : undefined;
    return said === undefined
      ? []
      : [
          said
            .replace(/[0-9a-f]{16,}/g, "key")
            .replace(/\p{Lu}/gu, "A")
            .replace(/\p{L}/gu, "a")
            .replace(/\p{N}/gu, "0"),
        ];
  });
}

async function recordBot(file: string, pseudonyms: Pseudonyms, say = (text: string): string => text): Promise<Seen[]> {
  const clock = new ManualClock();
  const people = await stage({ clock });
  people.server.site.addRoom({ id: 2, name: "Tea & Cakes", description: "for Alice's friends" });
  const record = { file, pseudonyms };
  const chat = people.client({ clock, record, random: () => 0.5 } as ClientOptions);
  return botSession({ chat, wait: (promise) => turning(clock, promise), let: (act) => act(), say }, people);
}

describe("a recording", () => {
  test("of a login and a frame can be replayed with any credentials", async () => {
    const file = newFile();
    const { client, alice } = await stage();
    const recorded = client({ record: file });
    const me = await recorded.getMe();
    const messages = recorded.getRoom(1).newMessages();
    await messages.ready;
    alice.in(1).says("hello there");
    const message = await next(messages);
    await recorded.logout();
    const text = await readFile(file, "utf8");
    expect(text).not.toMatch(/s3cret|bot@example|Alice|Liddell|hello/i);
    await using played = await replay(file);
    const chat = played.client();
    expect(String((await played.until(chat.getMe())).id)).toHaveLength(String(me.id).length);
    const heard = chat.getRoom(1).newMessages();
    await played.until(heard.ready);
    expect((await played.until(next(heard))).id).toBe(message.id);
  });

  test("of a whole session of a bot replays with the scrubbed values of that session", async () => {
    const file = newFile();
    const pseudonyms = new KeyedPseudonyms(new Uint8Array(32).fill(3));
    const live = await recordBot(file, pseudonyms);
    expect(live.length).toBeGreaterThan(10);
    const text = await readFile(file, "utf8");
    expect(text).not.toMatch(/s3cret|bot@example|Alice|Liddell|cakes|service|star is born/i);
    expect(shapes(rescrubbed(text))).toEqual(shapes(text));
    const people = await stage();
    const again = newFile();
    await using played = await replay(text);
    const say = (words: string): string => pseudonyms.text(words, "text");
    const chat = played.client({
      record: { file: again, pseudonyms: identityPseudonyms },
      random: () => 0.5,
    } as ClientOptions);
    const seen = await botSession({ chat, wait: (promise) => played.until(promise), let: () => {}, say }, people);
    expect(seen).toEqual(scrubbed(live, pseudonyms));
    expect(played.left).toEqual([]);
    expect(timeless(await readFile(again, "utf8"))).toEqual(timeless(text));
  });
});
