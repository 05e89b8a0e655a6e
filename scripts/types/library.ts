// A library on top of the package: its own declarations name what the compiler infers.
import { Client, foldPings, message, sites, splitMessage } from "chatexchange-ts";
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
export const heard = () => stage.people.Alice.hears();
