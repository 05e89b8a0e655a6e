import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client } from "chatexchange-ts";
import { ChatServer } from "chatexchange-ts/server";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { next } from "./support.js";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
if (!executablePath)
  console.warn("\n*** No Chromium found: the browser tests are SKIPPED. `apt-get install chromium` brings it. ***\n");

/** With SCREENSHOTS=folder every test leaves a picture there. */
const pictures = process.env.SCREENSHOTS;

describe.skipIf(!executablePath)("in a browser (skipped without Chromium)", () => {
  let browser: Browser;
  beforeAll(async () => {
    const args = [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ];
    browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args });
  });
  afterAll(() => browser?.close());

  async function open(server: ChatServer, path: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.on("pageerror", (error) => {
      throw error;
    });
    await page.route(/^(?!http:\/\/127\.0\.0\.1)/, (route) => route.abort());
    await page.goto(server.url + path);
    return page;
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(resolve(pictures), `${name}.png`) });
  }

  test("a person becomes somebody with a click, talks, and the bot answers", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const account = server.site.user("Demo Bot");
    await using chat = new Client(server.site, account.email, account.password);
    const room = chat.getRoom(1);
    const messages = room.newMessages();
    await messages.ready;

    const page = await open(server, "/users/login?returnurl=%2Frooms%2F1");
    await page.getByRole("button", { name: /Alice/ }).click();
    await page.waitForURL("**/rooms/1**");
    await page.locator("#chat .message").first().waitFor();
    await page.locator("#input").fill("Hello bot, **are you there**?");
    await page.keyboard.press("Enter");

    const heard = await next(messages);
    expect(await heard.textContent).toBe("Hello bot, are you there?");
    expect(await (await heard.owner)?.name).toBe("Alice");
    await heard.reply("I am, Alice!");
    await page.locator("#chat .message .content", { hasText: "I am, Alice!" }).waitFor();
    await heard.star();
    await page.locator(`#message-${heard.id} .stars`).first().waitFor();
    expect(await page.locator(`#message-${heard.id} .content b`).textContent()).toBe("are you there");
    await picture(page, "room");
  });

  test.each([
    ["rooms", "/", "#room-1 .room-name", "Sandbox"],
    ["transcript", "/transcript/1", "#transcript .message .content", "Hello, I am a bot"],
    ["info", "/rooms/info/1", ".roomcard-xxl h1", "Sandbox"],
    ["room-anonymous", "/rooms/1", "#chat .message .content", "Hello, I am a bot"],
    ["login", "/users/login", "button", "Alice"],
    ["users", "/users", "#content", "Carol Müller"],
    ["faq", "/faq", "#content", "chat"],
  ])("the %s page shows what it should", async (name, path, selector, text) => {
    await using server = await ChatServer.start({ world: "demo" });
    const page = await open(server, path);
    await page.locator(selector, { hasText: text }).first().waitFor();
    await picture(page, name);
  });
});
