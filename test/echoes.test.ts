/** A site, or a proxy in front of it, that echoes the secrets of a request (password, cookies, fkey) in any encoding. */
import { request as ask, createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Client, type Endpoint, type Logger, type Site } from "chatexchange-ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { shown } from "./secrets.js";
import { sizeOf } from "./sizes.js";
import { ends, type Stage, stage } from "./support.js";

type Encode = (text: string) => string;

const html: Encode = (text) =>
  text.replace(/[&<>"'=+]/g, (sign) => (sign === "&" ? "&amp;" : sign === "<" ? "&lt;" : `&#${sign.charCodeAt(0)};`));
const encodings: Readonly<Record<string, Encode>> = {
  "as it is": (text) => text,
  "in a URL": encodeURIComponent,
  "in a form": (text) => new URLSearchParams({ text }).toString().slice("text=".length),
  "in a URL, twice": (text) => encodeURIComponent(encodeURIComponent(text)),
  "in HTML": html,
  "in HTML, by numbers": (text) => [...text].map((sign) => `&#x${sign.codePointAt(0)?.toString(16)};`).join(""),
  "in JSON": (text) => JSON.stringify(text).slice(1, -1),
  "in JSON, by numbers": (text) =>
    [...text].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  "in a URL in HTML": (text) => html(encodeURIComponent(text)),
  "in base64": (text) => Buffer.from(text).toString("base64"),
  "in base64 with something before it": (text) => Buffer.from(`user:${text}`).toString("base64"),
  "in hexadecimal": (text) => Buffer.from(text).toString("hex"),
};

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const answers: Readonly<Record<string, (echo: string) => Answer>> = {
  "a sentence": (echo) => ({ status: 400, body: `no: ${echo}` }),
  "a sentence of the site": (echo) => ({ status: 404, headers: { chat: "error" }, body: `No such login: ${echo}` }),
  "a JSON text": (echo) => ({ status: 409, body: JSON.stringify(`You may not: ${echo}`) }),
  "a forbidden sentence": (echo) => ({ status: 403, body: `you are not allowed to do that with ${echo}` }),
  "a suspension": (echo) => ({ status: 409, body: `"Your account is suspended, ending ${echo}"` }),
  "a server's failure": (echo) => ({ status: 500, body: echo }),
  "a success that is none": (echo) => ({ status: 200, body: echo }),
  "a page": (echo) => ({ status: 404, body: `<html><head><title>${echo}</title></head><body>${echo}</body></html>` }),
  "a redirect": (echo) => ({ status: 302, headers: { location: `/error?who=${encodeURIComponent(echo)}` }, body: "" }),
  "a redirect to a path": (echo) => ({
    status: 302,
    headers: { location: `/${encodeURIComponent(echo)}/x` },
    body: "",
  }),
};

/** A proxy that knows what it was sent, and echoes it at one path. */
async function echoing({ server, bot }: Stage) {
  const seen = new Map<string, string>();
  let plan: { readonly path: string; readonly encode: Encode; readonly answer: (echo: string) => Answer } | undefined;
  const learn = (incoming: IncomingMessage, body: string): void => {
    for (const pair of (incoming.headers.cookie ?? "").split("; ").filter(Boolean)) {
      seen.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    for (const [name, value] of new URLSearchParams(body)) {
      if (["password", "fkey"].includes(name)) seen.set(name, value);
    }
  };
  const to = new URL(server.site.url);
  const proxy = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    learn(incoming, body.toString());
    if (plan && incoming.url?.startsWith(plan.path)) {
      const { encode, answer } = plan;
      // One at the end, so that a text that is cut is cut there.
      const { status, headers, body: text } = answer([...seen.values()].map(encode).join(" and "));
      return void outgoing.writeHead(status, headers).end(text);
    }
    const { method, url: path, headers } = incoming;
    const onward = ask({ host: to.hostname, port: to.port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close(() => {}).closeAllConnections());
  const here: Endpoint = { hostname: "127.0.0.1", port: (proxy.address() as AddressInfo).port };
  const { host, name, chatOrigin, loginOrigin } = server.site;
  const resolve = (origin: string): Endpoint | undefined =>
    origin.startsWith("ws") ? server.site.resolve(origin) : here;
  const site: Site = { host, name, chatOrigin, loginOrigin, resolve };
  return {
    site,
    seen,
    bot,
    echo(path: string, encode: Encode, answer: (echo: string) => Answer): void {
      plan = { path, encode, answer };
    },
    stop(): void {
      plan = undefined;
    },
  };
}

type Echoing = Awaited<ReturnType<typeof echoing>>;

/** The secrets that a value shows: the name of each, and the encoding it shows in. */
function leaks({ seen }: Echoing, value: unknown): string[] {
  const text = shown(value);
  return [...seen].flatMap(([name, secret]) => {
    const parts = [secret, ...secret.split(/[&=]/), name === "password" ? secret : decodeURIComponent(secret)].filter(
      ({ length }) => length >= 8,
    );
    return Object.entries(encodings)
      .filter(([how, encode]) => parts.some((part) => !how.includes("before it") && text.includes(encode(part))))
      .map(([how]) => `${name} ${how}`);
  });
}

const password = `s3cret-"Passw0rd" & <more> + ünder=100%`;

/** Each encoding in each answer for a release; otherwise each encoding once and each answer at least once. */
function pairs(): [how: string, kind: string][] {
  const kinds = Object.keys(answers);
  return Object.keys(encodings).flatMap((how, n) => {
    const near = [kinds[n % kinds.length] ?? ""];
    return sizeOf({ near, release: kinds }).map((kind): [string, string] => [how, kind]);
  });
}

describe("a secret that is echoed", () => {
  test.each(pairs())("%s, in %s, shows in no failure and no log line", async (how, kind) => {
    const encode = encodings[how] ?? String;
    const answer = answers[kind] ?? (() => ({ status: 500, body: "" }));
    const set = await stage();
    const proxy = await echoing(set);
    const { site } = proxy;
    const account = set.server.site.addUser({ name: "Careful", email: "careful@example.com", password });
    const lines: unknown[] = [];
    const line = (...parts: unknown[]): void => void lines.push(parts);
    const logger: Logger = { debug: line, info: line, warn: line, error: line };
    const options = { logger, onError: line, reads: { tries: 1 }, outbox: { patienceMs: 0 }, stream: { giveUpMs: 1 } };
    const asks: readonly (readonly [path: string, ask: (chat: Client) => Promise<unknown>])[] = [
      ["/users/login", (chat) => chat.login()],
      ["/chats/join/favorite", (chat) => chat.login()],
      ["/chats/1/messages/new", (chat) => chat.getRoom(1).sendMessage("hello")],
      ["/rooms/thumbs/1", (chat) => chat.getRoom(1).name],
      ["/user/info", (chat) => chat.getUser(4).name],
      ["/upload/image", (chat) => chat.uploadImage(new Uint8Array(8))],
      ["/anything", (chat) => chat.action("/anything")],
      ["/ws-auth", (chat) => chat.getRoom(1).newMessages().ready],
    ];
    const found: string[] = [];
    for (const [path, send] of asks) {
      proxy.stop();
      const chat = ends(new Client(site, { email: account.email, password, ...options }));
      if (!/login|join/.test(path)) await chat.login();
      proxy.echo(path, encode, answer);
      const outcome = await send(chat).then(
        (value) => (typeof value === "string" ? undefined : value),
        (error: unknown) => error,
      );
      found.push(...leaks(proxy, [outcome, chat]).map((leak) => `${path}: ${leak}`));
      proxy.stop();
    }
    expect([...proxy.seen.keys()]).toEqual(expect.arrayContaining(["password", "fkey", "acct", "prov"]));
    expect(found).toEqual([]);
    expect(leaks(proxy, lines)).toEqual([]);
  });
});
