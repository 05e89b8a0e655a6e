/** The recipes of docs/bot-recipes.md, run as they stand there, and the examples of docs/bots.md. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { MessagePosted } from "chatexchange-ts";
import { Bot } from "chatexchange-ts/bot";
import { setStage } from "chatexchange-ts/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { latency } from "./latency.js";

const root = resolve(import.meta.dirname, "..");
/** Inside the package, so that its own name leads to the sources. */
const folder = join(root, "build/bot-recipes");

function snippetsOf(page: string): string[] {
  const markdown = readFileSync(join(root, "docs", page), "utf8");
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
}

/** The function that a recipe exports. */
async function recipe(name: string): Promise<(bot: Bot, ...more: unknown[]) => void> {
  const module: Record<string, unknown> = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
  const [found] = Object.values(module);
  if (typeof found !== "function") throw new Error(`${name}.ts exports no function`);
  return (bot, ...more) => void found(bot, ...more);
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const code of snippetsOf("bot-recipes.md")) {
    const name = /^\/\/ ([\w-]+\.ts)\n/.exec(code)?.[1];
    if (!name) throw new Error(`a recipe without a name: ${code.slice(0, 60)}`);
    writeFileSync(join(folder, name), code);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A server that answers each request by a function. */
async function standIn(answer: (path: string, body: string) => unknown) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    response.end(JSON.stringify(answer(request.url ?? "", body) ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close };
}

describe("the recipes", () => {
  test("feedback counts the verdicts of replies to a report", async () => {
    const add = await recipe("feedback");
    await using stage = await setStage({
      server: latency(),
      people: ["Alice", "Bob"],
      room: { name: "Den", owners: ["Alice"] },
      bot: "Bot",
    });
    const { Alice, Bob } = stage.people;
    const bot = new Bot({ owners: [Alice.user.id] });
    add(bot);
    await stage.until(bot.start(stage.client().getRoom(stage.room.id)));
    Alice.says("!!report https://example.com/q/1");
    const report = await Alice.hears(/New report/);
    Bob.says("tp", { replyTo: report });
    expect((await Bob.hears(/say tp/)).text).toBe("https://example.com/q/1: 1 of 1 say tp.");
    Alice.says("fp", { replyTo: report });
    expect((await Alice.hears(/of 2/)).text).toBe("https://example.com/q/1: 1 of 2 say tp.");
    await stage.until(bot.stop());
  });

  test("the quiz takes the right answer of anybody", async () => {
    const add = await recipe("quiz");
    await using stage = await setStage({
      server: latency(),
      people: ["Alice", "Bob"],
      bot: () => {
        const bot = new Bot();
        add(bot, () => 0);
        return bot;
      },
    });
    const { Alice, Bob } = stage.people;
    Alice.says("!!quiz");
    await Bob.hears(/bits/);
    Bob.says("7");
    Bob.says("8");
    expect((await Bob.hears()).text).toBe("Right: 8!");
  });

  test("a quiet bot answers again when its time is over", async () => {
    const add = await recipe("quiet");
    const heard: number[] = [];
    await using stage = await setStage({
      server: latency(),
      room: { name: "Den", owners: ["Alice"] },
      people: ["Alice", "Bob"],
      bot: () => {
        const bot = new Bot();
        bot.on(MessagePosted, (c) => heard.push(c.event.messageId));
        add(bot);
        return bot.command("ping", (c) => c.reply("pong"));
      },
    });
    const { Alice, Bob } = stage.people;
    Alice.says("!!quiet 10m");
    await Alice.hears("I am quiet now.");
    const first = Bob.says("!!ping");
    await stage.until(() => heard.includes(first.id));
    await stage.clock.advance(601_000);
    const second = Bob.says("!!ping");
    expect(await Bob.hears("pong")).toMatchObject({ parentId: second.id });
  });

  test("a bot leaves a room that has been silent for too long", async () => {
    const add = await recipe("leave-silent");
    await using stage = await setStage({
      server: latency(),
      bot: () => {
        const bot = new Bot();
        add(bot, "10m");
        return bot;
      },
    });
    stage.people.Alice.says("hello");
    const since = stage.clock.now();
    expect((await stage.people.Alice.hears(undefined, { timeoutMs: 30_000 })).text).toMatch(/quiet for a long time/);
    expect(stage.clock.now() - since).toBeGreaterThanOrEqual(600_000);
    await stage.until(() => !stage.room.present.includes(stage.bot.id));
  });

  test("the reporter reports each question once and obeys the API's backoff", async () => {
    const add = await recipe("reporter");
    const asked: string[] = [];
    const question = { question_id: 1, title: "What is &quot;never&quot;?", link: "https://stackoverflow.com/q/1" };
    await using api = await standIn((path) => {
      asked.push(path);
      if (asked.length > 1) return { items: [], quota_remaining: 290 };
      return { items: [{ ...question, creation_date: 2_000_000_000 }], backoff: 300, quota_remaining: 299 };
    });
    await using stage = await setStage({
      server: latency(),
      bot: () => {
        const bot = new Bot({ roles: { reports: [1] } });
        add(bot, { api: api.url });
        return bot;
      },
    });
    const { Alice } = stage.people;
    const report = await Alice.hears(undefined, { timeoutMs: 30_000 });
    expect(report.text).toContain('What is "never"?');
    const first = stage.clock.now();
    await stage.until(() => asked.length > 1, { timeoutMs: 30_000 });
    expect(stage.clock.now() - first).toBeGreaterThanOrEqual(300_000 - 60_000);
    expect(asked[1]).toContain("fromdate=2000000001");
    expect(stage.room.messages.length).toBe(1);
  });

  test("the webhook receives each message", async () => {
    const add = await recipe("webhook");
    const received: unknown[] = [];
    await using hook = await standIn((_, body) => received.push(JSON.parse(body)));
    await using stage = await setStage({
      server: latency(),
      bot: () => {
        const bot = new Bot();
        add(bot, hook.url);
        return bot;
      },
    });
    stage.people.Alice.says("one");
    stage.people.Alice.says("two");
    await stage.until(() => received.length === 2);
    expect(received).toMatchObject([{ user: "Alice", text: "one" }, { text: "two" }]);
  });
});

describe("the examples of docs/bots.md", () => {
  const examples = snippetsOf("bots.md")
    .filter((code) => /^(?:export )?const bot = /m.test(code) && !/bot\.(run|feed)\(/.test(code))
    .map((code) => code.replaceAll('store: "bot.db"', ""));

  test("make bots that start", async () => {
    expect(examples.length).toBeGreaterThan(8);
    for (const [index, code] of examples.entries()) {
      const path = join(folder, `example-${index}.ts`);
      writeFileSync(path, `${code}\nexport { bot as example };\n`);
      const { example }: { readonly example: Bot } = await import(pathToFileURL(path).href);
      await using stage = await setStage({ server: latency(), bot: example });
      expect(example.status()).toMatchObject({ isRunning: true, rooms: [{ id: stage.room.id }] });
    }
  });
});
