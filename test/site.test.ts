/** The site that `npm run docs` builds, as a visitor has it. Building takes half a minute, so it is a release test. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { args, executablePath } from "./browser-support.js";
import { brokenLinks, foreignLoads, readPages, serveFolder } from "./site-pages.js";
import { IS_RELEASE } from "./sizes.js";

const ROOT = resolve(import.meta.dirname, "..");
const SITE = resolve(ROOT, "build/site");
const TIMEOUT_MS = 600_000;

describe.runIf(IS_RELEASE)("the site", () => {
  beforeAll(() => {
    execFileSync(process.execPath, [resolve(ROOT, "scripts/site.mjs")], { stdio: "pipe" });
  }, TIMEOUT_MS);

  test("every link and every anchor of every page leads somewhere", { timeout: TIMEOUT_MS }, () => {
    const pages = readPages(SITE);
    expect(brokenLinks(SITE, pages)).toEqual([]);
    expect(foreignLoads(pages)).toEqual([]);
    const titles = pages.map(({ path }) => path);
    expect(titles).toContain("index.html");
    expect(titles).toContain("404.html");
    expect(titles).toContain("guides/overview.html");
    expect(titles).toContain("classes/chatexchange-ts.Room.html");
  });

  test("source links appear only when package.json names a repository", () => {
    const { repository } = JSON.parse(readFileSync(resolve(ROOT, "package.json"), "utf8"));
    const page = readFileSync(resolve(SITE, "classes/chatexchange-ts.Room.html"), "utf8");
    expect(page.includes("Defined in")).toBe(repository !== undefined);
  });

  describe.skipIf(!executablePath)("in a browser (skipped without Chromium)", () => {
    let browser: Browser;
    let server: Awaited<ReturnType<typeof serveFolder>>;
    beforeAll(async () => {
      server = await serveFolder(SITE);
      browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args });
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    /** Opens a page of the site; the test fails at an error in it and at a request to another host. */
    async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const troubles: string[] = [];
      page.on("pageerror", (error) => troubles.push(String(error)));
      page.on("console", (line) => {
        if (line.type() === "error") troubles.push(line.text());
      });
      page.on("request", (request) => {
        if (!/^data:/.test(request.url()) && new URL(request.url()).origin !== server.origin)
          troubles.push(request.url());
      });
      onTestFinished(async () => {
        await context.close();
        expect(troubles).toEqual([]);
      });
      await page.goto(`${server.origin}/${path}`);
      return page;
    }

    test("the search finds sendMessage and leads to it", { timeout: TIMEOUT_MS }, async () => {
      const page = await visit("index.html");
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("combobox").fill("sendMessage");
      const result = page.getByRole("option", { name: /Room\.sendMessage/ }).first();
      await result.click();
      await page.waitForURL(/Room\.html#sendmessage$/);
    });

    test("the menu of the front page has the guides open and the reference by its imports", async () => {
      const page = await visit("index.html");
      const menu = page.locator(".tsd-navigation");
      await menu.getByText("Testing your bot", { exact: true }).waitFor();
      await menu.getByText("Reference", { exact: true }).click();
      await menu.getByRole("link", { name: "chatexchange-ts/testing" }).waitFor();
    });

    test("a page follows the color scheme of the system", async () => {
      const background = async (colorScheme: "dark" | "light"): Promise<string> => {
        const page = await visit("guides/cli.html", { colorScheme });
        return page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      };
      expect(await background("light")).toBe("rgb(255, 255, 255)");
      expect(await background("dark")).toBe("rgb(27, 30, 35)");
    });

    test("no guide is wider than a phone", { timeout: TIMEOUT_MS }, async () => {
      const guides = readPages(SITE).filter(({ path }) => /^(?:guides\/|index|decisions)/.test(path));
      const page = await visit("index.html", { viewport: { width: 390, height: 844 } });
      const wide: string[] = [];
      for (const { path } of guides) {
        await page.goto(`${server.origin}/${path}`);
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        if (width > 390) wide.push(path);
      }
      expect(wide).toEqual([]);
      expect(guides.length).toBeGreaterThan(15);
    });
  });
});
