/** The pages are accessible: axe-core finds nothing on any of them, light, dark or on a phone, and none scrolls sideways. */
import axe from "axe-core";
import { ChatServer } from "chatexchange-ts/server";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, ready } from "./browser-support.js";
import { sizeOf } from "./sizes.js";

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/**
 * The serious and critical violations that axe finds, each with its element. Windows for axe bypass the CSP, because axe
 * puts styles of its own into the page.
 */
async function problems(page: Page, rules?: readonly string[]): Promise<string[]> {
  const only = rules ? `, runOnly: ${JSON.stringify({ type: "rule", values: rules })}` : "";
  const found = await page.evaluate<readonly Violation[]>(
    `axe.run(document, { resultTypes: ["violations"]${only} }).then((result) => result.violations)`,
  );
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} (${node.failureSummary})`),
    );
}

describeInBrowser("the pages", ({ open, openAs }) => {
  test("have no serious accessibility problem, light, dark and on a phone, and never scroll sideways", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const { site } = server;
    const alice = site.user("Alice").in(1);
    const message = alice.says("> a quote\n> of two lines");
    alice.says(`a word of ${"unreasonable".repeat(20)} length, and \`some code\` @Bob`);
    alice.says(`    ${"a line of code that is far too wide for a phone; ".repeat(4)}`);
    alice.says(`${server.url}/transcript/message/${message.id}`);
    site.user("Bob Baker").in(1).says("@Alice [tag:typescript]", { replyTo: message.id });
    site.user("Bob Baker").in(1).stars(message.id);

    const signedIn = await openAs("Alice", server, "/rooms/1", { bypassCSP: true });
    const anonymous = await open(server, "/users/login", { bypassCSP: true });
    const found: string[] = [];
    const look = async (page: Page, path: string): Promise<void> => {
      await page.setViewportSize({ width: 1200, height: 800 });
      await page.emulateMedia({ colorScheme: "light" });
      await page.goto(server.url + path);
      if (/^\/rooms\/\d$/.test(path)) await ready(page);
      await page.evaluate(axe.source);
      for (const problem of await problems(page)) found.push(`${path} light: ${problem}`);
      await page.emulateMedia({ colorScheme: "dark" });
      for (const problem of await problems(page, ["color-contrast"])) found.push(`${path} dark: ${problem}`);
      await page.setViewportSize({ width: 320, height: 640 });
      if (path === "/" || path === "/rooms/1")
        for (const problem of await problems(page)) found.push(`${path} phone: ${problem}`);
      const width = await page.evaluate<number>("document.scrollingElement.scrollWidth");
      if (width > 320) found.push(`${path} is ${width} px wide on a phone of 320`);
    };
    const near = ["/rooms/1", "/", "/transcript/1"];
    const others = [
      "/search?q=code",
      "/users/1001",
      "/rooms/info/1?tab=stars",
      `/transcript/message/${message.id}`,
      "/search?q=nothing-like-that",
      "/users",
      "/rooms/info/1",
      "/rooms/info/1?tab=access",
      `/messages/${message.id}/history`,
      "/faq",
      "/users/logout",
      "/rooms/999999",
    ];
    for (const path of sizeOf({ near, release: [...near, ...others] })) await look(signedIn, path);
    const forAnonymous = sizeOf({ near: ["/users/login"], release: ["/users/login", "/rooms/1", "/rooms/6"] });
    for (const path of forAnonymous) await look(anonymous, path);
    expect(found).toEqual([]);
  });

  test("have no serious accessibility problem with everything open: completions, a menu, the switcher, banners", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const { site } = server;
    const page = await openAs("Bob", server, "/rooms/1", { bypassCSP: true });
    await ready(page);
    await page.evaluate(axe.source);
    site.user("Morgan").in(5).invites(site.user("Bob Baker"));
    await page.locator(".banner").waitFor();
    await page.locator("#input").pressSequentially("@a");
    await page.getByRole("option").first().waitFor();
    expect(await problems(page)).toEqual([]);
    await page.locator("#input").fill("");
    await page.locator(".action-link").last().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem").first().waitFor();
    expect(await problems(page)).toEqual([]);
    await page.keyboard.press("Alt+r");
    await page.locator("#switch-list a").first().waitFor();
    expect(await problems(page)).toEqual([]);
  });
});
