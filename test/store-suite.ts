/** The behavior of every store, whatever it keeps its values in. A new kind of store calls {@link testStore}. */

import { type Json, type Store, scoped } from "chatexchange-ts/bot";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { sizeOf } from "./sizes.js";

/** A kind of store. */
export interface StoreKind {
  /** Opens a new and empty store. */
  open(): Promise<Store>;
  /** Opens what a closed store left, for stores that outlive their process. */
  reopen?(store: Store): Promise<Store>;
}

/** All entries, or those with a prefix. */
export async function entriesOf(store: Store, prefix?: string): Promise<(readonly [key: string, value: Json])[]> {
  const entries: (readonly [key: string, value: Json])[] = [];
  for await (const entry of store.list(prefix)) entries.push(entry);
  return entries;
}

/** Adds one to a number. */
export const oneMore = (value: Json | undefined): Json => (typeof value === "number" ? value : 0) + 1;

/** Keys that are easily confused, or sorted wrongly: half surrogate pairs, control characters, characters beyond U+FFFF. */
const strangeKeys: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "a",
    "b",
    "a/b",
    "a%2Fb",
    "\0",
    "\u001f",
    "\u001e",
    "\u001fa\u001e",
    "\uffff",
    "\ud800",
    "😀",
    "__proto__",
  ),
  fc.string({ minLength: 1, maxLength: 4, unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
);

const noJson: readonly (readonly [name: string, value: unknown, reason: string])[] = [
  ["undefined", undefined, "value is undefined"],
  ["undefined inside", { a: [1, { b: undefined }] }, "value.a[1].b is undefined"],
  ["a hole", { list: Object.assign([1], { length: 3 }) }, "value.list[1] is undefined"],
  ["NaN", [Number.NaN], "value[0] is NaN"],
  ["Infinity", { "a b": Number.NEGATIVE_INFINITY }, 'value["a b"] is -Infinity'],
  ["a bigint", { n: 1n }, "value.n is a bigint"],
  ["a function", { toJSON: () => 1 }, "value.toJSON is a function"],
  ["a symbol", Symbol("x"), "value is a symbol"],
  ["a symbol as a key", { [Symbol("x")]: 1 }, "value has a symbol as a key"],
  ["a Date", { when: new Date(0) }, "value.when is a Date; store its toISOString()"],
  ["a Map", new Map(), "value is a Map"],
  ["bytes", new Uint8Array(2), "value is a Uint8Array"],
  ["an instance", new (class Vote {})(), "value is a Vote"],
  ["a promise", Promise.resolve(1), "value is a Promise"],
];

/** Declares the tests of a kind of store. */
export function testStore(name: string, kind: StoreKind): void {
  /** A store that is closed after the test. */
  const open = async (): Promise<Store> => {
    const store = await kind.open();
    onTestFinished(() => store.close());
    return store;
  };

  describe(`a store in ${name}`, () => {
    test("keeps values by key until they are deleted", async () => {
      const store = await open();
      expect(await store.get("a")).toBeUndefined();
      await store.set("a", { votes: [1, 2] });
      await store.set("b", null);
      expect(await store.get("a")).toEqual({ votes: [1, 2] });
      expect(await store.get("b")).toBeNull();
      await store.set("a", "new");
      expect(await store.get("a")).toBe("new");
      expect(await store.delete("a")).toBe(true);
      expect(await store.delete("a")).toBe(false);
      expect(await store.get("a")).toBeUndefined();
      expect(await entriesOf(store)).toEqual([["b", null]]);
    });

    test("returns every JSON value as it was, whatever its key", async () => {
      const store = await open();
      await fc.assert(
        fc.asyncProperty(strangeKeys, fc.jsonValue({ stringUnit: "binary" }), async (key, value) => {
          const expected: unknown = JSON.parse(JSON.stringify(value));
          await store.set(key, value as Json);
          expect(await store.get(key)).toEqual(expected);
          expect(await store.update(key, (found) => found)).toEqual(expected);
        }),
        { numRuns: sizeOf({ near: 30, release: 300 }) },
      );
      const odd: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":2,"":3}');
      await store.set("odd", odd as Json);
      const found = await store.get("odd");
      expect(JSON.stringify(found)).toBe(JSON.stringify(odd));
      expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    });

    test("does the same as a map, and lists keys in the order of their code units", async () => {
      const store = await open();
      const act = fc.record({
        act: fc.constantFrom("set", "set", "update", "delete", "list", "get"),
        key: strangeKeys,
        value: fc.integer(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
          for (const [key] of await entriesOf(store)) await store.delete(key);
          const map = new Map<string, Json>();
          const results: Promise<unknown>[] = [];
          const expected: unknown[] = [];
          // Without waiting: calls take effect in their order.
          for (const { act, key, value } of acts) {
            if (act === "get") {
              expected.push(map.get(key));
              results.push(store.get(key));
            } else if (act === "delete") {
              expected.push(map.delete(key));
              results.push(store.delete(key));
            } else if (act === "list") {
              expected.push([...map].filter(([each]) => each.startsWith(key)).sort(([a], [b]) => (a < b ? -1 : 1)));
              await Promise.all(results);
              results.push(entriesOf(store, key));
              await results.at(-1);
            } else {
              map.set(key, act === "set" ? value : oneMore(map.get(key)));
              expected.push(act === "set" ? undefined : map.get(key));
              results.push(act === "set" ? store.set(key, value) : store.update(key, oneMore));
            }
          }
          expect(await Promise.all(results)).toEqual(expected);
          expect(await entriesOf(store)).toEqual([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
        }),
        { numRuns: sizeOf({ near: 10, release: 150 }) },
      );
    });

    test.each(noJson)("rejects %s, says where it is, and keeps the old value", async (_, value, reason) => {
      const store = await open();
      await store.set("key", "old");
      const rejection = {
        code: "BAD_ARGUMENT",
        message: expect.stringContaining(`the value for the key "key" is not JSON: ${reason}`),
      };
      await expect(store.set("key", value as Json)).rejects.toMatchObject(rejection);
      if (value !== undefined) await expect(store.update("key", () => value as Json)).rejects.toMatchObject(rejection);
      expect(await store.get("key")).toBe("old");
    });

    test("rejects values that contain themselves or are too deep, but not the same part twice", async () => {
      const store = await open();
      const part = { n: 1 };
      await store.set("twice", [part, part]);
      const circle: Record<string, unknown> = { part };
      circle.self = { circle };
      await expect(store.set("circle", circle as Json)).rejects.toThrow("value.self.circle contains itself");
      let deep: Json = 1;
      for (let level = 0; level < 100_000; level++) deep = [deep];
      await expect(store.set("deep", deep)).rejects.toThrow("nested more than 200 levels deep");
      await expect(store.set("large", "x".repeat(16_000_001))).rejects.toThrow("is too large");
      expect(await entriesOf(store)).toEqual([["twice", [part, part]]]);
    });

    test.each(["", 7, null, "x".repeat(1_001)])("rejects the key %j", async (key) => {
      const store = await open();
      const wrong = { code: "BAD_ARGUMENT" };
      await expect(store.get(key as string)).rejects.toMatchObject(wrong);
      await expect(store.set(key as string, 1)).rejects.toMatchObject(wrong);
      await expect(store.delete(key as string)).rejects.toMatchObject(wrong);
      await expect(store.update(key as string, () => 1)).rejects.toMatchObject(wrong);
      if (key !== "") await expect(entriesOf(store, key as string)).rejects.toMatchObject(wrong);
      expect(await entriesOf(store)).toEqual([]);
    });

    test("accepts keys of 1,000 characters, in a scope too", async () => {
      const store = await open();
      const key = "😀".repeat(500);
      await store.set(key, 1);
      await scoped(store, "x".repeat(998)).set(key, 2);
      expect(await store.get(key)).toBe(1);
      expect(await entriesOf(scoped(store, "x".repeat(998)), key)).toEqual([[key, 2]]);
    });

    test("later changes of a stored value, and of one that was read, change nothing", async () => {
      const store = await open();
      const value = { list: [1] };
      const storing = store.set("key", value);
      value.list.push(2);
      await storing;
      value.list.push(3);
      const found = (await store.get("key")) as { list: number[] };
      expect(found).toEqual({ list: [1] });
      expect(() => found.list.push(4)).toThrow(TypeError);
      const [entry] = await entriesOf(store);
      expect(Object.isFrozen(entry?.[1])).toBe(true);
      const updated = await store.update("key", (old) => {
        expect(Object.isFrozen(old)).toBe(true);
        return value;
      });
      value.list.push(5);
      expect(Object.isFrozen(updated)).toBe(true);
      expect(await store.get("key")).toEqual({ list: [1, 2, 3] });
    });

    test("updates never interrupt each other", async () => {
      const store = await open();
      const counts = await Promise.all(Array.from({ length: 200 }, () => store.update("count", oneMore)));
      expect(counts).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
      await Promise.all(
        ["a", "b"].map(async () => {
          for (let n = 0; n < 20; n++) await store.update("count", oneMore);
        }),
      );
      expect(await store.get("count")).toBe(240);
    });

    test("an update to undefined deletes; one that throws rejects alone and changes nothing", async () => {
      const store = await open();
      await store.set("a", 1);
      const [failed, other, gone] = await Promise.allSettled([
        store.update("a", () => {
          throw new RangeError("not that many");
        }),
        store.update("b", oneMore),
        store.update("c", () => undefined),
      ]);
      expect(failed).toMatchObject({ status: "rejected", reason: expect.any(RangeError) });
      expect([other, gone]).toMatchObject([{ value: 1 }, { value: undefined }]);
      expect(await store.update("a", () => undefined)).toBeUndefined();
      expect(await entriesOf(store)).toEqual([["b", 1]]);
    });

    test("a list is complete while entries are changed and deleted in its loop", async () => {
      const store = await open();
      const keys = Array.from({ length: 450 }, (_, n) => `entry ${String(n).padStart(3, "0")}`);
      await Promise.all(keys.map((key) => store.set(key, key)));
      const seen: string[] = [];
      for await (const [key] of store.list("entry ")) {
        const turn = seen.push(key) % 30;
        if (turn === 1) await store.set(key, "seen");
        if (turn === 2) await store.delete(key);
      }
      expect(seen).toEqual(keys);
      expect(await entriesOf(store)).toHaveLength(435);
      for await (const [key] of store.list()) if (key === keys[2]) break;
      expect(await store.get("entry 000")).toBe("seen");
    });

    test("large values come back, and a list of them too", async () => {
      const store = await open();
      const large = "ü😀".repeat(200_000);
      await Promise.all(["a", "b", "c"].map((key) => store.set(key, large)));
      expect((await entriesOf(store)).map(([key, value]) => [key, value === large])).toEqual([
        ["a", true],
        ["b", true],
        ["c", true],
      ]);
    });

    test("closing waits for what was asked before; later calls are CLOSED", async () => {
      const store = await open();
      const storing = store.set("a", 1);
      await Promise.all([store.close(), storing]);
      await store.close();
      const closed = { code: "CLOSED" };
      await expect(store.get("a")).rejects.toMatchObject(closed);
      await expect(store.set("a", 1)).rejects.toMatchObject(closed);
      await expect(store.update("a", oneMore)).rejects.toMatchObject(closed);
      await expect(store.delete("a")).rejects.toMatchObject(closed);
      await expect(entriesOf(store)).rejects.toMatchObject(closed);
      if (!kind.reopen) return;
      const next = await kind.reopen(store);
      expect(await entriesOf(next)).toEqual([["a", 1]]);
      await next.close();
    });
  });
}
