// A CommonJS program that imports the package dynamically.
import type { ChatEvent } from "chatexchange-ts" with { "resolution-mode": "import" };

async function main(): Promise<void> {
  const { Client, MessagePosted } = await import("chatexchange-ts");
  const { ChatServer } = await import("chatexchange-ts/server");
  const { setStage } = await import("chatexchange-ts/testing");
  const { parseFrame } = await import("chatexchange-ts/protocol");
  const { Bot } = await import("chatexchange-ts/bot");
  await using server = await ChatServer.start();
  await using chat = new Client(server.site);
  const watch = chat.getRoom(1).watch((event: ChatEvent) => console.log(event instanceof MessagePosted));
  await watch.ready;
  console.log(parseFrame("{}").rooms.length, setStage.length, Bot.length);
}
void main();
