// Pages of a local server, packed as a site sends them, and a client that gets these bytes without a connection.
import { gzipSync } from "node:zlib";
import { Client } from "chatexchange-ts";
import { ChatServer } from "chatexchange-ts/server";
import { ConnectionPool } from "../../dist/parts/transport.js";

const PEOPLE = 10;
const MESSAGES = 100;

/** A room with people, messages, stars, edits and owners. */
export async function openWorld() {
  const server = await ChatServer.start({ sites: ["stackexchange.com"], editWindowMs: 1e12, starsPerDay: 1_000 });
  const { site } = server;
  const people = Array.from({ length: PEOPLE }, (_, n) =>
    site.addUser({
      name: `Person ${n}`,
      about: "I *help* with questions",
      reputation: 1_000 + n,
      isModerator: n === 0,
    }),
  );
  const room = site.addRoom({ name: "Bench", description: "A room for measurements", owners: people.slice(0, 3) });
  for (let n = 1; n < 19; n++) {
    const other = site.addRoom({ name: `Room ${n}`, description: `Talk about the number ${n}` });
    people[n % PEOPLE].in(other).says("hello");
  }
  const said = [];
  for (let n = 0; n < MESSAGES; n++) {
    const text = `Message **${n}** of some words: see \`code\` and https://example.com/${n}`;
    const message = people[n % PEOPLE].in(room).says(text);
    said.push(message);
    if (n % 2 === 0) people[(n + 1) % PEOPLE].in(room).stars(message.id);
  }
  const [first] = said;
  for (let n = 0; n < 5; n++) people[0].in(room).edits(first.id, `other words, number ${n}`);
  return { server, roomId: room.id, userId: people[0].id, messageId: first.id };
}

/** The page that a client takes its fkey from. */
const FKEY_PAGE = "/chats/join/favorite";

/** The answers of the server to some paths, as bytes. */
export async function packedPages(server, paths) {
  const pages = new Map();
  for (const path of [FKEY_PAGE, ...paths]) {
    const answer = await fetch(server.url + path);
    if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}`);
    pages.set(path, gzipSync(await answer.text()));
  }
  return pages;
}

/** A client whose pool gives these bytes at once: everything but the network is as in any client. */
export function clientOf(pages) {
  const headers = { "content-type": "text/html; charset=utf-8", "content-encoding": "gzip" };
  ConnectionPool.prototype.open = async () => ({
    direct: {},
    destroy: async () => {},
    async request(url) {
      const { pathname, search } = new URL(url);
      const bytes = pages.get(pathname + search);
      // No JSON lists: a page has to do.
      return bytes
        ? { statusCode: 200, headers, body: bodyOf(bytes) }
        : { statusCode: 404, headers: {}, body: bodyOf(Buffer.alloc(0)) };
    },
  });
  return new Client("stackexchange.com");
}

function bodyOf(bytes) {
  return {
    destroy() {},
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  };
}
