/** The keys by which changes name what belongs to the flags of a message: a flag, a note, somebody who passed. */
export type FlagKind = "by" | "note" | "unsure";

/** @param id - that of the person, or of the note */
export function flagKey(kind: FlagKind, id: number): string {
  return `${kind} ${id}`;
}

/** Takes a key apart; undefined when it is none. */
export function flagOf(key: string): readonly [kind: FlagKind, id: number] | undefined {
  const [, kind, id] = /^(by|note|unsure) (-?\d{1,15})$/.exec(key) ?? [];
  if (kind !== "by" && kind !== "note" && kind !== "unsure") return undefined;
  return [kind, Number(id)];
}
