/**
 * The table of messages. What was said stands in a journal once: the text of a message that has been edited is that of
 * its latest revision, and its HTML is left out where it follows from the source.
 */
import { flagOf } from "../world/flag-keys.js";
import type { MessageFlags, MessageRecord, ModFlag, Revision } from "../world/records.js";
import {
  amount,
  BadField,
  type Fields,
  fieldIn,
  flag,
  growing,
  id,
  type Kind,
  listOf,
  loaded,
  type Members,
  mapOf,
  nullable,
  oneOf,
  or,
  recordOf,
  setOf,
  stored,
  text,
} from "./fields.js";
import { lengthened, shortened } from "./short-text.js";

/** A source that stands elsewhere is null, and so is HTML that follows from it. */
interface StoredText {
  readonly source: string | null;
  readonly content: string | number | null;
}

const html: Kind<string | number | null> = or<string | number | null>(
  {
    name: "HTML, or a number of characters",
    store: (value) => value,
    load: (given) => (given === null || typeof given === "string" ? given : amount.load(given)),
  },
  null,
);
const source: Kind<string | null> = or(nullable(text), null);

const revisionFields: Fields<Omit<Revision, keyof StoredText> & StoredText> = {
  label: oneOf("said", "edited", "deleted"),
  userId: id,
  timeStamp: amount,
  source,
  content: html,
};

const storedRevision = recordOf(revisionFields, "a revision");

const revision: Kind<Revision> = {
  name: storedRevision.name,
  store: (value) => storedRevision.store({ ...value, ...shortText(value) }),
  load(given) {
    const value = storedRevision.load(given);
    return value && { ...value, content: value.source === null ? null : longHtml(value.source, value.content) };
  },
};

const note: Kind<ModFlag> = recordOf<ModFlag>({ id, userId: id, text }, "a flag for moderators");

const flagMembers: Members<MessageFlags | null> = {
  store(flags, key) {
    const [kind, number] = flagOf(String(key)) ?? [];
    if (!flags || kind === undefined || number === undefined) return undefined;
    if (kind !== "note") return flags[kind].has(number) ? key : undefined;
    return flags.notes.find((each) => each.id === number);
  },
  put(flags, given) {
    const after = flags ?? { by: new Set(), notes: [], unsure: new Set() };
    const [kind, number] = flagOf(String(given)) ?? [];
    const added = note.load(given);
    if (added) after.notes.push(added);
    else if (number !== undefined && (kind === "by" || kind === "unsure")) after[kind].add(number);
    else return undefined;
    return after;
  },
  drop(flags, key) {
    const [kind, number] = flagOf(String(key)) ?? [];
    if (kind === undefined || number === undefined) return undefined;
    if (!flags) return null;
    if (kind !== "note") flags[kind].delete(number);
    else return { ...flags, notes: flags.notes.filter((each) => each.id !== number) };
    return flags;
  },
};

const flags: Kind<MessageFlags | null> = {
  ...or(
    nullable(
      recordOf<MessageFlags>({ by: setOf(id), notes: listOf(note), unsure: setOf(id) }, "the flags of a message"),
    ),
    null,
  ),
  members: flagMembers,
};

type Said = Pick<MessageRecord, "source" | "content">;

type StoredMessage = Omit<MessageRecord, keyof StoredText> & StoredText;

export const messageFields: Fields<StoredMessage> = {
  id,
  roomId: id,
  userId: id,
  timeStamp: amount,
  source,
  content: html,
  deleted: or(flag, false),
  parentId: or(nullable(id), null),
  showParent: or(flag, false),
  edits: or(amount, 0),
  moved: or(flag, false),
  revisions: growing(revision),
  purged: or(flag, false),
  flags,
  stars: setOf(id),
  pins: mapOf(id, amount),
  pinged: setOf(id),
};

export function storedMessage(message: MessageRecord): Record<string, unknown> {
  // Field by field, because messages of a made-up history have theirs as accessors.
  const { id, roomId, userId, timeStamp, deleted, parentId, showParent, edits, moved, purged } = message;
  const { revisions, flags, stars, pins, pinged } = message;
  const rest = { id, roomId, userId, timeStamp, deleted, parentId, showParent, edits, moved, purged, flags };
  const isSaid = revisions.length === 1 && sameRevision(revisions[0], firstRevision(message));
  const isTold =
    !isSaid && lastText(revisions)?.source === message.source && lastText(revisions)?.content === message.content;
  const said = isTold ? { source: null, content: null } : shortText(message);
  return stored(messageFields, { ...rest, ...said, revisions: isSaid ? [] : revisions, stars, pins, pinged });
}

/** @throws a {@link BadField} */
export function loadedMessage(row: unknown, where: string, isWhole: boolean): MessageRecord {
  const known = loaded(messageFields, row, where, isWhole);
  const said =
    known.source === null ? lastText(known.revisions) : { ...known, content: longHtml(known.source, known.content) };
  if (said?.source == null || said.content === null) throw new BadField(fieldIn(where, "source"), text.name);
  const { source, content } = said;
  const message = { ...known, source, content };
  return known.revisions.length > 0 ? message : { ...message, revisions: [firstRevision(message)] };
}

/** The text of a message that has these revisions. */
export function saidBy(revisions: readonly Revision[], before: Said): Said {
  const last = lastText(revisions);
  return { source: last?.source ?? before.source, content: last?.content ?? before.content };
}

function firstRevision({ userId, timeStamp, source, content }: MessageRecord): Revision {
  return { label: "said", userId, timeStamp, source, content };
}

function sameRevision(one: Revision | undefined, other: Revision): boolean {
  return (["label", "userId", "timeStamp", "source", "content"] as const).every((name) => one?.[name] === other[name]);
}

function lastText(revisions: readonly Revision[]): Revision | undefined {
  return revisions.findLast((each) => each.source !== null);
}

function shortText({ source, content }: Pick<Revision, "source" | "content">): StoredText {
  if (source === null || content === null) return { source, content };
  return { source, content: shortened(source, content) ?? null };
}

function longHtml(source: string, content: string | number | null): string {
  return lengthened(source, content ?? undefined);
}
