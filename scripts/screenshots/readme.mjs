// The picture at the top of README.md: a conversation with the bot that the README shows.
import { Client, MessagePosted } from "../../dist/index.js";
import { ChatServer } from "../../dist/server/index.js";
import { ManualClock } from "../../dist/testing/index.js";

const ROOM = 10;
const WINDOW = { viewport: { width: 1064, height: 560 }, deviceScaleFactor: 1.5 };

/** Takes the picture as Alice sees the room. */
export async function takeReadmePicture(browser, path) {
  const clock = new ManualClock(Date.UTC(2026, 10, 22, 14, 26));
  const server = await ChatServer.start({ sites: ["stackexchange.com"], clock, showAccounts: true });
  const { site } = server;
  site.addRoom({ id: ROOM, name: "Sandbox", description: "Where you can play with regular chat features." });
  const greeter = site.addUser({ name: "Greeter" });
  const chat = new Client(server.url, greeter.email, greeter.password);
  try {
    const [alice, bob, carol] = ["Alice", "Bob Baker", "Carol Müller"].map((name) => personOf(site, name).in(ROOM));
    for (const person of [carol, alice, bob]) person.enters();
    const night = bob.says("Did the bot survive the night?");
    await clock.advance(30_000);
    const report = carol.says("It did. The network was down twice, and it missed **nothing**: `0` lost events.", {
      replyTo: night.id,
    });
    for (const person of [alice, bob]) person.stars(report.id);
    carol.says("    $ npx chatexchange doctor\n    No problem, 0 warnings.");
    await clock.advance(60_000);
    await greet(chat, alice);
    bob.says("Nice. *Ten lines*, and `npm test` runs against this very server.");
    await shoot(browser, server, path);
  } finally {
    await chat.logout();
    await server.close();
  }
}

function personOf(site, name) {
  return site.users.find((user) => user.name === name) ?? site.addUser({ name });
}

/** Runs the bot until it has answered Alice. */
async function greet(chat, alice) {
  const room = chat.getRoom(ROOM);
  let greeted;
  const answered = new Promise((resolve) => (greeted = resolve));
  const watch = room.watch(async (event) => {
    if (!(event instanceof MessagePosted) || event.textContent !== "!hello") return;
    await event.message.reply(`Hello, ${event.userName}!`);
    greeted();
  });
  await watch.ready;
  alice.says("!hello");
  await answered;
}

async function shoot(browser, server, path) {
  const fixed = { locale: "en-US", timezoneId: "UTC", reducedMotion: "reduce" };
  const context = await browser.newContext({ ...WINDOW, ...fixed });
  const page = await context.newPage();
  await page.goto(`${server.url}/users/login`);
  await page.getByRole("button", { name: /Alice/ }).click();
  await page.waitForURL(`${server.url}/`);
  await page.goto(`${server.url}/rooms/${ROOM}`);
  await page.locator("body[data-connection=live]").waitFor();
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path });
  await context.close();
}
