/** A listening client on a manual clock; messages that it gets, and messages that are hidden from its socket. */
import { type ChatEvent, type Client, type ClientOptions, MessagePosted, type StreamState } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { expect } from "vitest";
import { type Stage, stage, until } from "./support.js";

export interface Ear extends Stage {
  readonly clock: ManualClock;
  readonly chat: Client;
  /** The texts of the posts of room 1 so far. */
  readonly texts: string[];
  readonly events: ChatEvent[];
  readonly states: StreamState[];
  readonly reported: unknown[];
  says(...texts: string[]): void;
  /** Advances the clock until this many posts have arrived, and checks that no more arrive. */
  hears(...texts: string[]): Promise<void>;
}

/** A client that listens to room 1 on a manual clock. */
export async function listening(options: ClientOptions = {}, set?: Stage): Promise<Ear> {
  const given = set ?? (await stage());
  const clock = new ManualClock();
  const reported: unknown[] = [];
  const chat = given.client({
    clock,
    random: () => 0.5,
    onError: (error) => void reported.push(error),
    ...options,
  });
  const texts: string[] = [];
  const events: ChatEvent[] = [];
  const states: StreamState[] = [];
  chat.onStateChange((state) => void states.push(state));
  const watch = chat.getRoom(1).watch((event) => {
    events.push(event);
    if (event instanceof MessagePosted) texts.push(event.textContent ?? "");
  });
  await watch.ready;
  return {
    ...given,
    clock,
    chat,
    texts,
    events,
    states,
    reported,
    says(...said) {
      for (const text of said) given.alice.in(1).says(text);
    },
    async hears(...expected) {
      await until(clock, () => texts.length >= expected.length);
      expect(texts).toEqual(expected);
    },
  };
}

type Raw = Record<string, unknown>;

export const post = (id: number | undefined, messageId: number, content: string): Raw => ({
  event_type: 1,
  time_stamp: 1_700_000_000,
  content,
  ...(id === undefined ? {} : { id }),
  user_id: 3,
  user_name: "Somebody",
  room_id: 1,
  room_name: "Sandbox",
  message_id: messageId,
});

export const frame = (events: readonly Raw[], t?: number, d?: number): string =>
  JSON.stringify({ r1: { e: events, t, d } });

/** Posts while the sockets are silent; the raw events that a frame would have had. */
export function unheard({ server, alice }: Stage, ...texts: string[]): { events: Raw[]; from: number; to: number } {
  const { site } = server;
  const from = site.newestEventId;
  site.faults.silenceSockets();
  const events = texts.map((text) => {
    const { id } = alice.in(1).says(text);
    return post(site.newestEventId, id, text);
  });
  return { events, from, to: site.newestEventId };
}
