/** A lazy value is a promise: its conversion to a string or a number throws, so that no bot posts "[object Promise]". */
import { inspect } from "node:util";
import { Message, Room, User } from "chatexchange-ts";
import { expect, test } from "vitest";
import { stage } from "./support.js";

/** The names of an object's properties that are promises, found by reading each of them. */
function lazyNames(object: object, prototype: object): string[] {
  const getters = Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(([, { get }]) => get);
  return getters.map(([name]) => name).filter((name) => Reflect.get(object, name) instanceof Promise);
}

const conversions: Record<string, (value: unknown) => unknown> = {
  "a template": (value) => `${value}`,
  "+ ''": (value) => [value, ""].reduce((text, part) => (text as string) + (part as string)),
  "String()": (value) => String(value),
  "join()": (value) => [value].join(),
  "toString()": (value) => (value as object).toString(),
  "toLocaleString()": (value) => (value as object).toLocaleString(),
  "Number()": (value) => Number(value),
  "a comparison": (value) => (value as number) > 5,
};

test.each(Object.entries(conversions))(
  "a lazy value turned into a primitive by %s says which value to await",
  async (_, convert) => {
    const { anonymous, alice } = await stage();
    const said = alice.in(1).says("hello");
    const chat = anonymous();
    const objects = { room: chat.getRoom(1), user: chat.getUser(alice.id), message: chat.getMessage(said.id) };
    const prototypes = { room: Room.prototype, user: User.prototype, message: Message.prototype };
    let tried = 0;
    for (const [owner, object] of Object.entries(objects)) {
      for (const name of lazyNames(object, prototypes[owner as keyof typeof prototypes])) {
        const value: unknown = Reflect.get(object, name);
        const path = `${owner}.${name}`;
        const told = expect.objectContaining({
          code: "BAD_ARGUMENT",
          message: expect.stringContaining(`"await ${path}"`),
        });
        expect(() => convert(value), path).toThrow(told);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(35);
    await chat.logout();
  },
);

test("a cached lazy value is no string, either", async () => {
  const { anonymous } = await stage();
  const room = anonymous().getRoom(1);
  await room.name;
  expect(() => `${room.name}`).toThrow("await room.name");
});

test("a lazy value can be logged, serialized to JSON and used like any promise", async () => {
  const { anonymous } = await stage();
  const room = anonymous().getRoom(1);
  expect(inspect(room.name)).toMatch(/^Promise \{/);
  expect(JSON.stringify({ name: room.name })).toBe('{"name":{}}');
  expect(Object.keys(room.name)).toEqual([]);
  expect(await Promise.all([room.name, room.description])).toEqual(["Sandbox", expect.any(String)]);
  expect(await room.name.then((name) => name.length)).toBe(7);
  expect(await room.name.finally(() => {}).catch(() => "failed")).toBe("Sandbox");
  expect(String(room.name.then((name) => name))).toBe("[object Promise]");
  expect(inspect(room.name)).toMatch(/^Promise \{\s+'Sandbox'/);
});

test("a failed lazy value that is not awaited does not end the process", async () => {
  const { anonymous } = await stage();
  const chat = anonymous();
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  const message = chat.getMessage(99_999_999);
  const user = chat.getUser(99_999_999);
  for (const name of lazyNames(message, Message.prototype)) Reflect.get(message, name);
  for (const name of lazyNames(user, User.prototype)) Reflect.get(user, name);
  await Promise.allSettled([message.textContent, message.content, user.lastSeen, user.about]);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});
