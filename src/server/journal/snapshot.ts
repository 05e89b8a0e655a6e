/** A whole world as the lines of a new journal. */
import { summed } from "../../storage/line-sum.js";
import type { StoredImage as Image } from "../image-store.js";
import type { Network } from "../network.js";
import type { SiteState } from "../site-state.js";
import type { MessageRecord, RoomRecord } from "../world/records.js";
import type { World } from "../world/world.js";
import { type RevisionOf, storedEvent } from "./event-table.js";
import { stored } from "./fields.js";
import { storedMessage } from "./message-table.js";
import { pictureFields, roomFields, type StoredVisit, userFields, visitFields } from "./tables.js";

/** Records in one line, and characters in them: a line must fit into a string, whatever people wrote. */
const maxRecords = 500;
const maxWeight = 1_000_000;

/** The version of journals that are written: rows with checksums, and with changes beside records. */
export const journalVersion = 2;

export function lineOf(row: object): string {
  return summed(JSON.stringify(row));
}

export function storedImage(name: string, { type, bytes }: Image): object {
  return stored(pictureFields, { name, type, base64: Buffer.from(bytes).toString("base64") });
}

export function storedVisit(room: RoomRecord, userId: number): object {
  const visit = room.visits.get(userId) ?? { lastSeen: 0, lastPost: 0, messageCount: 0, lastMessageId: null };
  const isPresent = room.present.has(userId);
  const row: StoredVisit = { roomId: room.id, userId, isPresent, roomMessageCount: room.messageCount, ...visit };
  return stored(visitFields, row);
}

/** About how many characters a message has in a line. */
export function weightOf({ revisions }: MessageRecord): number {
  return revisions.reduce((sum, { source, content }) => sum + (source?.length ?? 0) + (content?.length ?? 0), 0);
}

/**
 * The lines of a new journal; the last one tells how long they are.
 * @param isTouched - whether a message of a site has changed since the lines were begun
 */
export function* snapshotOf(
  states: readonly SiteState[],
  network: Network,
  isTouched: (host: string, messageId: number) => boolean,
): Generator<string> {
  let bytes = 0;
  for (const row of rowsOf(states, network, isTouched)) {
    const line = lineOf(row);
    bytes += Buffer.byteLength(line) + 1;
    yield line;
  }
  yield lineOf({ snapshot: bytes });
}

function* rowsOf(
  states: readonly SiteState[],
  network: Network,
  isTouched: (host: string, messageId: number) => boolean,
): Generator<object> {
  yield { journal: "chatexchange-ts", version: journalVersion };
  yield { network: network.kept() };
  for (const state of states) {
    const { host, world } = state;
    const revisionOf = revisionsOf(world, (messageId) => isTouched(host, messageId));
    for (const rows of siteRows(state, revisionOf)) yield { site: host, ...rows };
  }
}

function* siteRows({ world, images }: SiteState, revisionOf: RevisionOf): Generator<object> {
  yield { next: { ...world.nextIds, event: world.log.newest } };
  for (const users of chunks(world.users.values())) yield { users: users.map((user) => stored(userFields, user)) };
  for (const rooms of chunks(world.rooms.values())) yield { rooms: rooms.map((room) => stored(roomFields, room)) };
  for (const room of world.rooms.values()) {
    // A list of its own, because the room's may change while the lines are written.
    for (const messages of chunks([...room.messages], weightOf)) yield { messages: messages.map(storedMessage) };
    for (const ids of chunks(room.visits.keys())) yield { visits: ids.map((id) => storedVisit(room, id)) };
  }
  for (const events of chunks(world.log.all(), ({ json }) => json.length)) {
    yield { events: events.map((event) => storedEvent(event, revisionOf)) };
  }
  for (const [name, image] of images.all()) yield { images: [storedImage(name, image)] };
}

/** The number of a revision by its content, for messages that are in the lines as they are now. */
function revisionsOf(world: World, isTouched: (messageId: number) => boolean): RevisionOf {
  const known = new Map<number, ReadonlyMap<string | null, number>>();
  return (messageId, content) => {
    const message = messageId === null ? undefined : world.messages.get(messageId);
    if (!message || isTouched(message.id)) return undefined;
    const numbers = known.get(message.id) ?? new Map(message.revisions.map((revision, at) => [revision.content, at]));
    known.set(message.id, numbers);
    return numbers.get(content);
  };
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
