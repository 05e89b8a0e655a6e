/** Stores whose values a schema checks, by the Standard Schema interface. */

import { type CheckedStore, memoryStore, type StandardSchema, scoped, withSchema } from "chatexchange-ts/bot";
import { describe, expect, expectTypeOf, test } from "vitest";

interface Votes {
  readonly up: number;
  readonly by: readonly string[];
}

type VotesInput = { readonly up: number; readonly by?: readonly string[] };

/** A schema as a library would make it: checks, and fills in a default. */
const votes: StandardSchema<VotesInput, Votes> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate(value) {
      const { up, by = [] } = Object(value);
      const issues = [
        ...(Number.isInteger(up) ? [] : [{ message: "expected a whole number", path: ["up"] }]),
        ...(Array.isArray(by) ? by : []).flatMap((name: unknown, at) =>
          typeof name === "string" ? [] : [{ message: "expected a name", path: ["by", { key: at }] }],
        ),
      ];
      return issues.length > 0 ? { issues } : { value: { up, by } };
    },
  },
};

/** The same, decided later. */
const slowVotes: StandardSchema<VotesInput, Votes> = {
  "~standard": { ...votes["~standard"], validate: async (value) => votes["~standard"].validate(value) },
};

test("values have the types of the schema", () => {
  const store = withSchema(memoryStore(), votes);
  expectTypeOf(store).toEqualTypeOf<CheckedStore<VotesInput, Votes>>();
  expectTypeOf(store.get).returns.resolves.toEqualTypeOf<Votes | undefined>();
  expectTypeOf(store.set).parameter(1).toEqualTypeOf<VotesInput>();
});

describe.each([
  ["at once", votes],
  ["later", slowVotes],
])("a schema that decides %s", (_, schema) => {
  test("checks what is stored and what is read, and fills in its defaults", async () => {
    const inner = memoryStore();
    const store = withSchema(inner, schema);
    await store.set("a", { up: 1 });
    expect(await inner.get("a")).toEqual({ up: 1 });
    expect(await store.get("a")).toEqual({ up: 1, by: [] });
    expect(await store.get("b")).toBeUndefined();
    const entries: unknown[] = [];
    for await (const entry of store.list()) entries.push(entry);
    expect(entries).toEqual([["a", { up: 1, by: [] }]]);
    expect(await store.delete("a")).toBe(true);
  });

  test("rejects a value that does not fit, with the key, the place and the reason", async () => {
    const inner = scoped(memoryStore(), "votes");
    const store = withSchema(inner, schema);
    const wrong = { up: 1.5, by: ["ann", 7, 8, 9] };
    const rejection = {
      code: "BAD_ARGUMENT",
      message:
        'the value for the key "a" does not fit the schema: up: expected a whole number; by.1: expected a name; ' +
        "by.2: expected a name; and 1 more",
    };
    await expect(store.set("a", wrong as unknown as Votes)).rejects.toMatchObject(rejection);
    expect(await inner.get("a")).toBeUndefined();
    // As an older version of the bot may have left it.
    await inner.set("a", wrong);
    await expect(store.get("a")).rejects.toMatchObject(rejection);
    await expect(store.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject(rejection);
    await store.set("a", { up: 2 });
    expect(await store.get("a")).toEqual({ up: 2, by: [] });
  });
});

test("an update sees and returns checked values; one that would not fit changes nothing", async () => {
  const inner = memoryStore();
  const store = withSchema(inner, votes);
  const vote = (name: string) => (found: Votes | undefined) => ({
    up: (found?.up ?? 0) + 1,
    by: [...(found?.by ?? []), name],
  });
  expect(await Promise.all([store.update("a", vote("ann")), store.update("a", vote("bob"))])).toEqual([
    { up: 1, by: ["ann"] },
    { up: 2, by: ["ann", "bob"] },
  ]);
  await expect(store.update("a", () => ({ up: Number.NaN }))).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  expect(await inner.get("a")).toEqual({ up: 2, by: ["ann", "bob"] });
  expect(await store.update("a", () => undefined)).toBeUndefined();
  expect(await inner.get("a")).toBeUndefined();
});

test("an update with an asynchronous schema is BAD_ARGUMENT", async () => {
  const store = withSchema(memoryStore(), slowVotes);
  await expect(store.update("a", () => ({ up: 1 }))).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    message: expect.stringContaining("needs a schema that is not asynchronous"),
  });
  expect(await store.get("a")).toBeUndefined();
});

test.each([undefined, {}, { "~standard": {} }, () => true])(
  "something that is no schema is BAD_ARGUMENT: %s",
  (schema) => {
    expect(() => withSchema(memoryStore(), schema as unknown as typeof votes)).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENT", message: expect.stringContaining("Standard Schema") }),
    );
  },
);

test("closing it closes the store", async () => {
  const inner = memoryStore();
  await withSchema(inner, votes).close();
  await expect(inner.get("a")).rejects.toMatchObject({ code: "CLOSED" });
});
