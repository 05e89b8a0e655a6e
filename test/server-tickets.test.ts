/** Socket URLs of the local server: their lifetime, their number of sockets, and their revocation. */
import { expect, onTestFinished, test } from "vitest";
import { ChatServer, type ChatServerOptions } from "../src/server/index.js";
import { ManualClock } from "../src/util/manual-clock.js";
import { Browser, Socket } from "./server-support.js";

interface Stage {
  readonly server: ChatServer;
  readonly clock: ManualClock;
  readonly browser: Browser;
  /** A fresh address of a socket of room 1. */
  address(): Promise<string>;
  /** 101 if the socket opens, or the status of the refusal. */
  open(address: string): Promise<number>;
}

async function stage(options: ChatServerOptions = {}): Promise<Stage> {
  const clock = new ManualClock();
  const server = await ChatServer.start({ sites: ["stackexchange.com"], clock, ...options });
  onTestFinished(() => server.close());
  server.site.addUser({ name: "Bot", email: "bot@example.com" });
  const browser = await new Browser(server.site).logIn("bot@example.com");
  return {
    server,
    clock,
    browser,
    address: async () => (await browser.json<{ url: string }>("/ws-auth", { roomid: 1 })).url,
    async open(address) {
      const socket = new Socket(address, server.site.chatOrigin);
      const refused = (error: Error): number => Number(/\d{3}/.exec(error.message)?.[0]);
      return socket.opened.then(() => 101, refused);
    },
  };
}

test("a socket URL opens five sockets, and no sixth", async () => {
  const { address, open } = await stage();
  const url = await address();
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++) statuses.push(await open(url));
  expect(statuses).toEqual([101, 101, 101, 101, 101, 404]);
});

test("a socket URL is valid for ten minutes", async () => {
  const { address, open, clock } = await stage();
  const [first, second] = [await address(), await address()];
  await clock.advance(599_000);
  expect(await open(first)).toBe(101);
  await clock.advance(1_000);
  expect(await open(second)).toBe(404);
});

test("a socket URL ends with its login: at logout, at expiry, and at a new password", async () => {
  const endings: readonly ((of: Stage) => Promise<void>)[] = [
    async ({ browser }) => {
      const page = await browser.get("/users/logout");
      const fkey = /name="fkey" value="(\w+)"/.exec(page.text)?.[1] ?? "";
      await browser.post("/users/logout", { fkey });
    },
    async ({ server }) => server.site.faults.expireSessions(),
    async ({ server, browser }) => {
      const other = server.sites["stackoverflow.com"];
      other.addUser({ name: "Bot", email: "bot@example.com", password: "another" });
      expect((await browser.get("/users/login")).status).toBe(200);
    },
  ];
  for (const ends of endings) {
    const of = await stage({ sites: ["stackexchange.com", "stackoverflow.com"] });
    const url = await of.address();
    expect(await of.open(url)).toBe(101);
    await ends(of);
    expect(await of.open(url)).toBe(404);
  }
});

test("a kick or a loss of access invalidates earlier socket URLs", async () => {
  const { address, open, clock, server } = await stage();
  const mod = server.site.addUser({ name: "Mod", isModerator: true }).in(1);
  const bot = server.site.user("Bot");
  const early = await address();
  mod.kicks(bot);
  await clock.advance(61_000);
  expect(await open(early)).toBe(404);
  const second = await address();
  mod.updates({ access: "private" });
  mod.updates({ access: "public" });
  expect(await open(second)).toBe(404);
  expect(await open(await address())).toBe(101);
});

test("a login may have maxSocketsPerVisitor sockets, and another one after one has closed", async () => {
  const { address, open, server, browser } = await stage({ maxSocketsPerVisitor: 2 });
  const first = await browser.open(1);
  expect(await open(await address())).toBe(101);
  expect(await open(await address())).toBe(429);
  const nobody = await new Browser(server.site).visit();
  const sockets = [await nobody.open(1), await (await new Browser(server.site).visit()).open(1)];
  await expect((await new Browser(server.site).visit()).open(1)).rejects.toThrow("429");
  expect(sockets).toHaveLength(2);
  first.close();
  await first.closed;
  // The server gets the close a moment later.
  let status = 429;
  while (status === 429) status = await open(await address());
  expect(status).toBe(101);
});
