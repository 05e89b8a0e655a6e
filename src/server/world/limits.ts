/** Limits of names and texts, and of the number of things that users can create. */
import type { MessageRecord } from "./records.js";
import { Refusal } from "./refusal.js";

/** Limits of texts in characters (UTF-16 code units), and of the number of tags and revisions. */
export interface TextLimits {
  /** The text of a message with several lines; a single line has at most 500. @default 1_000_000 */
  readonly message: number;
  /** The revisions of a message. Beyond it the first one stays, and the latest quarter of this number. @default 100 */
  readonly revisions: number;
  /** The name of a room. @default 200 */
  readonly roomName: number;
  /** The description of a room. @default 1_000 */
  readonly roomDescription: number;
  /** The number of tags of a room. @default 25 */
  readonly tags: number;
  /** One tag, as on the Q&A sites. @default 35 */
  readonly tag: number;
  /** The title of a bookmarked conversation. @default 200 */
  readonly title: number;
  /** The "about" text of a profile. @default 1_000 */
  readonly about: number;
}

export const DEFAULT_TEXT_LIMITS: TextLimits = {
  message: 1_000_000,
  revisions: 100,
  roomName: 200,
  roomDescription: 1_000,
  tags: 25,
  tag: 35,
  title: 200,
  about: 1_000,
};

/** The most rooms of a site that users can create. */
const MAX_ROOMS = 10_000;

/** @throws a {@link Refusal} with the name and the limit of a text that is too long */
export function checkLength(what: string, text: string, most: number): void {
  if (text.length <= most) return;
  throw new Refusal("bad-request", `${what} has at most ${most} characters; this one has ${text.length}`);
}

/** @throws a {@link Refusal} if a name or text of a room is too long, or it has too many tags */
export function checkRoomTexts(
  limits: TextLimits,
  room: {
    readonly name?: string | undefined;
    readonly description?: string | undefined;
    readonly tags?: readonly string[] | undefined;
  },
): void {
  const { name = "", description = "", tags = [] } = room;
  checkLength("The name of a room", name, limits.roomName);
  checkLength("The description of a room", description, limits.roomDescription);
  if (tags.length > limits.tags) {
    throw new Refusal("bad-request", `A room has at most ${limits.tags} tags; these are ${tags.length}`);
  }
  for (const tag of tags) checkLength("A tag", tag, limits.tag);
}

/** @throws a {@link Refusal} if the site has as many rooms as users can create */
export function checkRoomCount(rooms: ReadonlyMap<number, unknown>): void {
  if (rooms.size >= MAX_ROOMS) throw new Refusal("bad-request", "This site has enough rooms");
}

/**
 * Drops middle revisions of a message if there are too many, or if they are too long together. Returns whether any were
 * dropped. A full history loses three quarters at once, because the journal then stores the rest again.
 */
export function trimRevisions({ revisions }: MessageRecord, limits: TextLimits): boolean {
  const before = revisions.length;
  if (before > limits.revisions) revisions.splice(1, before - Math.max(2, Math.ceil(limits.revisions / 4)));
  const length = (): number => revisions.reduce((sum, { source }) => sum + (source?.length ?? 0), 0);
  while (revisions.length > 2 && length() > 2 * limits.message) revisions.splice(1, 1);
  return revisions.length < before;
}
