// A program that uses all entries and every kind of export.
import {
  type ChatEvent,
  Client,
  type ClientOptions,
  isChatError,
  type LiveStream,
  MessagePosted,
  type SendOptions,
  UserEntered,
} from "chatexchange-ts";
import { Bot } from "chatexchange-ts/bot";
import { htmlToText, parseFrame, type RawEvent } from "chatexchange-ts/protocol";
import { ChatServer, type ServerMessage } from "chatexchange-ts/server";
import { ManualClock, setStage } from "chatexchange-ts/testing";

const options: ClientOptions = { clock: new ManualClock(), onError: (error: unknown) => console.error(error) };

export async function bot(): Promise<string> {
  await using server = await ChatServer.start({ world: "empty" });
  const account = server.site.addUser({ name: "Bot", email: "bot@example.com", password: "pw" });
  await using chat = new Client(server.site, { ...options, email: account.email, password: account.password });
  const room = chat.getRoom(1);
  await using watch = room.watch((event: ChatEvent) => {
    if (event instanceof MessagePosted) console.log(event.textContent, event.message.id);
  });
  await watch.ready;
  const entered: LiveStream<UserEntered | MessagePosted> = room.newEvents(UserEntered, MessagePosted);
  for await (const event of entered) {
    const { data }: { data: Readonly<RawEvent> } = event;
    console.log(data.event_type, event.user?.id);
    break;
  }
  const how: SendOptions = { signal: AbortSignal.timeout(1000) };
  const message = await room.sendMessage("hello, **world**", how);
  try {
    await message.edit("hello");
  } catch (error) {
    if (isChatError(error, "TOO_LATE")) return error.code;
    throw error;
  }
  const names: string[] = (await room.currentUsers()).map((user) => user.peek.name ?? "");
  return [await message.textContent, await room.name, ...names, htmlToText("a"), parseFrame("{}").rooms.length].join();
}

export function makeBot(): Bot {
  const dice = new Bot({ prefix: "!!", names: ["dice"] });
  dice.command("roll [sides:integer=6] [note:text...]", "rolls a die", async (c) => {
    const sides: number = c.args.sides;
    const note: string | undefined = c.args.note;
    await c.reply(`${sides} ${note ?? ""}`);
  });
  dice.hears(/good (morning|night)/i, (c) => c.say(c.match[1] ?? ""));
  dice.on(UserEntered, (c) => c.say(`Hello, ${c.event.userName}`));
  return dice;
}

export async function test(): Promise<ServerMessage> {
  await using stage = await setStage({ people: ["Alice", "Bob"], bot: makeBot });
  stage.people.Alice.says("hello");
  return stage.people.Bob.hears(/hello/);
}
