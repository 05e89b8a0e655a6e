/**
 * `chatexchange demo`: a local chat server, a bot that is an ordinary user of this package, and a person. Everything
 * uses real HTTP and WebSocket connections.
 */
import { styleText } from "node:util";
import {
  type ChatEvent,
  ChatMessageEvent,
  Client,
  type Message,
  type Room,
  UserEntered,
  UserLeft,
} from "../../index.js";
import { ChatServer } from "../../server/index.js";
import { oneLine } from "../output/text.js";
import { startPerson } from "./person.js";
import { listNames, replyTo } from "./replies.js";

/** Options of {@link runDemo}. */
export interface DemoOptions {
  /** Keep running, and answer everybody who joins with a browser. */
  readonly keep: boolean;
  /** The port of the local server; 0 for any free one. */
  readonly port: number;
}

const counts = { events: 0, said: 0, starred: 0, answered: 0 };

/** Runs the demo; resolves to the exit code. */
export async function runDemo({ keep, port }: DemoOptions): Promise<number> {
  const started = performance.now();
  await using server = await ChatServer.start({ world: "demo", port });
  const { site } = server;
  const account = site.user("Demo Bot");
  for (const name of ["Bob Baker", "Carol Müller"]) site.user(name).in(1).enters();
  say("server", `running at ${server.url} (this machine only)`);

  await using chat = new Client(server.url, account.email, account.password);
  const me = await chat.login();
  say("bot", `logged in as ${await me.name} (user ${me.id})`);

  const room = chat.getRoom(1);
  await room.join();
  say("bot", `joined room ${room.id}: ${await room.name}`);
  say("bot", `description: ${await room.description}`);
  say("bot", `present: ${await listNames(await room.currentUsers())}`);

  const watch = room.watch((event) => print(event));
  await watch.ready;
  if (keep) await stayUp(server, chat, room);
  else await talk(server, chat, room);
  watch.close();
  await chat.logout();
  say("bot", "logged out");
  await server.close();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    styleText(
      "bold",
      `\nDone in ${seconds} s: ${counts.events} events received, ${counts.said} messages sent, ${counts.starred} starred, ${counts.answered} answered.`,
    ),
  );
  if (!keep) console.log("Next: run `npm run demo -- --keep`, open the printed URL and talk to the bot yourself.");
  return 0;
}

/** Says hello, then stars and answers the next message of somebody else. */
async function talk(server: ChatServer, chat: Client, room: Room): Promise<void> {
  const me = await chat.getMe();
  const messages = room.newMessages();
  await messages.ready;
  await using person = await startPerson(server, room.id);
  await room.sendMessage("Hello! I'm going to star the next message I see.");
  counts.said += 1;
  for await (const message of messages) {
    if ((await message.owner) === me) continue;
    await message.star();
    counts.starred += 1;
    await message.reply("You're the lucky one today!");
    counts.said += 1;
    counts.answered += 1;
    break;
  }
  await person.done;
}

/** Answers everybody until Ctrl-C. */
async function stayUp(server: ChatServer, chat: Client, room: Room): Promise<void> {
  const me = await chat.getMe();
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const messages = room.newMessages({ signal: stop.signal });
  await messages.ready;
  await room.sendMessage("I'm here, and I answer. Say something!");
  counts.said += 1;
  console.log(`
  Open   ${styleText(["bold", "underline"], `${server.url}/users/login?returnurl=%2Frooms%2F${room.id}`)}
  log in as anyone with a click, and talk to the bot in ${await room.name}.
  To watch without logging in: ${server.url}/rooms/${room.id}
  Press Ctrl-C to stop.
`);
  for await (const message of messages) {
    const owner = await message.owner;
    if (owner === null || owner === me) continue;
    await message.reply(await replyTo(message, room)).catch(complain);
    counts.said += 1;
    counts.answered += 1;
  }
}

function complain(error: unknown): Message | undefined {
  say("bot", `cannot answer: ${error instanceof Error ? error.message : String(error)}`);
  return undefined;
}

function print(event: ChatEvent): void {
  counts.events += 1;
  const name = oneLine(event.user?.peek.name ?? "somebody");
  const kind = styleText("dim", event.constructor.name.padEnd(16));
  if (event instanceof UserEntered || event instanceof UserLeft) console.log(`  ${kind} ${name}`);
  else if (event instanceof ChatMessageEvent)
    console.log(
      `  ${kind} ${event.user ? `${name}: ` : ""}${oneLine(event.textContent ?? "(removed)")}${marks(event)}`,
    );
  else console.log(`  ${kind} ${oneLine(event.textContent ?? "")}`);
}

function marks(event: ChatMessageEvent): string {
  const stars = event.stars > 0 ? ` ${styleText("yellow", "★".repeat(Math.min(event.stars, 5)))}` : "";
  return `${event.isReply ? styleText("dim", `  (reply to ${event.parentId})`) : ""}${stars}`;
}

function say(who: "bot" | "server", text: string): void {
  console.log(`${styleText(who === "bot" ? "cyan" : "magenta", who.padEnd(6))} ${oneLine(text)}`);
}
