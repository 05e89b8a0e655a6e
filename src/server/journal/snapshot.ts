/** Writes all worlds as the lines of a new journal. */
import { withChecksum } from "../../storage/line-checksum.js";
import type { StoredImage as Image } from "../image-store.js";
import type { Network } from "../network.js";
import type { SiteState } from "../site-state.js";
import type { MessageRecord, RoomRecord } from "../world/records.js";
import type { World } from "../world/world.js";
import { encodeEvent, type RevisionOf } from "./event-table.js";
import { encodeRecord } from "./fields.js";
import { encodeMessage } from "./message-table.js";
import { imageCodecs, roomCodecs, type StoredVisit, userCodecs, visitCodecs, withStoredKeys } from "./tables.js";

/** Limits of one line: its records, and their characters. A line must fit into a string, whatever users wrote. */
const MAX_LINE_RECORDS = 500;
const MAX_LINE_CHARACTERS = 1_000_000;

/** The version of journals that this package writes: rows have checksums, and can hold changes of records. */
export const JOURNAL_VERSION = 2;

export function journalLine(row: object): string {
  return withChecksum(JSON.stringify(row));
}

export function encodeImage(name: string, { type, bytes }: Image): object {
  return encodeRecord(imageCodecs, { name, type, base64: Buffer.from(bytes).toString("base64") });
}

export function encodeVisit(room: RoomRecord, userId: number): object {
  const visit = room.visits.get(userId) ?? { lastSeen: 0, lastPost: 0, messageCount: 0, lastMessageId: null };
  const isPresent = room.present.has(userId);
  const row: StoredVisit = { roomId: room.id, userId, isPresent, roomMessageCount: room.messageCount, ...visit };
  return encodeRecord(visitCodecs, row);
}

/** The approximate number of characters of a message in a line. */
export function messageSize({ revisions }: MessageRecord): number {
  return revisions.reduce((sum, { source, content }) => sum + (source?.length ?? 0) + (content?.length ?? 0), 0);
}

/**
 * The lines of a new journal; the last one holds their length in bytes.
 * @param isTouched - whether a message of a site has changed since the snapshot was started
 */
export function* snapshotLines(
  states: readonly SiteState[],
  network: Network,
  isTouched: (host: string, messageId: number) => boolean,
): Generator<string> {
  let bytes = 0;
  for (const row of rowsOf(states, network, isTouched)) {
    const line = journalLine(row);
    bytes += Buffer.byteLength(line) + 1;
    yield line;
  }
  yield journalLine({ snapshot: bytes });
}

function* rowsOf(
  states: readonly SiteState[],
  network: Network,
  isTouched: (host: string, messageId: number) => boolean,
): Generator<object> {
  yield { journal: "chatexchange-ts", version: JOURNAL_VERSION };
  yield { network: network.snapshot() };
  for (const state of states) {
    const { host, world } = state;
    const revisionOf = revisionsOf(world, (messageId) => isTouched(host, messageId));
    for (const rows of siteRows(state, revisionOf)) yield { site: host, ...rows };
  }
}

function* siteRows({ world, images }: SiteState, revisionOf: RevisionOf): Generator<object> {
  yield { next: { ...world.nextIds, event: world.log.newest } };
  for (const users of chunks(world.users.values()))
    yield { users: users.map((user) => encodeRecord(userCodecs, user)) };
  for (const rooms of chunks(world.rooms.values()))
    yield { rooms: rooms.map((room) => withStoredKeys(encodeRecord(roomCodecs, room))) };
  for (const room of world.rooms.values()) {
    // A copy, because the room's list may change while the lines are written.
    for (const messages of chunks([...room.messages], messageSize)) yield { messages: messages.map(encodeMessage) };
    for (const ids of chunks(room.visits.keys())) yield { visits: ids.map((id) => encodeVisit(room, id)) };
  }
  for (const events of chunks(world.log.all(), ({ json }) => json.length)) {
    yield { events: events.map((event) => encodeEvent(event, revisionOf)) };
  }
  for (const [name, image] of images.all()) yield { images: [encodeImage(name, image)] };
}

/** Looks up the number of a revision by its content, for messages that have not changed since the snapshot was started. */
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

/** Splits items into chunks that fit into a line each. */
export function* chunks<T>(items: Iterable<T>, weigh: (item: T) => number = () => 0): Generator<T[]> {
  let some: T[] = [];
  let weight = 0;
  for (const item of items) {
    some.push(item);
    weight += weigh(item);
    if (some.length < MAX_LINE_RECORDS && weight < MAX_LINE_CHARACTERS) continue;
    yield some;
    some = [];
    weight = 0;
  }
  if (some.length > 0) yield some;
}
