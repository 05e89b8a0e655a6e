/** Helpers for the browser tests: a headless Chromium for each file, a context for each user, and a log of errors. */
import { existsSync } from "node:fs";
import type { ChatServer } from "chatexchange-ts/server";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished } from "vitest";
import { Browser as LoginBrowser } from "./server-support.js";

/** The path of Chromium; undefined when there is none. */
export const executablePath: string | undefined = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => existsSync(path));
if (!executablePath)
  console.warn("\n*** No Chromium found: the browser tests are SKIPPED. `apt-get install chromium` brings it. ***\n");

/** Flags of Chromium: no sandbox, no network traffic of its own. */
export const args: string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Console errors, exceptions, dialogs and requests to other hosts. No page may cause one; checked after each test. */
const troubles: string[] = [];

export interface Windows {
  /** A window of its own, with no login. */
  open(server: ChatServer, path: string, options?: BrowserContextOptions): Promise<Page>;
  /** A window in which a user of the demo world is logged in. */
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
      open: async (server, path, options) => start(await newContext(options), server, path),
      async openAs(person, server, path, options) {
        const context = await newContext(options);
        await logIn(context, person, server);
        return start(context, server, path);
      },
    };
    const newContext = async (options: BrowserContextOptions = {}): Promise<BrowserContext> => {
      const viewport = { width: 1200, height: 800 };
      const context = await browser.newContext({ viewport, reducedMotion: "reduce", ...options });
      onTestFinished(() => context.close());
      return context;
    };
    tests(windows);
  });
}

/** Gives a window the cookies of a login, without the page of it. */
async function logIn(context: BrowserContext, person: string, server: ChatServer): Promise<void> {
  const user = server.site.users.find(({ name }) => name.startsWith(person));
  if (!user) throw new Error(`nobody is called ${person}`);
  const { cookies } = await new LoginBrowser(server.site).logIn(user.email, user.password);
  await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: server.url })));
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
    // The browser logs every refused request to the console, even if the page handles it.
    if (message.type() !== "error" || /status of 4\d\d /.test(message.text())) return;
    troubles.push(`console on ${page.url()}: ${message.text()}`);
  });
  await page.goto(server.url + path);
  return page;
}

/** Returns and clears the errors that a test caused on purpose. */
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
