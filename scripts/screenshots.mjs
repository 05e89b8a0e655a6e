// Takes pictures of the chat pages, always of the same conversation at the same moment: `npm run screenshots [-- FOLDER]`.
// The folder is `screenshots` by default. The picture of README.md goes to docs/images. Needs Chromium.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ChatServer } from "../dist/server/index.js";
import { ManualClock } from "../dist/testing/index.js";
import { launchChromium } from "./screenshots/chromium.mjs";
import { takeReadmePicture } from "./screenshots/readme.mjs";

const folder = resolve(process.argv[2] ?? "screenshots");
mkdirSync(folder, { recursive: true });

const WIDE = { width: 1200, height: 800 };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const clock = new ManualClock(Date.UTC(2026, 10, 22, 14, 30));
const server = await ChatServer.start({ world: "demo", clock });
const browser = await launchChromium();
try {
  const message = await talk();
  await series(
    "Alice",
    {},
    {
      rooms: "/",
      room: "/rooms/1",
      transcript: "/transcript/1",
      permalink: `/transcript/message/${message}#${message}`,
      search: "/search?q=bot",
      profile: "/users/1005",
      info: "/rooms/info/1",
      stars: "/rooms/info/1?tab=stars",
      users: "/users",
      history: `/messages/${message}/history`,
      "room-empty": "/rooms/10",
    },
  );
  await series(
    "Alice",
    { colorScheme: "dark" },
    { "rooms-dark": "/", "room-dark": "/rooms/1", "transcript-dark": "/transcript/1" },
  );
  await series("Alice", PHONE, { "rooms-phone": "/", "room-phone": "/rooms/1", "transcript-phone": "/transcript/1" });
  await series(
    null,
    {},
    { login: "/users/login", "room-anonymous": "/rooms/1", faq: "/faq", "not-found": "/rooms/999" },
  );
  await series(null, PHONE, { "login-phone": "/users/login" });
  await states();
  await takeReadmePicture(browser, fileURLToPath(new URL("../docs/images/chat-page.png", import.meta.url)));
  console.log(`The pictures are in ${folder}`);
} finally {
  await browser.close();
  await server.close();
}

/** Adds messages of every kind to the demo's. Returns the id of an edited message. */
async function talk() {
  const { site } = server;
  const [alice, bob, carol, bot] = ["Alice", "Bob Baker", "Carol Müller", "Demo Bot"].map((name) =>
    site.user(name).in(1),
  );
  site.addRoom({ id: 10, name: "Brand New", description: "Nothing here yet.", owners: [site.user("Alice")] });
  for (const person of [bob, carol, bot]) person.enters();
  const later = (minutes) => clock.advance(minutes * 60_000);
  await later(2);
  const question = carol.says("Is the bot up again? I changed `onMessage` last night.");
  await later(1);
  const answer = bot.says("I am up. **3** rooms, *0* lost events.", { replyTo: question.id });
  bob.stars(answer.id);
  carol.says(
    "    export function onMessage(message: Message) {\n      if (message.content === null) return;\n      count += 1;\n    }",
  );
  await later(1);
  const edited = bob.says("Ship it before the weekned.");
  bob.edits(edited.id, "Ship it before the weekend.");
  alice.stars(edited.id);
  bob.says("> Simple things should be simple,\n> complex things should be possible.\nStill my favorite quote.");
  await later(1);
  alice.says(`${site.url}/transcript/message/${answer.id}#${answer.id}`);
  alice.pins(answer.id);
  carol.says("@Alice can we pin the FAQ instead?", { replyTo: edited.id });
  return edited.id;
}

/** Opens a window, logged in as a user or anonymous. */
async function open(name, options) {
  const fixed = { viewport: WIDE, locale: "en-US", timezoneId: "UTC", reducedMotion: "reduce" };
  const context = await browser.newContext({ ...fixed, ...options });
  const page = await context.newPage();
  if (name === null) return page;
  await page.goto(`${server.url}/users/login`);
  await page.getByRole("button", { name: new RegExp(name) }).click();
  await page.waitForURL(`${server.url}/`);
  return page;
}

async function series(name, options, paths) {
  const page = await open(name, options);
  for (const [picture, path] of Object.entries(paths)) {
    await page.goto(server.url + path);
    if (/^\/rooms\/\d+$/.test(path) && !path.endsWith("999")) await settled(page);
    await page.screenshot({ path: join(folder, `${picture}.png`) });
  }
  await page.context().close();
}

/** Takes screenshots of the room page with open menus, and in a timeout. */
async function states() {
  const page = await open("Bob", {});
  await page.goto(`${server.url}/rooms/1`);
  await settled(page);
  await page.locator("#input").pressSequentially("@");
  await page.getByRole("option").first().waitFor();
  await page.screenshot({ path: join(folder, "room-completion.png") });
  await page.locator("#input").fill("");
  await page.locator(".message .action-link").last().hover();
  await page.locator(".message .action-link").last().click();
  await page.screenshot({ path: join(folder, "room-menu.png") });
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+r");
  await page.locator("#switch-list a").first().waitFor();
  await page.screenshot({ path: join(folder, "room-switcher.png") });
  await page.keyboard.press("Escape");
  const { site } = server;
  site.user("Morgan").in(5).invites(site.user("Bob Baker"));
  site.room(1).timeout(30);
  await page.locator(".banner.warn").waitFor();
  await page.screenshot({ path: join(folder, "room-timeout.png") });
  await page.context().close();
}

/** Waits until a room page has its history, its stars and its socket. */
async function settled(page) {
  await page.locator("body[data-connection=live]").waitFor();
  await page.waitForLoadState("networkidle");
}
