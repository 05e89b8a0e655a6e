/** The output of `console.log` for API objects; values from another realm, as in a REPL or Jest. */
import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { MessagePosted } from "chatexchange-ts";
import { expect, test } from "vitest";
import { next, stage } from "./support.js";

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test("objects show their cached values without a request", async () => {
  const { alice, client, requests } = await stage();
  const said = alice.in(1).says("a **bold** \u001b[31mword");
  const chat = client();
  const room = chat.getRoom(1);
  expect(inspect(room)).toBe("Room 1 {}");
  await room.name;
  const [message] = await listOf(room.history({ limit: 1 }));
  requests();
  expect(inspect(room)).toMatch(/^Room 1 \{\n {2}name: 'Sandbox',\n {2}description: '.*'/);
  expect(inspect(room)).not.toContain("Html");
  expect(inspect([room, chat.getUser(alice.id)])).toBe(`[ Room 1 'Sandbox', User ${alice.id} 'Alice Liddell' ]`);
  expect(inspect({ message })).toBe(`{ message: Message ${said.id} by 'Alice Liddell' 'a bold \\x1B[31mword' }`);
  expect(inspect(message, { depth: null })).toContain("owner: User");
  expect(inspect(chat)).toBe("Client of stackexchange.com { isLoggedIn: true, state: 'closed' }");
  expect(requests()).toEqual([]);
});

test("a stream shows its queued events without consuming them", async () => {
  const { alice, client } = await stage();
  const messages = client().getRoom(1).newMessages();
  const events = client().getRoom(1).newEvents(MessagePosted);
  await Promise.all([messages.ready, events.ready]);
  alice.in(1).says("hello");
  const event = await next(events);
  expect(inspect(event)).toMatch(/^MessagePosted \d+ \{\n {2}room: Room 1/);
  await expect
    .poll(() => inspect(messages))
    .toMatch(/waiting: 1,[\s\S]*last: \[ Message \d+ by 'Alice Liddell' 'hello' \]/);
  expect((await next(messages)).id).toBe(event.messageId);
});

test("a watch callback of another realm that rejects is reported", async () => {
  const { alice, client } = await stage();
  const failures: unknown[] = [];
  const room = client({ onError: (error) => failures.push(error) }).getRoom(1);
  const watch = room.watch(runInNewContext("async () => { throw new Error('in the callback') }"));
  await watch.ready;
  alice.in(1).says("hello");
  await expect.poll(() => failures.map(String)).toContain("Error: in the callback");
});

test("a date of another realm is accepted as a date", async () => {
  const { anonymous } = await stage();
  const room = anonymous().getRoom(1);
  const before: Date = runInNewContext("new Date(1e12)");
  expect(await listOf(room.history({ before }))).toEqual([]);
});
