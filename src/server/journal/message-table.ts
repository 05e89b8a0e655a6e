/**
 * The codec of messages. A journal stores each text once: the text of an edited message is that of its latest revision,
 * and HTML that follows from the source is omitted.
 */
import { flagOf } from "../world/flag-keys.js";
import type { MessageFlags, MessageRecord, ModFlag, Revision } from "../world/records.js";
import {
  amount,
  BadField,
  type Codec,
  decodeRecord,
  encodeRecord,
  type Fields,
  fieldPath,
  flag,
  growingList,
  id,
  listOf,
  type MemberCodec,
  mapOf,
  nullable,
  oneOf,
  recordOf,
  setOf,
  text,
  withDefault,
} from "./fields.js";
import { compressHtml, expandHtml } from "./short-text.js";

/** The source is null if it is stored elsewhere, and so is HTML that follows from it. */
interface StoredText {
  readonly source: string | null;
  readonly content: string | number | null;
}

const html: Codec<string | number | null> = withDefault<string | number | null>(
  {
    description: "HTML, or a number of characters",
    encode: (value) => value,
    decode: (given) => (given === null || typeof given === "string" ? given : amount.decode(given)),
  },
  null,
);
const source: Codec<string | null> = withDefault(nullable(text), null);

const revisionFields: Fields<Omit<Revision, keyof StoredText> & StoredText> = {
  label: oneOf("said", "edited", "deleted"),
  userId: id,
  timeStamp: amount,
  source,
  content: html,
};

const revisionRecord = recordOf(revisionFields, "a revision");

const revision: Codec<Revision> = {
  description: revisionRecord.description,
  encode: (value) => revisionRecord.encode({ ...value, ...compressText(value) }),
  decode(given) {
    const value = revisionRecord.decode(given);
    return value && { ...value, content: value.source === null ? null : expandContent(value.source, value.content) };
  },
};

const note: Codec<ModFlag> = recordOf<ModFlag>({ id, userId: id, text }, "a flag for moderators");

const flagMembers: MemberCodec<MessageFlags | null> = {
  encode(flags, key) {
    const [kind, number] = flagOf(String(key)) ?? [];
    if (!flags || kind === undefined || number === undefined) return undefined;
    if (kind !== "note") return flags[kind].has(number) ? key : undefined;
    return flags.notes.find((each) => each.id === number);
  },
  put(flags, given) {
    const after = flags ?? { by: new Set(), notes: [], unsure: new Set() };
    const [kind, number] = flagOf(String(given)) ?? [];
    const added = note.decode(given);
    if (added) after.notes.push(added);
    else if (number !== undefined && (kind === "by" || kind === "unsure")) after[kind].add(number);
    else return undefined;
    return after;
  },
  remove(flags, key) {
    const [kind, number] = flagOf(String(key)) ?? [];
    if (kind === undefined || number === undefined) return undefined;
    if (!flags) return null;
    if (kind !== "note") flags[kind].delete(number);
    else return { ...flags, notes: flags.notes.filter((each) => each.id !== number) };
    return flags;
  },
};

const flags: Codec<MessageFlags | null> = {
  ...withDefault(
    nullable(
      recordOf<MessageFlags>({ by: setOf(id), notes: listOf(note), unsure: setOf(id) }, "the flags of a message"),
    ),
    null,
  ),
  members: flagMembers,
};

type MessageText = Pick<MessageRecord, "source" | "content">;

type StoredMessage = Omit<MessageRecord, keyof StoredText> & StoredText;

export const messageCodecs: Fields<StoredMessage> = {
  id,
  roomId: id,
  userId: id,
  timeStamp: amount,
  source,
  content: html,
  deleted: withDefault(flag, false),
  parentId: withDefault(nullable(id), null),
  showParent: withDefault(flag, false),
  edits: withDefault(amount, 0),
  moved: withDefault(flag, false),
  revisions: growingList(revision),
  purged: withDefault(flag, false),
  flags,
  stars: setOf(id),
  pins: mapOf(id, amount),
  pinged: setOf(id),
};

export function encodeMessage(message: MessageRecord): Record<string, unknown> {
  // Field by field, because messages of a generated history have accessors.
  const { id, roomId, userId, timeStamp, deleted, parentId, showParent, edits, moved, purged } = message;
  const { revisions, flags, stars, pins, pinged } = message;
  const rest = { id, roomId, userId, timeStamp, deleted, parentId, showParent, edits, moved, purged, flags };
  const isSaid = revisions.length === 1 && sameRevision(revisions[0], firstRevision(message));
  const isTold =
    !isSaid && lastText(revisions)?.source === message.source && lastText(revisions)?.content === message.content;
  const said = isTold ? { source: null, content: null } : compressText(message);
  return encodeRecord(messageCodecs, { ...rest, ...said, revisions: isSaid ? [] : revisions, stars, pins, pinged });
}

/** @throws a {@link BadField} */
export function decodeMessage(row: unknown, where: string, isWhole: boolean): MessageRecord {
  const known = decodeRecord(messageCodecs, row, where, isWhole);
  const said =
    known.source === null
      ? lastText(known.revisions)
      : { ...known, content: expandContent(known.source, known.content) };
  if (said?.source == null || said.content === null) throw new BadField(fieldPath(where, "source"), text.description);
  const { source, content } = said;
  const message = { ...known, source, content };
  return known.revisions.length > 0 ? message : { ...message, revisions: [firstRevision(message)] };
}

/** The text of a message with these revisions. */
export function textAfter(revisions: readonly Revision[], before: MessageText): MessageText {
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

function compressText({ source, content }: Pick<Revision, "source" | "content">): StoredText {
  if (source === null || content === null) return { source, content };
  return { source, content: compressHtml(source, content) ?? null };
}

function expandContent(source: string, content: string | number | null): string {
  return expandHtml(source, content ?? undefined);
}
