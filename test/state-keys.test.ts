/** Actions with a key in the state. Sending with keys is tested in actions-keys.test.ts. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ManualClock } from "chatexchange-ts/testing";
import { expect, onTestFinished, test } from "vitest";
import { StateStore } from "../src/client/state-store.js";
import type { StoredAction } from "../src/sending/store.js";
import { lockFile } from "../src/storage/process-lock.js";
import { Counters } from "../src/util/counters.js";
import { createServices } from "../src/util/services.js";
import { temporaryFolder } from "./temporary.js";

const day = 86_400_000;
const host = "stackexchange.com";

/** Opens a state, as a client does. */
function open(path: string, clock: ManualClock): StateStore {
  const services = createServices({
    clock,
    random: () => 0.5,
    counters: new Counters(host),
    logger: {},
    onError: (error) => {
      throw error;
    },
    about: host,
  });
  const store = StateStore.open(path, { host, keyTtlMs: day, services, lock: lockFile(path), files: undefined });
  onTestFinished(() => store.close());
  return store;
}

async function fresh(): Promise<{ path: string; clock: ManualClock; reopen(store?: StateStore): StateStore }> {
  const path = join(temporaryFolder(), "state.jsonl");
  const clock = new ManualClock();
  return {
    path,
    clock,
    reopen(store) {
      store?.close();
      return open(path, clock);
    },
  };
}

const answer = (more: Partial<StoredAction> = {}): StoredAction => ({
  id: "a",
  key: "answer 100",
  kind: "post",
  roomId: 1,
  text: "counted",
  at: 1,
  ...more,
});

test("a key is kept while its action waits and for its time to live afterward, across restarts", async () => {
  const { clock, reopen } = await fresh();
  let store = reopen();
  expect(store.keyed("answer 100")).toBeUndefined();
  store.noteQueued(answer());
  expect(store.keyed("answer 100")).toEqual({ action: answer(), messageId: null });
  store = reopen(store);
  expect(store.waiting).toEqual([answer()]);
  expect(store.keyed("answer 100")).toEqual({ action: answer(), messageId: null });
  store.noteDone({ id: "a", roomId: 1, messageId: 7 });
  expect(store.waiting).toEqual([]);
  for (let restart = 0; restart < 3; restart++) {
    expect(store.keyed("answer 100")).toEqual({ action: answer(), messageId: 7 });
    await clock.advance(day / 3 - 1);
    store = reopen(store);
  }
  expect(store.posted.get(1)).toBe(7);
  await clock.advance(3);
  expect(store.keyed("answer 100")).toBeUndefined();
});

test("a key outlives any pause until the events that were open at its call are handled", async () => {
  const { clock, reopen } = await fresh();
  let store = reopen();
  store.noteCursor(1, 90);
  store.noteQueued(answer({ during: { 1: 100, 2: 55 } }));
  store.noteDone({ id: "a", roomId: 1, messageId: 7 });
  await clock.advance(30 * day);
  store = reopen(store); // a bot that was down for a month
  expect(store.keyed("answer 100")?.messageId).toBe(7);
  store.noteCursor(1, 100);
  await clock.advance(30 * day);
  expect(store.keyed("answer 100")?.messageId).toBe(7);
  store.noteDone(2, 55); // acknowledged beyond the cursor
  await clock.advance(day - 1);
  expect(store.keyed("answer 100")?.messageId).toBe(7);
  await clock.advance(1);
  expect(store.keyed("answer 100")).toBeUndefined();
});

test("the key of a dropped action is free again", async () => {
  const { reopen } = await fresh();
  let store = reopen();
  store.noteQueued(answer());
  store.noteDropped("a");
  expect(store.keyed("answer 100")).toBeUndefined();
  store = reopen(store);
  expect(store.keyed("answer 100")).toBeUndefined();
  store.noteQueued(answer({ id: "b", text: "another" }));
  expect(store.keyed("answer 100")?.action.text).toBe("another");
});

test("edits, acknowledged events beyond the cursor and the newest own message survive a restart", async () => {
  const { reopen } = await fresh();
  let store = reopen();
  const edit: StoredAction = { id: "e", kind: "edit", roomId: 1, messageId: 5, text: "better", at: 2 };
  const reply: StoredAction = { ...answer({ id: "r" }), replyTo: 4, replyForm: "parentId" };
  store.noteQueued(edit);
  store.noteQueued(reply);
  store.noteCursor(1, 10);
  for (const id of [14, 12, 11]) store.noteDone(1, id);
  for (let restart = 0; restart < 2; restart++) {
    store = reopen(store);
    expect(store.waiting).toEqual([edit, reply]);
    expect(store.marks.get(1)).toEqual({ cursor: 10, done: [11, 12, 14] });
  }
  store.noteCursor(1, 12);
  expect(reopen(store).marks.get(1)).toEqual({ cursor: 12, done: [14] });
});

test("entries of one transaction are stored completely or not at all", async () => {
  const { path, clock, reopen } = await fresh();
  const store = reopen();
  store.noteCursor(1, 10);
  store.together(() => {
    store.noteCursor(1, 11);
    store.together(() => store.noteQueued(answer()));
  });
  const text = await readFile(path, "utf8");
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  expect(JSON.parse(last)).toEqual([{ cursor: { 1: 11 } }, { queued: answer() }]);
  store.close();
  for (let length = 1; length < last.length; length += 7) {
    const torn = `${path}.${length}`;
    await appendFile(torn, `${text.slice(0, text.lastIndexOf(last))}${last.slice(0, length)}`);
    const state = open(torn, clock);
    expect([state.marks.get(1)?.cursor, state.waiting]).toEqual([10, []]);
  }
});
