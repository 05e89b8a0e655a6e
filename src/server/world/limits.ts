/** How long names and texts may be, and how many there may be of what anybody can make. */
import type { MessageRecord } from "./records.js";
import { Refusal } from "./refusal.js";

/** How long names and texts of a local server may be, in characters (UTF-16), and how many of a kind there may be. */
export interface TextLimits {
  /** A message over several lines; one line has at most 500. @default 1_000_000 */
  readonly message: number;
  /** The states of a message that its history may have. A longer one keeps the first, and of the latest a quarter of this. @default 100 */
  readonly revisions: number;
  /** The name of a room. @default 200 */
  readonly roomName: number;
  /** The description of a room. @default 1_000 */
  readonly roomDescription: number;
  /** The tags of a room. @default 25 */
  readonly tags: number;
  /** One tag, as on the Q&A sites. @default 35 */
  readonly tag: number;
  /** The title of a bookmarked conversation. @default 200 */
  readonly title: number;
  /** The words of a profile. @default 1_000 */
  readonly about: number;
}

export const defaultTextLimits: TextLimits = {
  message: 1_000_000,
  revisions: 100,
  roomName: 200,
  roomDescription: 1_000,
  tags: 25,
  tag: 35,
  title: 200,
  about: 1_000,
};

/** Rooms of a site that people can make. */
const MAX_ROOMS = 10_000;

/** @throws a {@link Refusal} that names what is too long, and how long it may be. */
export function refuseTooLong(what: string, text: string, most: number): void {
  if (text.length <= most) return;
  throw new Refusal("bad-request", `${what} has at most ${most} characters; this one has ${text.length}`);
}

/** @throws a {@link Refusal} for names and texts of a room that are too long. */
export function checkRoomTexts(
  limits: TextLimits,
  room: {
    readonly name?: string | undefined;
    readonly description?: string | undefined;
    readonly tags?: readonly string[] | undefined;
  },
): void {
  const { name = "", description = "", tags = [] } = room;
  refuseTooLong("The name of a room", name, limits.roomName);
  refuseTooLong("The description of a room", description, limits.roomDescription);
  if (tags.length > limits.tags) {
    throw new Refusal("bad-request", `A room has at most ${limits.tags} tags; these are ${tags.length}`);
  }
  for (const tag of tags) refuseTooLong("A tag", tag, limits.tag);
}

/** @throws a {@link Refusal} when there are as many rooms as people can make. */
export function refuseMoreRooms(rooms: ReadonlyMap<number, unknown>): void {
  if (rooms.size >= MAX_ROOMS) throw new Refusal("bad-request", "This site has enough rooms");
}

/**
 * Drops middle states of a message when it has too many, or when they are too long together; true when some went. A full
 * history loses three quarters at once, because a journal then stores what is left again.
 */
export function trimRevisions({ revisions }: MessageRecord, limits: TextLimits): boolean {
  const before = revisions.length;
  if (before > limits.revisions) revisions.splice(1, before - Math.max(2, Math.ceil(limits.revisions / 4)));
  const length = (): number => revisions.reduce((sum, { source }) => sum + (source?.length ?? 0), 0);
  while (revisions.length > 2 && length() > 2 * limits.message) revisions.splice(1, 1);
  return revisions.length < before;
}
