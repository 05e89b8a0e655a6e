import { Client } from "chatexchange-ts";
import { ChatServer } from "chatexchange-ts/server";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, expectedTroubles, ready } from "./browser-support.js";
import { next } from "./support.js";

const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  "base64",
);

describeInBrowser("chatting in a browser", ({ open, openAs }) => {
  test("two users and a bot talk: post, mention, reply, edit, star, pin, delete, pictures, transcript, search", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const account = server.site.user("Demo Bot");
    await using chat = new Client(server.site, account.email, account.password);
    const heard = chat.getRoom(1).newMessages();
    await heard.ready;
    const alice = await openAs("Alice", server, "/rooms/1");
    await ready(alice);

    // A newcomer signs up and is in the room at once.
    const zoe = await open(server, "/users/login?returnurl=%2Frooms%2F1");
    await zoe.getByRole("textbox", { name: "Name", exact: true }).fill("Zoë Newcomer");
    await zoe.getByRole("button", { name: "Sign up and log in" }).click();
    await zoe.waitForURL("**/rooms/1**");
    await ready(zoe);
    await alice.locator("#present-users", { hasText: "Zoë Newcomer" }).waitFor();
    await alice.locator("#coming-and-going", { hasText: "Zoë Newcomer entered" }).waitFor();

    // A mention is completed from a list, and marks the page of the mentioned user.
    await hide(alice);
    await zoe.locator("#input").pressSequentially("@al");
    await zoe.getByRole("option", { name: "Alice" }).waitFor();
    expect(await zoe.locator("#input").getAttribute("aria-activedescendant")).toBe("complete-1001");
    await zoe.keyboard.press("Enter");
    expect(await zoe.locator("#input").inputValue()).toBe("@Alice ");
    await zoe.keyboard.type("hello **there**");
    await zoe.keyboard.press("Enter");
    const mention = await next(heard);
    expect(await mention.textContent).toBe("@Alice hello there");
    await alice.locator(`#message-${mention.id} .mention`, { hasText: "@Alice" }).waitFor();
    await expect.poll(() => alice.title()).toMatch(/^\(1\*\) Sandbox \| /);
    await show(alice);
    expect(await alice.title()).toMatch(/^Sandbox \| /);

    // The bot replies, and the reply leads to its parent.
    const answer = await mention.reply("Welcome, Zoë!");
    await zoe.locator(`#message-${answer.id} .reply-info`).hover();
    await expect.poll(() => zoe.locator(`#message-${mention.id}`).getAttribute("class")).toContain("parent");

    // The up key edits the last message, Escape leaves it, Enter saves it.
    await zoe.locator("#input").press("ArrowUp");
    await expect.poll(() => zoe.locator("#input").inputValue()).toBe("@Alice hello **there**");
    await zoe.keyboard.press("Escape");
    expect(await zoe.locator("#input").inputValue()).toBe("");
    await zoe.keyboard.press("ArrowUp");
    await expect.poll(() => zoe.locator("#input").inputValue()).toBe("@Alice hello **there**");
    await zoe.keyboard.type(", everybody");
    await zoe.keyboard.press("Enter");
    await alice.locator(`#message-${mention.id} .content`, { hasText: "hello there, everybody" }).waitFor();
    expect(await alice.locator(`#message-${mention.id} .action-link`).getAttribute("class")).toContain("edits");

    // Alice stars and pins it; both stand in Zoë's sidebar.
    await alice.locator(`#message-${mention.id}`).hover();
    await alice.locator(`#message-${mention.id} button.stars`).click();
    await zoe.locator("#starred-posts li", { hasText: "everybody" }).waitFor();
    await choose(alice, mention.id, "pin");
    await zoe.locator("#starred-posts li.pinned", { hasText: "everybody" }).waitFor();

    // Zoë takes a message back.
    await say(zoe, "this was a mistake");
    const mistake = await idOf(alice, "this was a mistake");
    await choose(zoe, mistake, "delete");
    await alice.locator(`#message-${mistake} .deleted`, { hasText: "(removed)" }).waitFor();

    // A picture, and the preview of a message.
    await zoe.locator("#upload-file").setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: pixel });
    const image = alice.locator(".ob-image img").last();
    await image.waitFor();
    await expect.poll(() => image.evaluate((element: { naturalWidth?: number }) => element.naturalWidth)).toBe(1);
    await say(zoe, `${server.url}/transcript/message/${mention.id}#${mention.id}`);
    const preview = alice.locator(".ob-message", { hasText: "everybody" });
    await preview.waitFor();
    expect(await preview.locator(".user-name").textContent()).toBe("Zoë Newcomer");

    // The permalink leads into the transcript, the search box to the message.
    await choose(alice, mention.id, "permalink");
    await alice.waitForURL(`**/transcript/message/${mention.id}**`);
    expect(await alice.locator(".message.highlight .content").textContent()).toContain("hello there, everybody");
    await alice.getByRole("textbox", { name: "search this room" }).fill("everybody");
    await alice.keyboard.press("Enter");
    await alice.waitForURL("**/search**");
    await alice.locator(`#message-${mention.id}`).waitFor();
  });

  test("everything from signing up to logging out works without a mouse", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const page = await open(server, "/users/login?returnurl=%2Frooms%2F1");
    await tabTo(page, "#sign-up-name");
    await page.keyboard.type("Kay Board");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/rooms/1**");
    await ready(page);
    expect(await focused(page, "#input")).toBe(true);
    await page.keyboard.type("hands on the keys");
    await page.keyboard.press("Enter");
    await page.locator("#chat .mine", { hasText: "hands on the keys" }).waitFor();

    // Into the log, up to a message of Alice's, its menu, a star.
    await tabTo(page, ".action-link", "Shift+Tab");
    await page.keyboard.press("ArrowUp");
    const id = await page.evaluate<string>("document.activeElement.closest('.message').id");
    await page.keyboard.press("Enter");
    expect(await focused(page, "[role=menuitem]")).toBe(true);
    await page.keyboard.press("Escape");
    expect(await focused(page, `#${id} .action-link`)).toBe(true);
    await page.keyboard.press("Enter");
    for (let i = 0; i < 8 && (await focusedText(page)) !== "star"; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator(`#${id} .user-star`).waitFor();
    expect(await focused(page, `#${id} .action-link`)).toBe(true);

    // Another room by its name, and home, and out.
    await page.keyboard.press("Alt+r");
    await page.locator("#switch-list a").first().waitFor();
    await page.keyboard.type("workshop");
    await expect.poll(() => page.locator("#switch-list a").count()).toBe(1);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/rooms/5/**");
    await ready(page);
    await tabTo(page, "#allrooms");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${server.url}/`);
    await tabTo(page, ".logout-link");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/users/logout**");
    await tabTo(page, "#logout-form [type=submit]");
    await page.keyboard.press("Enter");
    await page.getByText("You are logged out.").waitFor();
  });

  test("the page shows the state of the room and of the connection", async () => {
    await using server = await ChatServer.start({ world: "demo", presenceGraceMs: 50 });
    const { site } = server;
    const [owner, morgan] = [site.user("Alice"), site.user("Morgan")];
    const page = await openAs("Bob", server, "/rooms/1");
    await ready(page);

    morgan.in(5).invites(site.user("Bob Baker"));
    await page.locator(".banner", { hasText: "Morgan invites you to Bot Workshop" }).waitFor();
    await page.getByRole("button", { name: "dismiss" }).click();

    site.room(1).timeout(2);
    await page.locator(".banner", { hasText: "This room is in timeout. You can post again in" }).waitFor();
    expect(await page.locator("#input").isDisabled()).toBe(true);
    await expect.poll(() => page.locator("#input").isEnabled(), { timeout: 6000 }).toBe(true);

    await page.locator("#input").fill("x".repeat(504));
    expect(await page.locator("#input-count").textContent()).toBe("4 characters too many");
    await page.keyboard.press("Enter");
    expect(await page.locator("#inputerror").textContent()).toContain("500 characters");
    await page.locator("#input").fill("");

    site.faults.fail("/ws-auth", { status: 503, times: 1 });
    site.faults.dropSockets();
    await page.locator("#connection", { hasText: "Connection lost" }).waitFor();
    owner.in(1).says("said while Bob was away");
    await page.getByRole("button", { name: "retry now" }).click();
    await page.locator("#chat .content", { hasText: "said while Bob was away" }).waitFor();
    expectedTroubles();

    const ended = await openAs("Carol", server, "/rooms/1");
    await ready(ended);
    site.faults.expireSessions();
    site.faults.dropSockets();
    await ended.locator("#connection", { hasText: "Your login has ended" }).waitFor();
    expect(await ended.getByRole("button", { name: "reload" }).isVisible()).toBe(true);
    await ended.context().close();
    await signedOut(page);

    await page.getByRole("button", { name: /Bob/ }).click();
    await page.waitForURL("**/rooms/1**");
    await ready(page);
    owner.in(1).kicks(site.user("Bob Baker"));
    await page.locator(".banner", { hasText: "You are no longer in this room" }).waitFor();
    expect(await page.locator("#input").isDisabled()).toBe(true);
  });

  test("a reader above the end stays where they are, and a button says how many messages are new", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const bob = server.site.user("Bob Baker").in(1);
    for (let i = 0; i < 130; i++) bob.says(`line ${i}`);
    const page = await openAs("Alice", server, "/rooms/1");
    await ready(page);
    await page.getByRole("button", { name: "load older messages" }).click();
    await page.locator(".content", { hasText: "line 20" }).first().waitFor({ state: "attached" });
    await page.locator("#chat-scroll").evaluate("element => { element.scrollTop = 300; }");
    const before = await page.locator("#chat-scroll").evaluate((element: { scrollTop?: number }) => element.scrollTop);
    bob.says("something new");
    await page.getByRole("button", { name: "↓ 1 new message" }).waitFor();
    expect(await page.locator("#chat-scroll").evaluate((element: { scrollTop?: number }) => element.scrollTop)).toBe(
      before,
    );
    await page.getByRole("button", { name: "↓ 1 new message" }).click();
    await expect.poll(() => page.locator("#new-messages").isVisible()).toBe(false);
    expect(await page.getByText("something new").isVisible()).toBe(true);
  });

  test("a throttled user sees the remaining wait, and the messages arrive in order", async () => {
    await using server = await ChatServer.start({ world: "demo", throttle: true });
    const page = await openAs("Alice", server, "/rooms/1");
    await ready(page);
    for (const word of ["first", "second"]) await say(page, `the ${word} word`);
    await page.locator("#inputerror", { hasText: /Rate limit: sending in \d+ second/ }).waitFor();
    await page.locator(".mine .content", { hasText: "the second word" }).waitFor();
    const words = await page.locator(".mine .content", { hasText: /the (first|second) word/ }).allTextContents();
    expect(words).toEqual(["the first word", "the second word"]);
  });
});

/** The id of the message with this text, once it is on the page. */
async function idOf(page: Page, text: string): Promise<number> {
  const row = page.locator("#chat .message", { hasText: text }).last();
  await row.waitFor();
  return Number((await row.getAttribute("id"))?.slice("message-".length));
}

/** After the end of a login, to the login page and back to the room. */
async function signedOut(page: Page): Promise<void> {
  await page.goto(new URL("/users/login?returnurl=%2Frooms%2F1", page.url()).href);
}

async function say(page: Page, text: string): Promise<void> {
  await page.locator("#input").fill(text);
  await page.locator("#input").press("Enter");
}

/** Chooses an entry in the menu of a message. */
async function choose(page: Page, id: number, entry: string): Promise<void> {
  await page.locator(`#message-${id}`).hover();
  await page.locator(`#message-${id} .action-link`).click();
  await page.getByRole("menuitem", { name: entry, exact: true }).click();
}

async function tabTo(page: Page, selector: string, key: string = "Tab"): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press(key);
    if (await focused(page, selector)) return;
  }
  throw new Error(`${key} does not lead to ${selector}`);
}

function focused(page: Page, selector: string): Promise<boolean> {
  return page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`);
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate<string>("document.activeElement.textContent");
}

/** Pretends that another tab is visible; headless windows are never hidden. */
async function hide(page: Page): Promise<void> {
  await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
}

async function show(page: Page): Promise<void> {
  await page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))");
}
