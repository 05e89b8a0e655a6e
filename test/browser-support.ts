/** What the browser tests share: one headless Chromium, people in windows of their own, and a watch for trouble. */
import { existsSync } from "node:fs";
import type { ChatServer } from "chatexchange-ts/server";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished } from "vitest";

/** The path of Chromium; undefined when there is none. */
export const executablePath: string | undefined = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => existsSync(path));
if (!executablePath)
  console.warn("\n*** No Chromium found: the browser tests are SKIPPED. `apt-get install chromium` brings it. ***\n");

/** How every browser is started: for itself, and quiet. */
export const args: string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What no page may ever cause: console errors, exceptions, dialogs, requests to elsewhere. Checked after each test. */
const troubles: string[] = [];

export interface Windows {
  /** A window of its own, with no login. */
  open(server: ChatServer, path: string, options?: BrowserContextOptions): Promise<Page>;
  /** A window in which somebody of the demo world is logged in. */
  openAs(name: string, server: ChatServer, path: string, options?: BrowserContextOptions): Promise<Page>;
}

/** A suite of tests in a browser; skipped, with the warning above, where there is none. */
export function describeInBrowser(name: string, tests: (windows: Windows) => void): void {
  describe.skipIf(!executablePath)(`${name} (skipped without Chromium)`, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args });
    });
    afterAll(() => browser?.close());
    afterEach(() => {
      expect(troubles.splice(0), "console errors, exceptions, dialogs and requests to elsewhere").toEqual([]);
    });
    const windows: Windows = {
      async open(server, path, options = {}) {
        const context = await browser.newContext({
          viewport: { width: 1200, height: 800 },
          reducedMotion: "reduce",
          ...options,
        });
        onTestFinished(() => context.close());
        return start(context, server, path);
      },
      async openAs(person, server, path, options) {
        const page = await windows.open(server, `/users/login?returnurl=${encodeURIComponent(path)}`, options);
        await page.getByRole("button", { name: new RegExp(person) }).click();
        await page.waitForURL((url) => !url.pathname.startsWith("/users/login"));
        return page;
      },
    };
    tests(windows);
  });
}

async function start(context: BrowserContext, server: ChatServer, path: string): Promise<Page> {
  await context.route(/^(?!http:\/\/(127\.0\.0\.1|localhost):)/, (route) => {
    if (!/^(data|blob):/.test(route.request().url())) troubles.push(`request to ${route.request().url()}`);
    return route.abort();
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => troubles.push(`exception on ${page.url()}: ${error.message}`));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog on ${page.url()}: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    // Refusals are told to the console by the browser, whatever the page does about them.
    if (message.type() !== "error" || /status of 4\d\d /.test(message.text())) return;
    troubles.push(`console on ${page.url()}: ${message.text()}`);
  });
  await page.goto(server.url + path);
  return page;
}

/** Forgets the troubles that a test provoked on purpose, and answers them. */
export function expectedTroubles(): string[] {
  return troubles.splice(0);
}

/** Waits until a room page has its history and its socket. */
export async function ready(page: Page): Promise<void> {
  try {
    await page.locator("body[data-connection=live]").waitFor({ timeout: 15_000 });
  } catch {
    const told = await page.locator("#connection").textContent({ timeout: 1000 });
    throw new Error(`${page.url()} does not go live; it says ${JSON.stringify(told)}`);
  }
}
