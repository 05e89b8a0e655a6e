/** A whole world as the lines of a new journal. */

import type { StoredImage as Image } from "../image-store.js";
import type { Network } from "../network.js";
import type { SiteState } from "../site-state.js";
import type { MessageRecord } from "../world/records.js";
import { header, storedEvent, storedMessage, storedRoom, storedUser, storedVisit } from "./rows.js";

/** Records in one line, and characters in them: a line must fit into a string, whatever people wrote. */
const maxRecords = 500;
const maxWeight = 1_000_000;

export interface StoredPicture {
  readonly name: string;
  readonly type: string;
  readonly base64: string;
}

export function storedImage(name: string, { type, bytes }: Image): StoredPicture {
  return { name, type, base64: Buffer.from(bytes).toString("base64") };
}

/** About how many characters a message has in a line. */
export function weightOf({ revisions }: MessageRecord): number {
  return revisions.reduce((sum, { source, content }) => sum + (source?.length ?? 0) + (content?.length ?? 0), 0);
}

export function* snapshotOf(states: readonly SiteState[], network: Network): Generator<string> {
  yield header;
  yield JSON.stringify({ network: network.kept() });
  for (const state of states) for (const rows of siteRows(state)) yield JSON.stringify({ site: state.host, ...rows });
}

function* siteRows({ world, images }: SiteState): Generator<object> {
  yield { next: { ...world.nextIds, event: world.log.newest } };
  for (const users of chunks(world.users.values())) yield { users: users.map(storedUser) };
  for (const rooms of chunks(world.rooms.values())) yield { rooms: rooms.map(storedRoom) };
  for (const room of world.rooms.values()) {
    for (const messages of chunks(room.messages, weightOf)) yield { messages: messages.map(storedMessage) };
    for (const ids of chunks(room.visits.keys())) yield { visits: ids.map((id) => storedVisit(room, id)) };
  }
  for (const events of chunks(world.log.all())) yield { events: events.map(storedEvent) };
  for (const [name, image] of images.all()) yield { images: [storedImage(name, image)] };
}

/** In pieces that make a line. */
export function* chunks<T>(items: Iterable<T>, weigh: (item: T) => number = () => 0): Generator<T[]> {
  let some: T[] = [];
  let weight = 0;
  for (const item of items) {
    some.push(item);
    weight += weigh(item);
    if (some.length < maxRecords && weight < maxWeight) continue;
    yield some;
    some = [];
    weight = 0;
  }
  if (some.length > 0) yield some;
}
