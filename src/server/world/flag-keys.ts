/** The change-tracking keys of a message's flags: a spam flag, a note for moderators, or a moderator who passed. */
export type FlagKind = "by" | "note" | "unsure";

/** Builds a key. @param id - of the user, or of the note */
export function flagKey(kind: FlagKind, id: number): string {
  return `${kind} ${id}`;
}

/** Parses a key; undefined if it is invalid. */
export function flagOf(key: string): readonly [kind: FlagKind, id: number] | undefined {
  const [, kind, id] = /^(by|note|unsure) (-?\d{1,15})$/.exec(key) ?? [];
  if (kind !== "by" && kind !== "note" && kind !== "unsure") return undefined;
  return [kind, Number(id)];
}
