import { describe, expect, it } from "vitest";
import { EventType, type RawEvent } from "../protocol/raw.js";
import { MessageMemory } from "./message-memory.js";

const post = (id: number): RawEvent => ({
  event_type: EventType.MessagePosted,
  id: 10_000 + id,
  message_id: id,
  time_stamp: 1_000 + id,
  content: "said",
});
const edit = (id: number, edits: number): RawEvent => ({
  ...post(id),
  event_type: EventType.MessageEdited,
  message_edits: edits,
});
/** The message as a list shows it. */
function listed(id: number, more: Partial<RawEvent> = {}): RawEvent {
  const { id: _, ...rest } = post(id);
  return { ...rest, ...more };
}
const typesOf = (events: readonly RawEvent[]): (readonly [number | undefined, number])[] =>
  events.map(({ message_id, event_type }) => [message_id, event_type]);

function remembering(events: readonly RawEvent[]): MessageMemory {
  const memory = new MessageMemory();
  memory.learn(events);
  return memory;
}
const posts = (count: number): RawEvent[] => Array.from({ length: count }, (_, n) => post(n + 1));

describe("the message memory", () => {
  it("reports an edit and a star of a plain post, and nothing for an unchanged one", () => {
    const memory = remembering(posts(20));
    const list = [listed(5), listed(6, { message_edits: 1 }), listed(7, { message_stars: 2 })];
    expect(typesOf(memory.changes(list))).toEqual([
      [6, EventType.MessageEdited],
      [7, EventType.MessageStarred],
    ]);
  });

  it("reports a known edit only once, also after 1,000 edits of other messages", () => {
    const memory = remembering(posts(800));
    memory.learnEvent(edit(790, 1));
    for (let n = 0; n < 1_000; n++) memory.learnEvent(edit(400 + (n % 380), 1));
    expect(memory.changes([listed(790, { message_edits: 1 })])).toEqual([]);
  });

  it("remembers the latest 500 posts at least", () => {
    for (const count of [500, 999, 1_000, 1_001, 3_210]) {
      const memory = remembering(posts(count));
      const list = Array.from({ length: 500 }, (_, n) => listed(count - 499 + n, { message_edits: 1 }));
      expect(memory.changes(list)).toHaveLength(500);
    }
  });

  it("forgets posts older than the latest 1,000", () => {
    expect(remembering(posts(3_000)).changes([listed(1_999, { message_edits: 1 })])).toEqual([]);
  });

  it("takes the post that follows a ping about it", () => {
    const memory = remembering([...posts(3), { ...post(4), event_type: EventType.UserMentioned }, post(4)]);
    expect(memory.changes([listed(4)])).toEqual([]);
    expect(typesOf(memory.changes([listed(4, { message_edits: 1 })]))).toEqual([[4, EventType.MessageEdited]]);
  });
});
