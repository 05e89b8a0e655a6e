// A library on top of the package, whose own declarations contain inferred types.
import { Client, foldPings, message, sites, splitMessage } from "chatexchange-ts";
import { Bot } from "chatexchange-ts/bot";
import * as protocol from "chatexchange-ts/protocol";
import { ChatServer } from "chatexchange-ts/server";
import { setStage } from "chatexchange-ts/testing";

export { protocol };
export const chat = new Client(sites["stackoverflow.com"]);
export const room = chat.getRoom(1);
export const listening = { watch: room.watch(() => undefined), stream: room.newEvents(), messages: room.newMessages() };
export const folded = foldPings(listening.stream);
export const texts = [message(), splitMessage("a")] as const;
export const facts = async () => [room.peek, await room.owners, await room.accessList(), await room.state] as const;
export const said = async () => {
  const [first] = await room.sendParts("a");
  return { first, peek: first?.peek, revisions: await first?.history(), counts: chat.counts, outbox: chat.outbox };
};
export const server = await ChatServer.start();
export const script = {
  site: server.site,
  world: [server.site.room(1), server.site.user("Bot"), server.site.user("Bot").in(1)],
  faults: server.site.faults,
  requests: server.requests,
};
export const stage = await setStage({ people: ["Alice"] });
export const bot = new Bot().command("roll [sides:integer=6]", "rolls a die", (c) => c.reply(`${c.args.sides}`));
export const status = () => bot.status();
export const heard = () => stage.people.Alice.hears();
