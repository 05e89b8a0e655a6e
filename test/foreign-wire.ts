/**
 * The exact requests of another client, and the responses as `STATUS body`. Nothing is added to a
 * request but the cookies, and nothing of our own client takes part.
 */
import { request } from "undici";
import { ChatServer, type LocalSite } from "../src/server/index.js";
import { ManualClock } from "../src/util/manual-clock.js";
import { Socket } from "./server-support.js";

/** The time of the stage's stopped clock: 2024-01-01, midnight. */
export const now = 1_704_067_200;
/** The ids of the first messages on a fresh site. */
export const firstMessage = 44_402_000;

const formType = "application/x-www-form-urlencoded";

/** Headers of one request; `null` omits a default header. */
export type WireHeaders = Readonly<Record<string, string | null>>;

/** One client: its cookies, and the hosts it asks. */
export class Wire {
  readonly cookies: Map<string, string> = new Map();
  /** The headers of the last answer. */
  headers: Readonly<Record<string, string | string[] | undefined>> = {};
  readonly #site: LocalSite;
  fkey = "";

  constructor(site: LocalSite) {
    this.#site = site;
  }

  /**
   * Sends `METHOD /path` or `METHOD //host/path`, with FKEY replaced by the key; a body makes it a form.
   * Answers with the status and the body.
   */
  async send(line: string, body?: string | Buffer, more: WireHeaders = {}): Promise<string> {
    const [, method = "GET", host = new URL(this.#site.chatOrigin).host, path = "/"] =
      /^(\w+) (?:\/\/([a-z.]+\.com|127\.0\.0\.1))?(\/.*)$/.exec(line) ?? [];
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = Object.fromEntries(
      Object.entries({
        host,
        cookie: cookie || null,
        ...(body === undefined ? {} : { "content-type": formType }),
        ...more,
      }).filter((entry): entry is [string, string] => entry[1] !== null),
    );
    const answer = await request(`${this.#site.url}${path.replace("FKEY", this.fkey)}`, {
      method: method as "GET" | "POST",
      headers,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body.replace("FKEY", this.fkey) : body }),
    });
    for (const text of [answer.headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      this.cookies.set(name, value);
    }
    this.headers = answer.headers;
    return `${answer.statusCode} ${await answer.body.text()}`;
  }

  /** The whole login, as the oldest clients do it. */
  async logIn(email: string, loginHost: string = new URL(this.#site.loginOrigin).host): Promise<this> {
    const page = await this.send(`GET //${loginHost}/users/login`);
    const fkey = /name="fkey" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? "";
    const form = new URLSearchParams({ email, password: "password", fkey });
    const answer = await this.send(`POST //${loginHost}/users/login`, form.toString());
    if (!answer.startsWith("302 ")) throw new Error(`the login answered ${answer.slice(0, 100)}`);
    return this.visit();
  }

  /** Takes the chat fkey from a page. */
  async visit(path = "/chats/join/favorite"): Promise<this> {
    const page = await this.send(`GET ${path}`);
    this.fkey = /name="fkey"[^>]*value="([0-9a-f]{32})"/.exec(page)?.[1] ?? "";
    return this;
  }

  /** Opens a socket; the token of the `ws-auth` answer is used as that client would, with its own `l` and Origin. */
  async listen(answer: string, query: string, origin: string = this.#site.chatOrigin): Promise<Socket> {
    const { url } = JSON.parse(answer.replace(/^200 /, "")) as { url: string };
    const socket = new Socket(`${this.#site.url.replace("http", "ws")}${new URL(url).pathname}${query}`, origin);
    await socket.opened;
    return socket;
  }
}

export interface WireStage {
  readonly server: ChatServer;
  readonly site: LocalSite;
  readonly clock: ManualClock;
  /** Owns room 1. */
  readonly owner: Wire;
  /** A plain user, also logged in. */
  readonly guest: Wire;
  readonly nobody: Wire;
  /** 200001, 200002. */
  readonly ownerId: number;
  readonly guestId: number;
}

/** Room 1 `Sandbox` with an owner, room 2 `Trash`, and a guest, on a stopped clock. */
export async function wireStage(options: Parameters<typeof ChatServer.start>[0] = {}): Promise<WireStage> {
  const clock = new ManualClock();
  const server = await ChatServer.start({ sites: ["stackoverflow.com"], clock, ...options });
  const { site } = server;
  const owner = site.addUser({ name: "Owen", email: "owen@example.com", reputation: 500 });
  const guest = site.addUser({ name: "Gus Guest", email: "gus@example.com", reputation: 300 });
  site.addRoom({ id: 11, name: "Den", owners: [owner], description: "Where *we* meet", tags: ["java"] });
  site.addRoom({ id: 12, name: "Trash", owners: [owner] });
  return {
    ...{ server, site, clock, ownerId: owner.id, guestId: guest.id },
    owner: await new Wire(site).logIn(owner.email),
    guest: await new Wire(site).logIn(guest.email),
    nobody: new Wire(site),
  };
}
