/** The record of a feed in a bot's store, so that a restart posts no item twice and loses none. */
import type { Json } from "../store/index.js";

/** A message that is still to be sent. It is kept with its text, so that a repetition is the same message. */
export type OwedMessage = { readonly key: string; readonly text: string };

/** The record of a feed. */
export type FeedRecord = {
  readonly url: string;
  /** The ids of items, those that were in the feed last at the end; null before the first run. */
  readonly seen: readonly string[] | null;
  /** Messages of items that count as seen, in order. */
  readonly owed: readonly OwedMessage[];
  /** The validators of the last answer, which make the next one a 304. */
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Whether the owners know that the feed is broken. */
  readonly isBroken: boolean;
  /** Whether the owners know that the feed is gone for good. */
  readonly isGone: boolean;
};

/** How many ids are remembered. More than a feed can have items here. */
export const MAX_SEEN = 2_000;

/** The record of a feed that was never read. */
export function newRecord(url: string): FeedRecord {
  return { url, seen: null, owed: [], etag: null, lastModified: null, isBroken: false, isGone: false };
}

/** Reads a record; undefined when it is damaged. The validators of another address mean nothing. */
export function recordOf(value: Json, url: string): FeedRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { url: storedUrl, seen, owed, etag, lastModified, isBroken, isGone } = value as Readonly<Record<string, Json>>;
  const isSeen = seen === null || (Array.isArray(seen) && seen.every((id) => typeof id === "string"));
  if (!isSeen || !Array.isArray(owed) || !owed.every(isOwed)) return undefined;
  const isSame = storedUrl === url;
  return {
    url,
    seen: seen as readonly string[] | null,
    owed,
    etag: isSame && typeof etag === "string" ? etag : null,
    lastModified: isSame && typeof lastModified === "string" ? lastModified : null,
    isBroken: isBroken === true,
    isGone: isGone === true,
  };
}

function isOwed(value: unknown): value is OwedMessage {
  if (typeof value !== "object" || value === null) return false;
  const { key, text } = value as Readonly<Record<string, unknown>>;
  return typeof key === "string" && typeof text === "string";
}

/** The seen ids after an answer with these: they move to the end, and the oldest others are forgotten. */
export function withSeen(seen: readonly string[] | null, present: readonly string[]): readonly string[] {
  const now = new Set(present);
  return [...(seen ?? []).filter((id) => !now.has(id)), ...now].slice(-MAX_SEEN);
}
