/** A bare browser for the tests of the local server: cookies, forms and sockets, and nothing of our own client. */
import { Agent, request } from "undici";
import { WebSocket } from "ws";
import { ChatServer, type ChatServerOptions } from "../src/server/index.js";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Record<string, string | string[] | undefined>;
}

/** The target of a browser, such as a `LocalSite`. */
export interface Place {
  readonly url: string;
  readonly chatOrigin: string;
}

/** From Node 26 on the shared one is Node's, which would connect to the name in the Host header. */
const dispatcher = new Agent();

/** Sends requests to one site's listener, by default under its loopback name. */
export class Browser {
  readonly cookies: Map<string, string> = new Map();
  readonly #site: Place;
  #fkey = "";

  constructor(site: Place) {
    this.#site = site;
  }

  get fkey(): string {
    return this.#fkey;
  }

  get(path: string, host?: string): Promise<Answer> {
    return this.#send("GET", path, undefined, host);
  }

  /** Posts a form with the chat fkey, unless the form has one. */
  post(path: string, form: Record<string, string | number> = {}, host?: string): Promise<Answer> {
    const all = new URLSearchParams({ fkey: this.#fkey });
    for (const [name, value] of Object.entries(form)) all.set(name, String(value));
    return this.postText(path, all.toString(), host);
  }

  /** Posts a body as it is, under the name of a form. */
  postText(path: string, body: string, host?: string): Promise<Answer> {
    return this.#send("POST", path, body, host);
  }

  async json<T>(path: string, form: Record<string, string | number> = {}): Promise<T> {
    return JSON.parse((await this.post(path, form)).text) as T;
  }

  /** Logs in on loopback and fetches the chat fkey. */
  async logIn(email: string, password = "password"): Promise<this> {
    const answer = await this.submitLogin(email, password);
    if (answer.status !== 302) throw new Error(`log-in answered ${answer.status}`);
    return this.visit();
  }

  async submitLogin(email: string, password: string, host?: string): Promise<Answer> {
    const page = await this.get("/users/login", host);
    const fkey = /name="fkey" value="([0-9a-f]{64})"/.exec(page.text)?.[1] ?? "";
    return this.post("/users/login", { email, password, fkey }, host);
  }

  /** Fetches the chat fkey. */
  async visit(host?: string): Promise<this> {
    const page = await this.get("/chats/join/favorite", host);
    this.#fkey = /name="fkey"[^>]*value="([0-9a-f]{32})"/.exec(page.text)?.[1] ?? "";
    return this;
  }

  /** Opens a socket for a room; `l` is left out when undefined. */
  async open(roomId: number, l?: number | string): Promise<Socket> {
    const { url } = await this.json<{ url: string }>("/ws-auth", { roomid: roomId });
    const socket = new Socket(`${url}${l === undefined ? "" : `?l=${l}`}`, this.#site.chatOrigin);
    await socket.opened;
    return socket;
  }

  async #send(method: "GET" | "POST", path: string, body?: string, host?: string): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await request(`${this.#site.url}${path}`, {
      method,
      dispatcher,
      headers: {
        ...(host ? { host } : {}),
        ...(cookie ? { cookie } : {}),
        ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers };
  }
}

type Frame = Record<string, { e?: Record<string, unknown>[]; t?: number; d?: number }>;

/** A socket whose frames are read one by one. */
export class Socket {
  readonly opened: Promise<void>;
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #frames: string[] = [];
  #wake: (() => void) | null = null;

  constructor(url: string, origin?: string, headers: Record<string, string> = {}) {
    this.#socket = new WebSocket(url, { headers, ...(origin ? { origin } : {}) });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once("open", resolve);
      this.#socket.once("error", reject);
    });
    this.closed = new Promise((resolve) => this.#socket.once("close", resolve));
    this.opened.catch(() => {});
    this.#socket.on("message", (data) => {
      this.#frames.push(String(data));
      this.#wake?.();
    });
  }

  async text(): Promise<string> {
    while (this.#frames.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames.shift() ?? "";
  }

  async frame(): Promise<Frame> {
    return JSON.parse(await this.text()) as Frame;
  }

  /** Sends a text, which chat ignores. */
  say(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.close();
  }
}

/** A server of one site with the bot (300) logged in. */
export async function withBot(options: ChatServerOptions = {}): Promise<{ server: ChatServer; bot: Browser }> {
  const server = await ChatServer.start({ sites: ["stackexchange.com"], ...options });
  server.site.addUser({ name: "Bot", email: "bot@example.com", id: 300 });
  return { server, bot: await new Browser(server.site).logIn("bot@example.com") };
}

/** A socket that has read its first frame, which has the user's arrival. */
export async function listen(browser: Browser, roomId: number): Promise<Socket> {
  const socket = await browser.open(roomId, 99999999999);
  await socket.text();
  return socket;
}
