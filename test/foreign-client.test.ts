/**
 * A client that is not ours: the npm package `chatexchange`, unmodified, over TLS, under the real host names (which lead
 * here in its own process only). It has bugs of its own; a comment marks each expectation that a bug explains.
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { SiteHost } from "../src/protocol/sites.js";
import { ChatServer, type LocalSite, type ServerUser } from "../src/server/index.js";
import { ManualClock } from "../src/util/manual-clock.js";
import { certificate } from "./certificate.js";
import { sizeOf } from "./sizes.js";
import { temporaryFolder } from "./temporary.js";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "..");
const password = "s3cret Passw0rd & more";

interface Scene {
  readonly bot: ServerUser;
  readonly alice: ServerUser;
  readonly roomId: number;
  /** By Alice. */
  readonly firstId: number;
  /** By the bot, and too old to delete. */
  readonly oldId: number;
}

/** A room with Alice in it, who answers a greeting, and once she is thanked edits, stars and deletes. */
async function setUp(site: LocalSite, clock: ManualClock): Promise<Scene> {
  const bot = site.addUser({ name: "The Bot", email: "bot@example.com", password, about: "I help", reputation: 1234 });
  const alice = site.addUser({ name: "Alice Liddell", reputation: 3000, isModerator: true, about: "Curiouser" });
  const room = site.addRoom({ name: "Sandbox" });
  const aliceThere = alice.in(room);
  aliceThere.enters();
  const first = aliceThere.says("the <first> message");
  const old = bot.in(room).says("an old answer", { replyTo: first });
  await clock.advance(600_000);
  let greetingId = 0;
  let answerId = 0;
  site.onEvent(({ type, messageId }) => {
    const message = room.messages.find(({ id }) => id === messageId);
    if (type !== 1 || !message || message.userId !== bot.id) return;
    queueMicrotask(() => {
      if (message.source.startsWith("drop")) site.faults.dropSockets();
      else if (message.source.startsWith("hello")) {
        greetingId = message.id;
        answerId = aliceThere.says("hello **you**", { replyTo: message }).id;
      } else if (message.source.endsWith("thank you")) {
        aliceThere.edits(answerId, "hello again");
        aliceThere.stars(greetingId);
        aliceThere.deletes(answerId);
      }
    });
  });
  return { bot, alice, roomId: room.id, firstId: first.id, oldId: old.id };
}

/** Runs the foreign program against a server; its report. */
async function reportOf(server: ChatServer, cert: string, args: readonly (string | number)[]): Promise<unknown> {
  const file = join(temporaryFolder(), "cert.pem");
  writeFileSync(file, cert);
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: file, LOCAL_CHAT_PORT: new URL(server.url).port };
  const preload = resolve(root, "test/programs/live-hosts-on-loopback.mjs");
  const program = resolve(root, "test/programs/foreign-client.mjs");
  const options = { cwd: root, env, timeout: 60_000 };
  const { stdout } = await run(process.execPath, ["--import", preload, program, ...args.map(String)], options);
  return JSON.parse(stdout);
}

/** The expected report of the program. Each "bug" is in the package's source; our response is as documented. */
function expected(host: SiteHost, { bot, alice, roomId }: Scene): object {
  const parentSite = host === "stackexchange.com" ? "meta.stackexchange.com" : host;
  const greeting = expect.any(Number);
  return {
    wrongPassword: expect.stringMatching(/^LoginError: failed to get acct cookie/),
    cookies: ["acct", "prov"],
    fkey: expect.stringMatching(/^[0-9a-f]{32}$/),
    me: {
      ...{ id: bot.id, name: "The Bot", about: "I help", isModerator: false, reputation: 1234 },
      ...{ messageCount: 1, roomCount: 1, lastSeen: 0, lastMessage: 600 },
      parent: { id: bot.id, host: parentSite, site: parentSite },
    },
    aliceName: "Alice Liddell",
    nobody: "HTTPError: Response code 404 (Not Found)",
    // Bug: the parent of a message that is no reply is undefined, which its `lazy` takes for a failure.
    said: {
      ...{ roomId, content: "the <first> message", author: "Alice Liddell" },
      parent: "ChatExchangeError: Unable to find field.",
    },
    transcript: `https://chat.${host}/transcript/${roomId}`,
    ...{ joined: true, users: [bot.id, alice.id], sameRoom: true },
    own: { isMine: true, content: "hello from <i>afar</i> &amp; back", name: "The Bot" },
    answer: {
      ...{ content: "hello <b>you</b>", userId: alice.id, targetUserId: bot.id },
      ...{ parentMessageId: greeting, time: "number" },
    },
    reply: { parentId: greeting, content: "thank you" },
    ...{ edited: "hello again", starred: true, deletedByAlice: alice.id },
    // Bug: it compares the body, which is JSON (`"ok"` with the quotes), with the bare word; 4 is its "unknown".
    deleted: [4, 4, 4, 4],
    doubledId: null,
    tooLong: expect.stringMatching(/^InvalidArgumentError: .*longer than 500/),
    broadcast: [[roomId, true]],
    replayed: "hello from <i>afar</i> &amp; back",
    ...{ blocked: [true, true], rooms: [roomId], left: true, leftAll: true },
    badCookies: "InvalidArgumentError: cookieString is required.",
    ...{ again: bot.id, logout: true },
    // Bug: a logout that worked sets `loggedIn` to true.
    afterLogout: bot.id,
  };
}

describe("the npm package chatexchange@0.6.5, unmodified", () => {
  const near: readonly SiteHost[] = ["meta.stackexchange.com"];
  const release: readonly SiteHost[] = [...near, "stackexchange.com", "stackoverflow.com"];
  test.each(sizeOf({ near, release }))("works with every one of its functions on %s", async (host) => {
    const tls = await certificate();
    const clock = new ManualClock();
    await using server = await ChatServer.start({ tls, clock });
    const site = server.sites[host];
    const scene = await setUp(site, clock);
    const { bot, alice, roomId, firstId, oldId } = scene;
    const report = await reportOf(server, tls.cert, [host, bot.email, password, roomId, firstId, oldId, alice.id]);
    expect(report).toEqual(expected(host, scene));
    const messages = site.room(roomId).messages.map(({ source, userId, deleted }) => [userId, source, deleted]);
    const answerId = site.room(roomId).messages[3]?.id;
    expect(messages).toEqual([
      [alice.id, "the <first> message", false],
      [bot.id, "an old answer", false],
      [bot.id, "hello from *afar* & back", true],
      [alice.id, "hello again", true],
      [bot.id, `:${answerId} thank you`, false],
      [bot.id, "thrice", false],
      [bot.id, "to everybody", false],
      [bot.id, "drop my socket", false],
    ]);
    expect(site.room(roomId).present).toEqual([alice.id]);
    expect(server.requests.filter(({ status }) => status >= 500)).toEqual([]);
  });
});
