/** Type tests: `tsc` must accept this file. */
import {
  type ChatEvent,
  type ChatMessageEvent,
  Client,
  Message,
  type MessagePosted,
  type Room,
  UserEntered,
  UserLeft,
} from "chatexchange-ts";
import type { ChatServer } from "chatexchange-ts/server";
import { expectTypeOf } from "vitest";

declare const room: Room;
declare const message: Message;
declare const server: ChatServer;

// The given classes determine the type of the events.
for await (const event of room.newEvents(UserEntered, UserLeft))
  expectTypeOf(event).toEqualTypeOf<UserEntered | UserLeft>();
for await (const event of room.newEvents()) expectTypeOf(event).toEqualTypeOf<ChatEvent>();
for await (const event of room.listen([UserEntered], { limit: 5 })) expectTypeOf(event).toEqualTypeOf<UserEntered>();
for await (const next of room.newMessages()) expectTypeOf(next).toEqualTypeOf<Message>();
expectTypeOf<MessagePosted["message"]>().toEqualTypeOf<Message>();
expectTypeOf<MessagePosted>().toExtend<ChatMessageEvent>();

// Network values are promises, ids are not.
expectTypeOf(room.id).toEqualTypeOf<number>();
expectTypeOf(room.name).toEqualTypeOf<Promise<string>>();
expectTypeOf(message.content).toEqualTypeOf<Promise<string | null>>();
expectTypeOf(room.peek.name).toEqualTypeOf<string | undefined>();
expectTypeOf(room.sendMessage("x")).toEqualTypeOf<Promise<Message>>();

// A local site goes straight into a client.
new Client(server.site, { email: "a@example.com", password: "x" });

// Unknown options, classes that are no events, and unknown levels are errors.
// @ts-expect-error there is no such option
new Client("stackoverflow.com", { emial: "a@example.com" });
// @ts-expect-error there is no such option
room.sendMessage("x", { replyto: 5 });
// @ts-expect-error there is no such option
room.newMessages({ max: 5 });
// @ts-expect-error there is no such option
room.history({ since: 5 });
// @ts-expect-error that is no class of events
room.newEvents(Date);
// @ts-expect-error messages are no events; MessagePosted is
room.newEvents(Message);
// @ts-expect-error undefined is no class of events
room.newEvents(undefined);
// @ts-expect-error a function that is no class
room.newEvents(() => UserEntered);
// @ts-expect-error listen takes a list
room.listen(UserEntered);
// @ts-expect-error watch calls a function for each event
room.watch(UserEntered);
// @ts-expect-error watch takes no classes
room.watch([String], {});
// @ts-expect-error there is no such level
room.setAccess(5, "admin");
// @ts-expect-error a room cannot be renamed by assignment
room.name = "x";
